"""What the routes beside incidents share: who asks, whom they name, what is written."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Response

from backend.api.answers import answer, encode_cursor
from backend.api.paging import page_start
from backend.batch import Batch
from backend.callers import actor_of, current_caller, current_session
from backend.clock import Clock
from backend.services import services
from escalation.duty import Entry
from escalation.duty_rights import looks_at, may_plan_for
from escalation.events import Actor
from escalation.people import Directory, Person
from escalation.refusal import Forbidden, Invalid

FURTHEST = timedelta(days=5 * 366)
"""Nobody plans further ahead."""
LONGEST_PAST = timedelta(days=366)
"""What began earlier is no plan any more."""

T = TypeVar("T")
Write = Callable[[Batch, Clock, Actor, Entry, Directory], None]


def reader() -> tuple[Person, Directory]:
    """Who asks, and the house as it is.

    Raises:
        Forbidden: a tablet alone.
    """
    person = current_caller().person
    if person is None:
        raise Forbidden
    return person, services().world.directory


def writer() -> tuple[Person, Directory]:
    """As ``reader``, for a change.

    Raises:
        Forbidden: signed in with four digits only: whoever is alarmed depends on it.
    """
    if current_session().kind != "user":
        raise Forbidden("请用密码登录后再改。", "Sign in with your password to change this.")
    return reader()


def record(who: Person, how: Callable[[Batch, Clock, Actor], T]) -> T:
    """Write in one transaction what is put down to this person; what came of it."""
    house, actor = services(), actor_of(who)
    return house.writer.run(lambda batch: how(batch, house.clock, actor))


def write(how: Write, person: Person, entry: Entry) -> None:
    """Carry a change out, and let everybody know that the house has changed."""
    directory = services().world.directory
    record(person, lambda batch, clock, actor: how(batch, clock, actor, entry, directory))
    services().world_changed()


def person_named(field: str, username: str, directory: Directory) -> Person:
    """An active member of staff.

    Raises:
        Invalid: there is none of that name.
    """
    found = directory.by_username.get(username)
    if found is None or not found.active:
        raise Invalid(field, f"没有这个人：{username}", f"There is no such person: {username}")
    return found


def planned_person(person: Person, username: str | None, directory: Directory) -> Person:
    """For whom somebody plans: themselves, where they name nobody.

    Raises:
        Invalid: nobody whom they can know of.
        Forbidden: somebody for whom they do not plan.
    """
    if username is None or username == person.username:
        return person
    other = person_named("user", username, directory)
    if not is_colleague(person, other, directory):
        raise Invalid("user", f"没有这个人：{username}", f"There is no such person: {username}")
    if not may_plan_for(person, other, directory):
        raise Forbidden("只能改自己的，或你管理的人的。", "Only your own, or those of your staff.")
    return other


def is_colleague(person: Person, other: Person, directory: Directory) -> bool:
    """Somebody whose absences they read: themselves, and who works where they look."""
    seen = looks_at(person, directory)
    return person.id == other.id or any(org in seen for _, org in other.roles)


def check_time(field: str, moment: datetime) -> None:
    """Refuse what is no plan.

    Raises:
        Invalid: too long ago, or too far away.
    """
    now = services().clock.now()
    if not now - LONGEST_PAST <= moment <= now + FURTHEST:
        raise Invalid(field, "这个时间太早或太远。", "This is too long ago or too far ahead.")


def check_period(start: datetime, end: datetime | None) -> None:
    """Refuse a period that is none, or over.

    Raises:
        Invalid: which end is wrong.
    """
    check_time("from", start)
    if end is None:
        return
    check_time("to", end)
    if end <= start:
        raise Invalid("to", "结束要晚于开始。", "It must be after “from”.")
    if end <= services().clock.now():
        raise Invalid("to", "结束时间已经过了。", "This is over already.")


def page_of(
    items: Iterable[tuple[str, Any]], page: Mapping[str, Any], show: Callable[[Any], Any]
) -> Response:
    """A page of (key, thing), by key."""
    after, limit = page_start(page), page["limit"]
    found = sorted((each for each in items if each[0] > after), key=lambda each: each[0])
    following = encode_cursor([found[limit - 1][0]]) if len(found) > limit else None
    return answer({"items": [show(thing) for _, thing in found[:limit]], "next_cursor": following})


def filtered_orgs(seen: set[str], page: Mapping[str, Any], directory: Directory) -> set[str]:
    """The orgs that a list is about: those asked for and below, as far as one may look."""
    org = page.get("org")
    if org is None:
        return seen
    return seen & directory.below(org) if org in directory.orgs else set()


def person_json(user_id: str, directory: Directory) -> dict[str, str]:
    """A person as other things name them."""
    return directory.people[user_id].as_json()
