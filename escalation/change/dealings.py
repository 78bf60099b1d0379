"""What events about dealings with visitors do to the state (S6, G2, G4, M5)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from escalation import events as ev
from escalation.dealings import PressStatement, Promise, Representative, Stay
from escalation.events import Event
from escalation.incident import Change, Incident, PlaybookOf
from escalation.statement import Draft, Statement
from escalation.timeline import unstamp


def _promised(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    made = Promise(
        id=data["id"],
        kind=data["kind"],
        text=data["text"],
        made_at=event.occurred.estimate,
        made_by=_user(event),
        due_at=unstamp(data["due_at"]),
    )
    return _with(state, "promises", made)


def _promise_due(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    promise = state.dealings.promises[event.data["id"]]
    return _with(state, "promises", replace(promise, stage=event.data["stage"]))


def _promise_kept(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _ended(state, event, "kept", "note")


def _promise_broken(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _ended(state, event, "broken", "reason")


def _ended(state: Incident, event: Event, how: Any, words: str) -> Incident:
    ended = replace(
        state.dealings.promises[event.data["id"]],
        state=how,
        ended_at=event.occurred.estimate,
        ended_by=_user(event),
        said=event.data.get(words),
    )
    return _with(state, "promises", ended)


def _represented(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    named = Representative(event.data["id"], event.data["who"], event.occurred.estimate)
    return _with(state, "representatives", named)


def _withdrawn(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    found = state.dealings.representatives[event.data["id"]]
    return _with(state, "representatives", replace(found, until=event.occurred.estimate))


def _entered(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    stay = Stay(
        data["id"],
        data["who"],
        data["room"],
        data.get("people"),
        unstamp(data["at"]),
        _user(event),
    )
    return _with(state, "stays", stay)


def _left(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    stay = state.dealings.stays[event.data["id"]]
    return _with(state, "stays", replace(stay, until=unstamp(event.data["at"])))


def _told_the_press(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    told = PressStatement(
        id=data["id"],
        at=unstamp(data["at"]),
        by=_user(event),
        who=data["who"],
        outlet=data["outlet"],
        press_card=data.get("press_card"),
        asked=data["asked"],
        said=data["said"],
    )
    return _with(state, "press", told)


def _drafted(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    draft = Draft(data["text"], data["contact"], event.recorded_at, _user(event), event.seq)
    drafts = {**state.dealings.drafts, data["lang"]: draft}
    return state.having(dealings=state.dealings._replace(drafts=drafts))


def _issued(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    """Its words are the newest, too: nobody issues the same draft a second time."""
    data = event.data
    issued = Statement(
        data["id"], data["lang"], data["sha256"], data["document"], event.recorded_at, _user(event)
    )
    return _with(_drafted(state, event, playbook_of), "statements", issued)


def _user(event: Event) -> str | None:
    return event.actor.id if event.actor.kind == "user" else None


def _with(state: Incident, kind: str, entry: Any) -> Incident:
    """The same incident with this entry added, or in the place of its former self."""
    entries = {**getattr(state.dealings, kind), entry.id: entry}
    return state.having(dealings=state.dealings._replace(**{kind: entries}))


CHANGES: Mapping[str, Change] = {
    ev.PROMISE_MADE: _promised,
    ev.PROMISE_DUE: _promise_due,
    ev.PROMISE_KEPT: _promise_kept,
    ev.PROMISE_BROKEN: _promise_broken,
    ev.REPRESENTATIVE_NAMED: _represented,
    ev.REPRESENTATIVE_WITHDRAWN: _withdrawn,
    ev.ROOM_ENTERED: _entered,
    ev.ROOM_LEFT: _left,
    ev.PRESS_STATEMENT_RECORDED: _told_the_press,
    ev.STATEMENT_DRAFTED: _drafted,
    ev.STATEMENT_ISSUED: _issued,
}
