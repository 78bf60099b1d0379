"""What notices say, in both languages. A discreet one gives nothing away (C4; contract, 6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.alert import Alert
from escalation.incident import Incident
from escalation.people import Org
from escalation.timeline import stamp
from notifications.channels.channel import Message
from notifications.notice import Kind
from playbooks.model import Text

DISCREET_TITLE = Text("内部提醒", "Internal notice")
NEUTRAL = Text("内部提醒，请打开柜铃查看", "Internal notice: open Counterbell")
"""All that a locked screen may show."""
DRILL = Text("【演练】", "[Drill] ")
TEST = Text("柜铃测试：能看到这条，就说明通了", "Counterbell test: if you can read this, it works")
UNREACHED = Text(
    "值守有空缺：有人报警时找不到人", "A gap in who answers: an alert would reach nobody"
)
REACHED = Text("值守已补齐，每一级都有人", "Every level reaches somebody again")
CLEAR_AGAIN = "version.due"
_OFFICE = {
    CLEAR_AGAIN: Text("有预案到期，要再审一次", "Playbooks are due to be cleared again"),
    "suggestion.waiting": Text("有业务建议等你答复", "Suggestions are waiting for your answer"),
}
"""What the office is told, by its event; whose and what about is for the app alone."""
_NOTHING_BUT_IDS = (
    "alert_id",
    "repeat",
    "incident_id",
    "urgency",
    "discreet",
    "drill",
    "title",
)


def alert_message(state: Incident, alert: Alert, branch: Org, repeat: int) -> dict[str, Any]:
    """The payload of ``alert`` (contract, section 4)."""
    return {**inform_message(state, alert, branch, repeat), "level": alert.level}


def inform_message(state: Incident, alert: Alert, branch: Org, repeat: int) -> dict[str, Any]:
    """The payload of ``inform``: told, not asked."""
    title = DISCREET_TITLE if state.discreet else state.primary.title
    message: dict[str, Any] = {
        "alert_id": alert.id,
        "repeat": repeat,
        "incident_id": state.id,
        "reason": alert.reason,
        "urgency": alert.urgency,
        "discreet": state.discreet,
        "drill": state.drill,
        "title": title.as_json(),
        "branch": {"id": branch.id, "name": branch.name},
        "raised_at": stamp(alert.raised_at),
    }
    if not state.discreet:
        message["type"] = state.type
    return message


def outside_message(
    state: Incident,
    kind: Kind,
    alert: Alert,
    branch: Org,
    repeat: int,
    *,
    link: str | None = None,
    acknowledge: str | None = None,
) -> Message:
    """What an alert says outside the app, in Chinese and then in English.

    Type, branch, time in the branch's zone and level; never a fact, a note or a name. A discreet
    one says that there is something to see, and nothing else.
    """
    mark = DRILL if state.drill else Text("", "")
    neutral = Text(mark.zh + NEUTRAL.zh, mark.en + NEUTRAL.en)
    title = DISCREET_TITLE if state.discreet else state.primary.title
    lines = NEUTRAL if state.discreet else _particulars(kind, alert, branch, repeat)
    return Message(
        title=f"{mark.zh}{title.zh} / {mark.en}{title.en}",
        text=f"{lines.zh}\n{lines.en}",
        neutral=neutral,
        payload=_payload(state, kind, alert, branch, repeat),
        link=link,
        acknowledge=acknowledge,
        urgent=alert.urgency == "immediate",
    )


def trial_message(test_id: str, link: str | None = None) -> Message:
    """What somebody is sent who tries a channel of theirs. ``test_id``: a new one for each."""
    return Message(
        title=f"{TEST.zh} / {TEST.en}",
        text=f"{TEST.zh}\n{TEST.en}",
        neutral=TEST,
        payload={"kind": "test", "test_id": test_id, "title": TEST.as_json()},
        link=link,
    )


def readiness_message(
    branch: Org, at: datetime, levels: int, *, notice_id: str, link: str | None = None
) -> Message:
    """Levels of a branch's ladders reach nobody, or (0) all reach somebody again."""
    when = at.astimezone(ZoneInfo(branch.timezone)).strftime("%m-%d %H:%M")
    title = UNREACHED if levels else REACHED
    text = Text(
        f"{branch.name} · {when} · 有 {levels} 级现在找不到人"
        if levels
        else f"{branch.name} · {when}",
        f"{branch.name} · {when} · levels that reach nobody now: {levels}"
        if levels
        else f"{branch.name} · {when}",
    )
    return Message(
        title=f"{title.zh} / {title.en}",
        text=f"{text.zh}\n{text.en}",
        neutral=NEUTRAL,
        payload={
            "kind": "readiness",
            "notice_id": notice_id,
            "title": title.as_json(),
            "branch": {"id": branch.id, "name": branch.name},
            "ok": levels == 0,
            "at": stamp(at),
        },
        link=link,
        urgent=levels > 0,
    )


def office_message(event_type: str, notice_id: str, at: str, link: str | None) -> Message:
    """What has to be done one of these days. ``at``: the moment as the event has it."""
    title = _OFFICE[event_type]
    return Message(
        title=f"{title.zh} / {title.en}",
        text=f"{title.zh}\n{title.en}",
        neutral=NEUTRAL,
        payload={
            "kind": "office",
            "notice_id": notice_id,
            "about": event_type,
            "title": title.as_json(),
            "at": at,
        },
        link=link,
    )


def _payload(state: Incident, kind: Kind, alert: Alert, branch: Org, repeat: int) -> dict[str, Any]:
    """What the socket says; of a discreet one less, for this leaves the house."""
    said = (alert_message if kind == "alert" else inform_message)(state, alert, branch, repeat)
    if state.discreet:
        said = {name: said[name] for name in _NOTHING_BUT_IDS}
    return {"kind": kind, **said}


def _particulars(kind: Kind, alert: Alert, branch: Org, repeat: int) -> Text:
    at = alert.raised_at.astimezone(ZoneInfo(branch.timezone)).strftime("%m-%d %H:%M")
    zh, en = [branch.name, at], [branch.name, at]
    if kind == "alert":
        zh.append(f"第 {alert.level} 级")
        en.append(f"level {alert.level}")
    else:
        zh.append("供你知晓，不用应答")
        en.append("for your information")
    if repeat:
        zh.append(f"第 {repeat + 1} 次提醒")
        en.append(f"reminder {repeat + 1}")
    return Text(" · ".join(zh), " · ".join(en))


def grouped(messages: Sequence[Message]) -> Message:
    """What is not urgent and waits for the same person and channel, as one message.

    Its links are those of the first; where they are about several incidents, none takes it up.
    """
    first, *more = messages
    if not more:
        return first
    count = Text(f"{len(messages)} 条提醒", f"{len(messages)} notices")
    same = all(each.link == first.link for each in more)
    return replace(
        first,
        title=f"{count.zh} / {count.en}",
        text="\n\n".join(f"{each.title}\n{each.text}" for each in messages),
        payload={**first.payload, "also": [each.payload for each in more]},
        acknowledge=first.acknowledge if same else None,
    )
