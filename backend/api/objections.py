"""The objection library: what customers object to, and answers that two have cleared (A3, A5)."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, and_, or_

from backend.afterwards.objections import (
    add_objection,
    change_objection,
    clear_objection,
    find_objection,
    find_objections,
    held_by,
    of_status,
)
from backend.api.answers import answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.identity_schemas import org_json
from backend.api.objection_schemas import (
    ObjectionBodySchema,
    ObjectionChangeSchema,
    ObjectionClearSchema,
    ObjectionQuerySchema,
    ObjectionSchema,
    ObjectionsSchema,
)
from backend.api.planning import reader, record, writer
from backend.api.problem_schemas import problems
from backend.api.views import find_visible
from backend.callers import current_caller, signed_in
from backend.problems import NotFound
from backend.read_models import person
from backend.services import services
from escalation.clearance import Clearance, clearing_role
from escalation.objection import WORD_FIELDS, Objection, Words, drafts_at, inherited_by, writes_at
from escalation.refusal import Forbidden, Invalid
from escalation.timeline import stamp

blueprint = Blueprint("objections", __name__, description="Objections and cleared answers.")


@blueprint.get("/objections")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(ObjectionQuerySchema, location="query")
@blueprint.response(200, ObjectionsSchema)
def get_objections(query: Mapping[str, Any]) -> Response:
    """The newest first; who does not write here sees what is cleared, and nothing else."""
    reader()
    parts, limit = services(), query["limit"]
    place = decode_cursor(query.get("cursor"), (str,))
    wanted = {**query, "before": None if place is None else place[0]}
    shown, now = _shown_to_caller(), parts.clock.now()
    found = parts.reader.run(lambda conn: find_objections(conn, shown, wanted, now))
    following = encode_cursor([found[limit - 1].id]) if len(found) > limit else None
    return answer({"items": [_json(each) for each in found[:limit]], "next_cursor": following})


@blueprint.post("/objections")
@signed_in
@problems(400, 401, 403, 404, 413, 422, 507)
@blueprint.arguments(ObjectionBodySchema)
@blueprint.response(201, ObjectionSchema)
def write_objection(body: Mapping[str, Any]) -> Response:
    """A draft: it is used when compliance and legal have cleared it, two different people."""
    who, directory = writer()
    parts = services()
    writable = writes_at(current_caller(), directory)
    if not writable:
        raise Forbidden
    org = body.get("org") or next(org for _, org in who.roles if org in writable)
    if org not in directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    if org not in writable:
        raise Forbidden
    _check_names(body)
    entry = Objection(
        id=parts.clock.new_id(),
        org=org,
        topic=body["topic"],
        playbook=body.get("playbook"),
        incident=body.get("incident"),
        words=Words(**{name: body[name] for name in WORD_FIELDS}),
        revision=1,
        made_by=who.id,
        made_at=parts.clock.now(),
    )
    record(who, lambda batch, clock, actor: add_objection(batch, clock, actor, entry))
    return answer(_json(entry), 201)


@blueprint.patch("/objections/<objection_id>")
@signed_in
@problems(400, 401, 403, 404, 413, 422, 507)
@blueprint.arguments(ObjectionChangeSchema)
@blueprint.response(200, ObjectionSchema)
def rewrite_objection(body: Mapping[str, Any], objection_id: str) -> Response:
    """Other words want both clearances anew; ``retired`` takes it out of use."""
    who, directory = writer()
    entry = _find(objection_id)
    if entry.org not in writes_at(current_caller(), directory):
        raise Forbidden
    _check_names(body)
    changed = record(
        who, lambda batch, clock, actor: change_objection(batch, clock, actor, objection_id, body)
    )
    return answer(_json(changed))


@blueprint.post("/objections/<objection_id>/clear")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(ObjectionClearSchema)
@blueprint.response(200, ObjectionSchema)
def clear(body: Mapping[str, Any], objection_id: str) -> Response:
    """Once by compliance and once by legal: two different people; both anew each quarter."""
    who, directory = writer()
    entry = _find(objection_id)
    role = clearing_role(current_caller(), entry, directory)
    if role is None:
        raise Forbidden("只有合规和法务可以审核。", "Compliance and legal alone clear it.")
    cleared = record(
        who,
        lambda batch, clock, actor: clear_objection(
            batch, clock, actor, objection_id, role, body["revision"]
        ),
    )
    return answer(_json(cleared))


def _shown_to_caller() -> ColumnElement[bool]:
    caller, directory = current_caller(), services().world.directory
    usable = and_(
        held_by(inherited_by(caller, directory)), of_status("cleared", services().clock.now())
    )
    return or_(held_by(drafts_at(caller, directory)), usable)


def _find(objection_id: str) -> Objection:
    shown = _shown_to_caller()
    found = services().reader.run(lambda conn: find_objection(conn, objection_id, shown))
    if found is None:
        raise NotFound
    return found


def _check_names(body: Mapping[str, Any]) -> None:
    """A playbook there must be; an incident must be the writer's to see."""
    parts, caller = services(), current_caller()
    if body.get("playbook") is not None and body["playbook"] not in parts.shelf.current:
        raise Invalid("playbook", "没有这个预案。", "There is no such playbook.")
    incident = body.get("incident")
    if incident is not None:
        parts.reader.run(lambda conn: find_visible(conn, parts, caller, incident))


def _json(entry: Objection) -> dict[str, Any]:
    directory = services().world.directory
    again = entry.clear_again_by

    def shown(clearance: Clearance | None) -> dict[str, Any] | None:
        if clearance is None:
            return None
        return {"by": person(directory, clearance.by), "at": stamp(clearance.at)}

    return {
        "id": entry.id,
        "org": org_json(entry.org, directory),
        "topic": entry.topic,
        "playbook": entry.playbook,
        "incident": entry.incident,
        "objection": {"zh": entry.words.objection_zh, "en": entry.words.objection_en},
        "answer": {"zh": entry.words.answer_zh, "en": entry.words.answer_en},
        "status": entry.status(services().clock.now()),
        "revision": entry.revision,
        "made_by": person(directory, entry.made_by),
        "made_at": stamp(entry.made_at),
        "compliance": shown(entry.compliance),
        "legal": shown(entry.legal),
        "clear_again_by": None if again is None else stamp(again),
    }
