"""The page behind a link in a message: one button, no script, no sign-in."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response

from backend.acknowledging import Found, Matter, look, take
from backend.callers import public
from backend.problems import DiskFullError, language
from backend.services import services
from notifications.words import DISCREET_TITLE
from playbooks.model import Text

blueprint = Blueprint("ack_page", __name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
}
_STATUS = {"unknown": 404, "expired": 410}
_TOKENS = (Path(__file__).parent / "web" / "src" / "styles" / "tokens.css").read_text("utf-8")
_DARK = re.findall(r"\[data-theme=dark\]\{(.*?)\n\}", _TOKENS, re.DOTALL)
"""The app switches by an attribute; without a script the reader's own setting decides."""
_OWN = """
body{min-height:100vh;display:grid;place-items:center;padding:16px;overflow:auto}
main{width:min(440px,100%);padding:24px;border-radius:var(--r-l);background:var(--surface);
box-shadow:inset 0 0 0 1px var(--line)}
header{display:flex;align-items:center;gap:8px;margin-bottom:24px;color:var(--ink-2);font-weight:600}
h1{font-size:24px;line-height:32px;overflow-wrap:anywhere}
p{margin-top:8px;color:var(--ink-2);overflow-wrap:anywhere}
.ok h1{color:var(--ok-ink)}
form,.btn{display:flex;width:100%;text-decoration:none}
form,a.btn{margin-top:24px}
"""


class Words(NamedTuple):
    """What the page says first, and beside it."""

    title: Text
    text: Text


_SAYINGS = {
    "unknown": Words(
        Text("这个链接不能用", "This link does not work"),
        Text(
            "请打开柜铃查看提醒；看不到时请直接联系网点。",
            "Open Counterbell to see your alerts; if there is none, call the branch.",
        ),
    ),
    "expired": Words(
        Text("链接已过期", "This link has expired"),
        Text(
            "链接 24 小时内有效。请打开柜铃查看现在的情况。",
            "It was good for 24 hours. Open Counterbell to see how things stand.",
        ),
    ),
    "asked": Words(
        Text("", ""),
        Text(
            "按下后由你负责，不再往上提醒，其他人会看到是你。",
            "Press, and you are in charge: nobody further is told, and everyone sees it is you.",
        ),
    ),
    "mine": Words(
        Text("由你负责", "You are in charge"),
        Text("{at} 起由你负责，已不再往上提醒。", "Since {at}. Nobody further is told."),
    ),
    "taken": Words(
        Text("{name}已负责", "{name} is in charge"),
        Text("{at} 起由{name}负责，你不用再接。", "Since {at}. Nothing is left for you to take."),
    ),
    "over": Words(
        Text("事情已经结束", "It is over"),
        Text("不用再接。", "Nobody has to take it up any more."),
    ),
    "full": Words(
        Text("没有保存", "Nothing was saved"),
        Text(
            "系统暂时写不进去。请马上打电话给网点，再告诉系统管理员。",
            "The server cannot write. Call the branch now, then tell the administrator.",
        ),
    ),
}
_DONE = Text("好了，由你负责", "Done: you are in charge")
_CHARGED = Text("{at} 起由{name}负责。", "{name} has been in charge since {at}.")
_RAISED = Text("{at} 上报", "Raised {at}")
_TAKE = Text("我来负责", "I’m in charge")
_WHOSE = Text(
    "这个链接只给{name}用，按下就记在{name}名下，不用登录。",
    "This link is for {name} only: it counts as {name}, without signing in.",
)
_OPEN = Text("打开柜铃", "Open Counterbell")


@blueprint.get("/a/<token>")
@public
def show(token: str) -> Response:
    """How things stand; nothing changes by fetching it."""
    return _answer(look(services(), token))


@blueprint.post("/a/<token>")
@public
def press(token: str) -> Response:
    """Take it up. The token is the proof: whoever has it could press the button."""
    try:
        return _answer(take(services(), token))
    except DiskFullError:
        return _page(_fixed("full"), 507)


@blueprint.get("/a/look.css")
@public
def style() -> Response:
    """Our tokens and a few lines; the content security policy allows none inside the page."""
    dark = "".join(f"@media (prefers-color-scheme:dark){{:root{{{each}}}}}" for each in _DARK)
    return Response(_TOKENS + dark + _OWN, mimetype="text/css")


def _answer(found: Found) -> Response:
    matter = found.matter
    body = _fixed(found.kind) if matter is None else _body(found, matter)
    return _page(body, _STATUS.get(found.kind, 200), good=found.kind == "mine")


def _page(body: Iterator[str], status: int, *, good: bool = False) -> Response:
    zh = language() == "zh"
    html = (
        f'<!doctype html><html lang="{"zh-CN" if zh else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{'柜铃' if zh else 'Counterbell'}</title>"
        '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/a/look.css"></head>'
        f"<body><main{' class=ok' if good else ''}>"
        f"<header>{'柜铃' if zh else 'Counterbell'}</header>{''.join(body)}</main></body></html>"
    )
    return Response(html, status=status, mimetype="text/html", headers=_HEADERS)


def _fixed(kind: str) -> Iterator[str]:
    yield f"<h1>{_said(_SAYINGS[kind].title)}</h1><p>{_said(_SAYINGS[kind].text)}</p>"
    yield f'<a class="btn" href="/">{_said(_OPEN)}</a>'


def _body(found: Found, matter: Matter) -> Iterator[str]:
    state, zone = matter.incident, ZoneInfo(matter.branch.timezone)
    named = {
        "at": _moment(matter.since, zone),
        "name": matter.in_charge.name if matter.in_charge else "",
    }
    words = _SAYINGS[found.kind]
    about = DISCREET_TITLE if state.discreet else state.primary.title
    said = _DONE if found.just_now else words.title
    title = _said(about) if found.kind == "asked" else _said(said, **named)
    raised = _said(_RAISED, at=_moment(matter.alert.raised_at, zone))
    where = raised if state.discreet else f"{escape(matter.branch.name)} · {raised}"
    yield f'<h1 role="status">{title}</h1>'
    yield f"<p>{where if found.kind == 'asked' else f'{_said(about)} · {where}'}</p>"
    yield f"<p>{_said(words.text, **named)}</p>"
    if found.kind == "asked":
        yield f'<form method="post"><button class="btn pri">{_said(_TAKE)}</button></form>'
        yield f"<p>{_said(_WHOSE, name=matter.person.name)}</p>"
        return
    if found.kind == "over" and matter.in_charge:
        yield f"<p>{_said(_CHARGED, **named)}</p>"
    yield f'<a class="btn" href="/duty/incidents/{escape(state.id)}">{_said(_OPEN)}</a>'


def _said(text: Text, **values: str) -> str:
    """In the reader's language; what is put in is data and never markup."""
    words = text.zh if language() == "zh" else text.en
    return escape(words.format(**values) if values else words)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%m-%d %H:%M")
