"""What an org asks of whoever goes on duty there, and who has passed it (A6)."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import Connection, exists, select

from backend.api.answers import answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.drill_schemas import (
    PassesSchema,
    PassQuerySchema,
    RequirementBodySchema,
    RequirementSchema,
    RequirementsSchema,
    ResultsSchema,
)
from backend.api.duty_schemas import SERVING
from backend.api.identity_schemas import org_json
from backend.api.planning import (
    filtered_orgs,
    page_of,
    person_json,
    person_named,
    reader,
    writer,
)
from backend.api.problem_schemas import problems
from backend.callers import actor_of, current_caller, signed_in
from backend.drills.passes import Gaps, read_gaps, read_requirements, set_requirement
from backend.drills.runs import RESULTS
from backend.problems import NotFound
from backend.projections import INCIDENTS
from backend.services import services
from escalation.drill import Requirement, good_until, wanted_by
from escalation.duty_rights import looks_at, plans
from escalation.people import Directory, Person
from escalation.refusal import Forbidden, Invalid
from escalation.timeline import stamp

blueprint = Blueprint("drill-passes", __name__, description="Who has passed which drill.")
_COLUMNS = RESULTS.c


@blueprint.get("/drills/requirements")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PassQuerySchema, location="query")
@blueprint.response(200, RequirementsSchema)
def get_requirements(page: Mapping[str, Any]) -> Response:
    """What is asked where one works or plans, and above."""
    person, directory = reader()
    seen = {above for org in looks_at(person, directory) for above in directory.path(org)}
    orgs = filtered_orgs(seen, page, directory)
    rules = services().reader.run(read_requirements)
    found = [(org, rule) for org, rule in rules.items() if org in orgs]
    return page_of(found, page, lambda rule: _rule_json(rule, directory))


@blueprint.put("/drills/requirements/<org_id>")
@signed_in
@problems(400, 401, 403, 404, 413, 422, 507)
@blueprint.arguments(RequirementBodySchema)
@blueprint.response(200, RequirementSchema)
def put_requirement(body: Mapping[str, Any], org_id: str) -> Response:
    """By whoever plans the rota there. It never keeps anybody from raising or being alerted."""
    person, directory = writer()
    parts = services()
    if org_id not in directory.orgs:
        raise NotFound
    if org_id not in plans(person, directory):
        raise Forbidden
    for book in body["playbooks"]:
        if book not in parts.shelf.current:
            raise Invalid("playbooks", f"没有这个预案：{book}", f"There is no playbook {book}.")
    books = tuple(sorted(set(body["playbooks"])))
    rule = Requirement(org_id, books, body["months"], body["refuses"])
    actor = actor_of(person)
    parts.writer.run(lambda batch: set_requirement(batch, parts.clock, actor, rule))
    return answer(_rule_json(rule, directory))


@blueprint.get("/drills/passes")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PassQuerySchema, location="query")
@blueprint.response(200, PassesSchema)
def get_passes(page: Mapping[str, Any]) -> Response:
    """Staff where one works or plans, with what is asked of them and whether they have it."""
    person, directory = reader()
    orgs = filtered_orgs(looks_at(person, directory), page, directory)
    staff = [
        (f"{org}/{each.username}", (each, org))
        for each in directory.people.values()
        if each.active and page.get("user") in (None, each.username)
        for org in dict.fromkeys(org for role, org in each.roles if role in SERVING)
        if org in orgs
    ]
    now = services().clock.now()
    users = [each.id for _, (each, _) in staff]
    gaps = services().reader.run(lambda conn: read_gaps(conn, directory, users, now))
    asked = [row for row in staff if wanted_by(gaps.requirements, directory.path(row[1][1]))]
    return page_of(asked, page, lambda row: _staff_json(row[0], row[1], gaps))


@blueprint.get("/drills/results")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PassQuerySchema, location="query")
@blueprint.response(200, ResultsSchema)
def get_results(page: Mapping[str, Any]) -> Response:
    """One's own results, the newest drill first; ``user``: of somebody whose rota one plans.

    On a tablet nothing of a discreet drill.
    """
    person, directory = reader()
    meant = person
    if "user" in page:
        meant = person_named("user", page["user"], directory)
        planned = plans(person, directory)
        if meant != person and not any(org in planned for _, org in meant.roles):
            raise Forbidden
    place, limit = decode_cursor(page.get("cursor"), (str,)), page["limit"]
    wanted = select(RESULTS).where(_COLUMNS.user_id == meant.id)
    if current_caller().device_id is not None:
        columns = INCIDENTS.c
        wanted = wanted.where(
            ~exists().where(columns.id == _COLUMNS.incident_id, columns.discreet.is_(True))
        )
    if place is not None:
        wanted = wanted.where(_COLUMNS.incident_id < place[0])
    ordered = wanted.order_by(_COLUMNS.incident_id.desc()).limit(limit + 1)

    def read(conn: Connection) -> list[Any]:
        return list(conn.execute(ordered))

    rows = services().reader.run(read)
    following = encode_cursor([rows[limit - 1].incident_id]) if len(rows) > limit else None
    items = [
        {
            "incident": row.incident_id,
            "user": person_json(row.user_id, directory),
            "playbook": row.playbook,
            "percent": row.percent,
            "passed": row.passed,
            "at": stamp(row.at),
        }
        for row in rows[:limit]
    ]
    return answer({"items": items, "next_cursor": following})


def _rule_json(rule: Requirement, directory: Directory) -> dict[str, Any]:
    return {
        "org": org_json(rule.org, directory),
        "playbooks": list(rule.playbooks),
        "months": rule.months,
        "refuses": rule.refuses,
    }


def _staff_json(person: Person, org: str, gaps: Gaps) -> dict[str, Any]:
    directory, missing = services().world.directory, gaps.of(person.id, org)
    passed = gaps.passed.get(person.id, {})

    def one(book: str, months: int) -> dict[str, Any]:
        at = passed.get(book)
        return {
            "playbook": book,
            "passed_at": None if at is None else stamp(at),
            "good_until": None if at is None else stamp(good_until(at, months)),
            "good": book not in missing,
        }

    wanted = wanted_by(gaps.requirements, directory.path(org))
    return {
        "user": person.as_json(),
        "org": org_json(org, directory),
        "ready": not missing,
        "passes": [one(book, months) for book, months in sorted(wanted.items())],
    }
