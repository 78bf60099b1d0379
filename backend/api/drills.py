"""Drills (A6): planned by managers, started or marked, and how they went."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy import Connection

from backend.afterwards.sending import envelope_for
from backend.api.answers import answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.drill_schemas import (
    DrillBodySchema,
    DrillChangeSchema,
    DrillDetailSchema,
    DrillQuerySchema,
    DrillsSchema,
    MarkDrillSchema,
    ScenariosSchema,
    ScoreSchema,
)
from backend.api.drill_views import built_in, drill_detail, own_drill, shown_to_caller
from backend.api.incident_schemas import IncidentSchema
from backend.api.paging import PageSchema
from backend.api.planning import reader, record, writer
from backend.api.problem_schemas import problems
from backend.api.views import find_visible, whole_incident
from backend.callers import current_caller, signed_in
from backend.drills.cases import cases
from backend.drills.plans import Found, add_drill, change_drill, find_drill, find_drills
from backend.drills.running import mark_as_drill, start_drill
from backend.drills.shown import drills_json, run_of, score_json
from backend.problems import NotFound
from backend.sending import own_branch
from backend.services import services
from escalation.commands import MarkDrill
from escalation.drill import LONGEST_WINDOW, Drill
from escalation.drill_rights import may_plan, plans_anywhere
from escalation.refusal import Forbidden, Invalid, Refused
from playbooks.scenarios import SCENARIOS

blueprint = Blueprint("drills", __name__, description="Drills and their scores.")

FURTHEST = timedelta(days=366)
VISIT = timedelta(hours=4)
"""A mystery visit's window, where nobody says how long."""
JUST_NOW = timedelta(minutes=5)
"""Clocks differ: what begins so long ago begins now, so that nothing is planned for the past."""


@blueprint.get("/drills")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(DrillQuerySchema, location="query")
@blueprint.response(200, DrillsSchema)
def get_drills(query: Mapping[str, Any]) -> Response:
    """The newest plan first; a mystery visit is for those who test until it is revealed."""
    _, directory = reader()
    parts, caller, limit = services(), current_caller(), query["limit"]
    place = decode_cursor(query.get("cursor"), (str,))
    wanted = {**query, "before": None if place is None else place[0]}
    if "org" in query:
        org = query["org"]
        wanted["branches"] = directory.below(org) if org in directory.orgs else set()
    shown, now = shown_to_caller(), parts.clock.now()

    def read(conn: Connection) -> tuple[list[Found], list[dict[str, Any]]]:
        found = find_drills(conn, shown, wanted, now)
        return found, drills_json(conn, parts, caller, found[:limit])

    found, items = parts.reader.run(read)
    following = encode_cursor([found[limit - 1].drill.id]) if len(found) > limit else None
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/drills")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(DrillBodySchema)
@blueprint.response(201, DrillDetailSchema)
def plan_drill(body: Mapping[str, Any]) -> Response:
    """A plan. An announced drill without ``starts_at`` begins at once, by the one write path."""
    who, directory = writer()
    parts = services()
    if not plans_anywhere(who):
        raise Forbidden("演练由负责人安排。", "Drills are planned by managers.")
    branch = body.get("branch") or own_branch(parts, current_caller())
    org = directory.orgs.get(branch)
    if org is None or org.kind != "branch":
        raise Invalid("branch", "没有这个网点。", "There is no such branch.")
    if not may_plan(who, branch, directory):
        raise Forbidden
    book = parts.shelf.current.get(body["type"])
    if book is None:
        raise Invalid("type", "没有这个事件类型。", "There is no such incident type.")
    now = parts.clock.now()
    starts_at = body.get("starts_at", now)
    mystery = body["mode"] == "mystery"
    _check_start(starts_at, now)
    starts_at = max(starts_at, now)
    drill = _sound(
        Drill(
            id=body.get("id") or parts.clock.new_id(),
            branch=branch,
            type=book.id,
            mode=body["mode"],
            scenario=body.get("scenario") or f"{book.title.zh} / {book.title.en}",
            tells=body["tells"],
            pass_mark=body["pass_mark"],
            starts_at=starts_at,
            ends_at=body.get("ends_at", starts_at + VISIT) if mystery else None,
            made_by=who.id,
            made_at=now,
            incident=None if mystery else parts.clock.new_id(),
        )
    )
    made = record(who, lambda batch, clock, actor: add_drill(batch, clock, actor, drill))
    if made.mode == "announced" and made.starts_at <= now and not made.called_off:
        start_drill(parts, made, current_caller())
    return answer(drill_detail(made.id), 201)


@blueprint.get("/drills/scenarios")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, ScenariosSchema)
def get_scenarios(page: Mapping[str, Any]) -> Response:
    """What can be played: the house's own first, then cases that reviews have kept, nameless."""
    reader()
    parts, caller, limit = services(), current_caller(), page["limit"]
    place = decode_cursor(page.get("cursor"), (str,))
    own = [] if place is not None else [built_in(each) for each in SCENARIOS]
    before = None if place is None else place[0]
    found = parts.reader.run(lambda conn: cases(conn, parts, caller, before, limit))
    following = encode_cursor([found[limit - 1]["id"]]) if len(found) > limit else None
    return answer({"items": [*own, *found[:limit]], "next_cursor": following})


