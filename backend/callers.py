"""Who asks: from the request's token or cookie to a caller, and the guards of the routes.

Every view wears exactly one of ``public``, ``signed_in`` and ``person_or_device``; a test walks
the routes and fails on one that wears none.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

from flask import Request, Response, g, has_request_context, request

from backend.problems import Problem, Unauthenticated
from backend.services import services
from backend.sessions import LIFE, Session
from backend.world import World
from escalation.events import Actor
from escalation.people import Person
from escalation.refusal import Forbidden
from escalation.rights import Caller

PERSON_COOKIE = "counterbell"
DEVICE_COOKIE = "counterbell_device"
BROWSER_HEADER = "X-Counterbell"
PERSON_HEADER = "Counterbell-Person"
"""Whom the app takes to be signed in, by id; ``none``: the tablet alone."""
_DEVICE_COOKIE_AGE = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer. Each PIN sign-in renews it."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

#: For the OpenAPI document: which of its security schemes open a route.
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    "signed_in": [{"bearer": []}, {"cookie": []}],
    "person_or_device": [{"bearer": []}, {"cookie": []}, {"device_cookie": []}],
}
View = TypeVar("View", bound=Callable[..., Any])


def actor_of(person: Person) -> Actor:
    """Whom a deed outside incidents is put down to: the person, by the first of their roles."""
    role, org = person.roles[0] if person.roles else (None, None)
    return Actor("user", person.id, person.name, role, org)


def current_session() -> Session:
    """The session that the request belongs to.

    Raises:
        Problem: 401 without a living one; 403 ``csrf`` for a write by cookie without the header.
    """
    return _resolve()[0]


def current_caller() -> Caller:
    """Who asks: a person, a device, or a person on a device. Raises as ``current_session``."""
    return _resolve()[1]


def reading_client() -> str | None:
    """Whose reading this is: the session, of a request that only reads; else None.

    Who raises, acknowledges or ticks waits for no read of their own.
    """
    asker: tuple[Session, Caller] | None = g.get("asker") if has_request_context() else None
    return None if asker is None or request.method not in _READING else asker[0].id


def cookie_session(cookies: Mapping[str, str]) -> Session | None:
    """A browser's session: the person's where one is signed in, else the tablet's.

    On a paired tablet the person's session knows the device, however they signed in.
    """
    person = _living(cookies.get(PERSON_COOKIE))
    device = _living(cookies.get(DEVICE_COOKIE))
    if device is not None and device.kind != "device":
        device = None
    if person is None or person.user_id is None:
        return device
    if device is not None and person.device_id is None:
        return replace(person, device_id=device.device_id)
    return person


def caller_of(session: Session, world: World) -> Caller | None:
    """Who stands behind a session; None for somebody inactive or a revoked device."""
    person = None
    if session.user_id is not None:
        person = world.directory.people.get(session.user_id)
        if person is None or not person.active:
            return None
    if session.device_id is None:
        return None if person is None else Caller(person)
    device = world.devices.get(session.device_id)
    if device is None or device.revoked:
        return None
    return Caller(person, device.id, device.org_id)


def fresh_world(session: Session) -> World:
    """The world that knows the session's person and device, added elsewhere perhaps just now."""
    house = services()
    user, device = session.user_id, session.device_id
    known = user is None or user in house.world.directory.people
    if not known or not (device is None or device in house.world.devices):
        house.reader.run(house.world.reload)
    return house.world


def public(view: View) -> View:
    """Open to everybody: signing in, pairing, and what says that the server lives."""
    return _guarded(view, "public", lambda: None)


def signed_in(view: View) -> View:
    """For a person; a device with nobody signed in is refused (403)."""
    return _guarded(view, "signed_in", _require_person)


def person_or_device(view: View) -> View:
    """For a person, or a paired device with nobody signed in."""
    return _guarded(view, "person_or_device", current_caller)


def from_browser(req: Request) -> bool:
    """The app in a browser asks for cookies by its header, which no other site can send."""
    return req.headers.get(BROWSER_HEADER) == "1"


def give_cookie(response: Response, name: str, token: str, session: Session) -> None:
    """Hand a browser its session."""
    life = LIFE[session.kind]
    response.set_cookie(
        name,
        token,
        max_age=_DEVICE_COOKIE_AGE if life is None else int(life.total_seconds()),
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def take_cookie(response: Response, name: str) -> None:
    """Let a browser forget its session."""
    response.delete_cookie(
        name, path="/", secure=request.is_secure, httponly=True, samesite="Strict"
    )


def _guarded(view: View, name: str, check: Callable[[], object]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        check()
        return view(*args, **kwargs)

    doc = deepcopy(vars(guarded).get("_apidoc", {}))
    doc.setdefault("manual_doc", {})["security"] = _SECURITY[name]
    vars(guarded).update(guard=name, _apidoc=doc)
    return guarded  # type: ignore[return-value]  # the same signature, by wraps


def _require_person() -> None:
    if current_caller().person is None:
        raise Forbidden("请先用工号和 PIN 登录。", "Sign in with your PIN first.")


def _resolve() -> tuple[Session, Caller]:
    asker: tuple[Session, Caller] | None = g.get("asker")
    if asker is None:
        asker = g.asker = _authenticate()
    return asker


def _authenticate() -> tuple[Session, Caller]:
    bearer = _bearer()
    session = _meant(request.cookies) if bearer is None else _found(bearer)
    caller = None if session is None else caller_of(session, fresh_world(session))
    if session is None or caller is None:
        raise Unauthenticated
    if bearer is None and request.method not in _READING and not from_browser(request):
        raise Problem(
            403,
            "csrf",
            "浏览器发来的改动要带 X-Counterbell: 1。",
            "A write by cookie needs the header X-Counterbell: 1.",
        )
    return session, caller


def _meant(cookies: Mapping[str, str]) -> Session | None:
    """A browser's session, unless another tab or the next colleague has changed it meanwhile.

    What somebody did goes on record under their name or not at all.
    """
    meant = request.headers.get(PERSON_HEADER)
    if meant == "none":
        cookies = {DEVICE_COOKIE: cookies.get(DEVICE_COOKIE, "")}
    session = cookie_session(cookies)
    if meant in (None, "none") or (session is not None and session.user_id == meant):
        return session
    return None


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _found(token: str | None) -> Session | None:
    return services().sessions.find(token) if token else None


def _living(token: str | None) -> Session | None:
    """The session of a token, if whoever it stands for still counts."""
    session = _found(token)
    if session is None or caller_of(session, fresh_world(session)) is None:
        return None
    return session
