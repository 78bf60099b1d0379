"""Who is away, and who stands in for them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from flask import Response

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.duty_schemas import (
    AbsenceBodySchema,
    AbsenceChangeSchema,
    AbsenceSchema,
    AbsencesSchema,
    FilterSchema,
    SubstituteBodySchema,
    SubstituteChangeSchema,
    SubstituteSchema,
    SubstitutesSchema,
)
from backend.api.planning import (
    check_period,
    filtered_orgs,
    is_colleague,
    page_of,
    person_json,
    person_named,
    planned_person,
    reader,
    write,
    writer,
)
from backend.api.problem_schemas import problems
from backend.callers import signed_in
from backend.duty.store import add_entry, change_entry, remove_entry
from backend.problems import NotFound
from backend.services import services
from escalation.duty import Absence, Substitute
from escalation.duty_rights import looks_at, may_plan_for, may_stand_in
from escalation.people import Directory, Person
from escalation.refusal import Forbidden, Invalid
from escalation.timeline import stamp

blueprint = Blueprint("absences", __name__, description="Who is away, and who stands in.")

Kind = TypeVar("Kind", Absence, Substitute)


@blueprint.get("/absences")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(FilterSchema, location="query")
@blueprint.response(200, AbsencesSchema)
def list_absences(page: Mapping[str, Any]) -> Response:
    """Absences as they were entered: one's own, and of where one works or plans.

    They may overlap. What was over 30 days ago is not kept here.
    """
    return _list(Absence, page)


@blueprint.post("/absences")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(AbsenceBodySchema)
@blueprint.response(201, AbsenceSchema)
def add_absence(body: Mapping[str, Any]) -> Response:
    """Oneself is away, or somebody for whom one plans."""
    person, directory = writer()
    user = planned_person(person, body.get("user"), directory)
    check_period(body["start"], body["end"])
    entry = Absence(services().clock.new_id(), user.id, body["start"], body["end"])
    write(add_entry, person, entry)
    return answer(_shown(entry, directory), 201)


@blueprint.patch("/absences/<absence_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(AbsenceChangeSchema)
@blueprint.response(200, AbsenceSchema)
def change_absence(body: Mapping[str, Any], absence_id: str) -> Response:
    """Other times."""
    person, directory = writer()
    entry = _own_to_change(Absence, person, absence_id, directory)
    return _change(person, entry, body, directory)


@blueprint.delete("/absences/<absence_id>")
@signed_in
@problems(401, 403, 404, 507)
@blueprint.response(204)
def remove_absence(absence_id: str) -> Response:
    """They are there after all."""
    person, directory = writer()
    write(remove_entry, person, _own_to_change(Absence, person, absence_id, directory))
    return Response(status=204)


@blueprint.get("/substitutes")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(FilterSchema, location="query")
@blueprint.response(200, SubstitutesSchema)
def list_substitutes(page: Mapping[str, Any]) -> Response:
    """Who stands in for whom: for oneself, and for those whose absences one reads.

    ``user`` finds them on either side.
    """
    return _list(Substitute, page)


@blueprint.post("/substitutes")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(SubstituteBodySchema)
@blueprint.response(201, SubstituteSchema)
def add_substitute(body: Mapping[str, Any]) -> Response:
    """Who stands in whenever somebody is away; one at a time, and in no circle."""
    person, directory = writer()
    user = planned_person(person, body.get("user"), directory)
    start, end = body.get("start", services().clock.now()), body.get("end")
    other = _substitute(user.id, body["substitute"], directory)
    check_period(start, end)
    entry = Substitute(services().clock.new_id(), user.id, other.id, start, end)
    write(add_entry, person, entry)
    return answer(_shown(entry, directory), 201)


@blueprint.patch("/substitutes/<substitute_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(SubstituteChangeSchema)
@blueprint.response(200, SubstituteSchema)
def change_substitute(body: Mapping[str, Any], substitute_id: str) -> Response:
    """Somebody else, or other times."""
    person, directory = writer()
    entry = _own_to_change(Substitute, person, substitute_id, directory)
    values = dict(body)
    if "substitute" in values:
        values["substitute"] = _substitute(entry.user, values["substitute"], directory).id
    return _change(person, entry, values, directory)


@blueprint.delete("/substitutes/<substitute_id>")
@signed_in
@problems(401, 403, 404, 507)
@blueprint.response(204)
def remove_substitute(substitute_id: str) -> Response:
    """Nobody stands in any more."""
    person, directory = writer()
    write(remove_entry, person, _own_to_change(Substitute, person, substitute_id, directory))
    return Response(status=204)


def _change(
    person: Person, entry: Absence | Substitute, values: Mapping[str, Any], directory: Directory
) -> Response:
    changed = replace(entry, **values)
    if changed != entry:
        check_period(changed.start, changed.end)
        write(change_entry, person, changed)
    return answer(_shown(changed, directory))


def _substitute(user_id: str, username: str, directory: Directory) -> Person:
    other = person_named("substitute", username, directory)
    if other.id == user_id:
        raise Invalid("substitute", "不能代自己的班。", "Nobody stands in for themselves.")
    if not may_stand_in(other):
        raise Invalid(
            "substitute",
            "审计和系统管理员不能代班。",
            "Auditors and administrators stand in for nobody.",
        )
    return other


def _list(kind: type[Kind], page: Mapping[str, Any]) -> Response:
    person, directory = reader()
    orgs = filtered_orgs(looks_at(person, directory), page, directory)
    found = [
        each
        for each in _entries(kind, directory)
        if _is_at(each, orgs, directory) or ("org" not in page and person.id in _people_of(each))
        if page.get("user") is None
        or page["user"] in [directory.people[user].username for user in _people_of(each)]
    ]
    return page_of([(each.id, each) for each in found], page, lambda each: _shown(each, directory))


def _is_at(entry: Absence | Substitute, orgs: set[str], directory: Directory) -> bool:
    return any(org in orgs for _, org in directory.people[entry.user].roles)


def _people_of(entry: Absence | Substitute) -> tuple[str, ...]:
    return (entry.user, entry.substitute) if isinstance(entry, Substitute) else (entry.user,)


def _entries(kind: type[Kind], directory: Directory) -> list[Kind]:
    duty = directory.duty
    entries = () if duty is None else duty.entries.values()
    return [each for each in entries if isinstance(each, kind)]


def _own_to_change(kind: type[Kind], person: Person, entry_id: str, directory: Directory) -> Kind:
    """The entry of that id, for who may change it.

    Raises:
        NotFound: there is none that they may see.
        Forbidden: it is of somebody for whom they do not plan.
    """
    found = next((each for each in _entries(kind, directory) if each.id == entry_id), None)
    user = None if found is None else directory.people[found.user]
    if found is None or user is None or not is_colleague(person, user, directory):
        raise NotFound
    if not may_plan_for(person, user, directory):
        raise Forbidden
    return found


def _shown(entry: Absence | Substitute, directory: Directory) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": entry.id, "user": person_json(entry.user, directory)}
    if isinstance(entry, Substitute):
        shown["substitute"] = person_json(entry.substitute, directory)
    end = None if entry.end is None else stamp(entry.end)
    return {**shown, "from": stamp(entry.start), "to": end}
