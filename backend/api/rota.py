"""The rota: weekly shifts, single days, and taking a role over until a moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.duty_schemas import (
    DAY,
    OVERRIDE,
    WEEKLY,
    RotaBodySchema,
    RotaEntrySchema,
    RotaFilterSchema,
    RotaPageSchema,
    ShiftPartsSchema,
    same_times,
    time_of_day,
)
from backend.api.identity_schemas import org_json
from backend.api.planning import (
    FURTHEST,
    filtered_orgs,
    page_of,
    person_json,
    person_named,
    reader,
    write,
    writer,
)
from backend.api.problem_schemas import problems
from backend.callers import signed_in
from backend.drills.passes import read_gaps
from backend.duty.store import add_entry, change_entry, remove_entry
from backend.problems import NotFound
from backend.services import services
from escalation.drill import refused
from escalation.duty import Override, Shift
from escalation.duty_rights import looks_at, may_take_over, plans
from escalation.people import Directory, Person
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.timeline import stamp

blueprint = Blueprint("rota", __name__, description="Who is on duty when.")

LONGEST_TAKE_OVER = timedelta(days=31)


@blueprint.get("/rota")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(RotaFilterSchema, location="query")
@blueprint.response(200, RotaPageSchema)
def list_rota(page: Mapping[str, Any]) -> Response:
    """Shifts and take-overs, in the order in which they were made: of where one works, or plans.

    A role without any at an org is everybody's who holds it. Shifts may overlap.
    """
    person, directory = reader()
    orgs = filtered_orgs(looks_at(person, directory), page, directory)
    found = [
        each
        for each in _entries(directory)
        if each.org in orgs
        and page.get("role", each.role) == each.role
        and page.get("user") in (None, directory.people[each.user].username)
    ]
    shown = _with_gaps([each.user for each in found], directory)
    return page_of([(each.id, each) for each in found], page, shown)


@blueprint.post("/rota")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(RotaBodySchema)
@blueprint.response(201, RotaEntrySchema)
def add_to_rota(body: Mapping[str, Any]) -> Response:
    """A shift, for who plans the org; or ``override``: one takes the role over oneself."""
    person, directory = writer()
    if body["org"] not in directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    make = _take_over if body["kind"] == OVERRIDE else _new_shift
    entry = make(person, body, directory)
    write(add_entry, person, entry)
    return answer(_with_gaps([entry.user], directory)(entry), 201)


@blueprint.patch("/rota/<shift_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(ShiftPartsSchema)
@blueprint.response(200, RotaEntrySchema)
def change_rota(body: Mapping[str, Any], shift_id: str) -> Response:
    """Change a shift, or until when a role is taken over."""
    person, directory = writer()
    entry = _own_to_change(person, shift_id, directory)
    changed = _changed(entry, body, directory)
    if changed != entry:
        write(change_entry, person, changed)
    return answer(_with_gaps([changed.user], directory)(changed))


@blueprint.delete("/rota/<shift_id>")
@signed_in
@problems(401, 403, 404, 507)
@blueprint.response(204)
def remove_from_rota(shift_id: str) -> Response:
    """Take a shift away, or give a role back."""
    person, directory = writer()
    write(remove_entry, person, _own_to_change(person, shift_id, directory))
    return Response(status=204)


def _entries(directory: Directory) -> list[Shift | Override]:
    duty = directory.duty
    entries = () if duty is None else duty.entries.values()
    return [each for each in entries if isinstance(each, Shift | Override)]


def _new_shift(person: Person, body: Mapping[str, Any], directory: Directory) -> Shift:
    if body["org"] not in plans(person, directory):
        raise Forbidden
    return _passed(
        _sound(
            Shift(
                services().clock.new_id(),
                person_named("user", body["user"], directory).id,
                body["role"],
                body["org"],
                body["begins"],
                body["ends"],
                body.get("weekday"),
                body.get("day"),
            ),
            directory,
        ),
        directory,
    )


def _take_over(person: Person, body: Mapping[str, Any], directory: Directory) -> Override:
    if not may_take_over(person, body["role"], body["org"], directory):
        raise Forbidden
    now = services().clock.now()
    entry = Override(
        services().clock.new_id(), person.id, body["role"], body["org"], now, body["until"]
    )
    return _sound_take_over(entry)


def _own_to_change(person: Person, entry_id: str, directory: Directory) -> Shift | Override:
    """The entry of that id, for who may change it.

    Raises:
        NotFound: there is none that they may see.
        Forbidden: it is neither their own take-over nor of an org that they plan.
    """
    found = next((each for each in _entries(directory) if each.id == entry_id), None)
    if found is None or found.org not in looks_at(person, directory) | _taken(person, found):
        raise NotFound
    if found.org not in plans(person, directory) | _taken(person, found):
        raise Forbidden
    return found


def _taken(person: Person, entry: Shift | Override) -> set[str]:
    return {entry.org} if isinstance(entry, Override) and entry.user == person.id else set()


def _changed(
    entry: Shift | Override, body: Mapping[str, Any], directory: Directory
) -> Shift | Override:
    allowed = {"until"} if isinstance(entry, Override) else {"user", "begins", "ends"}
    if isinstance(entry, Shift):
        allowed.add("weekday" if entry.day is None else "day")
    for name in body:
        if name not in allowed:
            place = {"begins": "from", "ends": "to", "day": "date"}.get(name, name)
            raise Invalid(place, "这种班次没有这一项。", "This kind has no such field.")
    if isinstance(entry, Override):
        return _sound_take_over(replace(entry, end=body.get("until", entry.end)))
    values = dict(body)
    if "user" in values:
        values["user"] = person_named("user", values["user"], directory).id
    changed = _sound(replace(entry, **values), directory)
    return changed if changed.user == entry.user else _passed(changed, directory)


def _sound(shift: Shift, directory: Directory) -> Shift:
    """The shift, if it is one.

    Raises:
        Invalid: what is wrong with it.
    """
    if shift.begins == shift.ends:
        said = same_times().messages[0]
        raise Invalid("to", said["zh"], said["en"])  # type: ignore[index]  # our own words
    if not any(each.person.id == shift.user for each in directory.held(shift.role, shift.org)):
        raise Invalid("user", "此人在这里没有这个岗位。", "They do not hold this role there.")
    if shift.day is not None:
        today = services().clock.now().astimezone(_zone(shift.org, directory)).date()
        if not _is_plan(shift.day, today):
            raise Invalid("date", "这一天已经过去，或太远。", "That day is over, or too far ahead.")
    return shift


def _is_plan(day: date, today: date) -> bool:
    return today - timedelta(days=1) <= day <= today + FURTHEST


def _sound_take_over(entry: Override) -> Override:
    now = services().clock.now()
    if not now < entry.end <= now + LONGEST_TAKE_OVER:
        raise Invalid(
            "until",
            "结束时间要在现在之后、31 天之内。",
            "It must lie ahead, and at most 31 days.",
        )
    return entry


def _zone(org: str, directory: Directory) -> ZoneInfo:
    return ZoneInfo(directory.orgs[org].timezone)


def _passed(shift: Shift, directory: Directory) -> Shift:
    """The shift, if whoever is to serve has passed what the org asks for (A6).

    Only planning asks: taking a role over, and the ladder, never do.

    Raises:
        Refused: ``drill-not-passed``.
    """
    now, path = services().clock.now(), directory.path(shift.org)
    gaps = services().reader.run(lambda conn: read_gaps(conn, directory, [shift.user], now))
    missing = refused(gaps.requirements, path, gaps.of(shift.user, shift.org))
    if missing:
        books = [services().shelf.current[book].title for book in missing]
        raise Refused(
            "drill-not-passed",
            "还没通过演练：" + "、".join(book.zh for book in books) + "，不能排班。",
            "Not on the rota before the drill is passed: "
            + "; ".join(book.en for book in books)
            + ".",
        )
    return shift


def _with_gaps(
    users: Iterable[str], directory: Directory
) -> Callable[[Shift | Override], dict[str, Any]]:
    """How an entry is shown: with the playbooks that its person still has to pass there."""
    now = services().clock.now()
    gaps = services().reader.run(lambda conn: read_gaps(conn, directory, users, now))

    def shown(entry: Shift | Override) -> dict[str, Any]:
        return {
            **_shown(entry, directory),
            "not_passed": list(gaps.of(entry.user, entry.org)),
        }

    return shown


def _shown(entry: Shift | Override, directory: Directory) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": entry.id,
        "kind": OVERRIDE,
        "org": org_json(entry.org, directory),
        "role": entry.role,
        "user": person_json(entry.user, directory),
    }
    if isinstance(entry, Override):
        return {**shown, "since": stamp(entry.start), "until": stamp(entry.end)}
    if entry.day is None:
        shown |= {"kind": WEEKLY, "weekday": entry.weekday}
    else:
        shown |= {"kind": DAY, "date": entry.day.isoformat()}
    return {**shown, "from": time_of_day(entry.begins), "to": time_of_day(entry.ends)}