@blueprint.get("/drills/<drill_id>")
@signed_in
@problems(401, 403, 404)
@blueprint.response(200, DrillDetailSchema)
def get_drill(drill_id: str) -> Response:
    """One drill; of a mystery visit, for its owner, the incidents that may have been it."""
    reader()
    return answer(drill_detail(drill_id))


@blueprint.patch("/drills/<drill_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(DrillChangeSchema)
@blueprint.response(200, DrillDetailSchema)
def change_plan(body: Mapping[str, Any], drill_id: str) -> Response:
    """Another time, scenario or scope, before it has begun."""
    who, _ = writer()
    found = own_drill(who, drill_id)
    if found.drill.mode == "announced" and "ends_at" in body:
        raise Invalid("ends_at", "宣布的演练没有时段。", "An announced drill has no window.")
    changed = dict(body)
    now = services().clock.now()
    _check_start(body.get("starts_at", found.drill.starts_at), now)
    if "starts_at" in body:
        changed["starts_at"] = max(body["starts_at"], now)
    _sound(_with(found.drill, changed))
    record(who, lambda batch, clock, actor: change_drill(batch, clock, actor, drill_id, changed))
    return answer(drill_detail(drill_id))


@blueprint.delete("/drills/<drill_id>")
@signed_in
@problems(401, 403, 404, 409, 507)
@blueprint.response(204)
def call_off(drill_id: str) -> Response:
    """It does not take place; it stays on record."""
    who, _ = writer()
    own_drill(who, drill_id)
    off = {"called_off": True}
    record(who, lambda batch, clock, actor: change_drill(batch, clock, actor, drill_id, off))
    return Response(status=204)


@blueprint.post("/drills/<drill_id>/start")
@signed_in
@problems(401, 403, 404, 409, 507)
@blueprint.response(200, DrillDetailSchema)
def start_now(drill_id: str) -> Response:
    """An announced drill begins before its time; a mystery visit begins with the visitor."""
    who, _ = writer()
    found = own_drill(who, drill_id)
    if found.drill.mode != "announced":
        raise Refused(
            "mystery-visit",
            "暗访由来访人开始，网点照常上报。",
            "A mystery visit begins when the visitor comes in.",
        )
    start_drill(services(), found.drill, current_caller())
    return answer(drill_detail(drill_id))


@blueprint.get("/drills/<drill_id>/score")
@signed_in
@problems(401, 403, 404, 409)
@blueprint.response(200, ScoreSchema)
def get_score(drill_id: str) -> Response:
    """How it went, or goes; the id may be the incident's. For whoever sees the incident."""
    reader()
    parts, caller = services(), current_caller()
    shown = shown_to_caller()

    def read(conn: Connection) -> dict[str, Any]:
        plan = find_drill(conn, drill_id, shown)
        if plan is not None and plan.run is None:
            raise Refused("drill-not-begun", "这次演练还没开始。", "It has not begun yet.")
        state = find_visible(conn, parts, caller, run_of(conn, drill_id))
        if state.terms is None:
            raise NotFound
        return score_json(conn, parts, state)

    return answer(parts.reader.run(read))


@blueprint.post("/incidents/<incident_id>/mark-drill")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(MarkDrillSchema)
@blueprint.response(200, IncidentSchema)
def mark(body: Mapping[str, Any], incident_id: str) -> Response:
    """The owner of a mystery visit says that this was it; until then it is real to everybody."""
    who, _ = writer()
    parts, caller = services(), current_caller()
    parts.reader.run(lambda conn: find_visible(conn, parts, caller, incident_id))
    drill = own_drill(who, body["drill"]).drill
    if drill.mode != "mystery" or drill.ends_at is None:
        raise Refused("drill-does-not-fit", "这不是暗访。", "This is no mystery visit.")
    command = MarkDrill(
        terms=drill.terms,
        branch=drill.branch,
        type=drill.type,
        begins=drill.starts_at,
        ends=drill.ends_at,
        reason=body["reason"],
        all_asked=body["all_asked"],
    )
    envelope = envelope_for(command, incident_id, body)
    return whole_incident(mark_as_drill(parts, command, envelope).state)


def _with(drill: Drill, change: Mapping[str, Any]) -> Drill:
    return Drill(**{**{name: getattr(drill, name) for name in Drill.__slots__}, **change})


def _check_start(starts_at: datetime, now: datetime) -> None:
    if not now - JUST_NOW <= starts_at <= now + FURTHEST:
        raise Invalid(
            "starts_at", "开始时间要在现在之后、一年之内。", "It must lie ahead, within a year."
        )


def _sound(drill: Drill) -> Drill:
    """The plan, if it is one.

    Raises:
        Invalid: what is wrong with it.
    """
    now = services().clock.now()
    if drill.ends_at is not None and not (
        max(now, drill.starts_at) < drill.ends_at <= drill.starts_at + LONGEST_WINDOW
    ):
        raise Invalid(
            "ends_at",
            "结束要晚于开始，最长两周。",
            "It ends after its beginning, within two weeks of it.",
        )
    return drill
