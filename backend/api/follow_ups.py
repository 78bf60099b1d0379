"""Calls that are owed to customers: about satisfaction within a week, and at a better moment."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from backend.afterwards.follow_ups import find_follow_up, list_follow_ups
from backend.afterwards.sending import carry_out
from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.follow_up_schemas import (
    FollowUpBodySchema,
    FollowUpDoneSchema,
    FollowUpQuerySchema,
    FollowUpSchema,
    FollowUpsSchema,
)
from backend.api.problem_schemas import problems
from backend.callers import current_caller, signed_in
from backend.problems import NotFound
from backend.services import services
from escalation.commands import FinishFollowUp, ScheduleFollowUp

blueprint = Blueprint("follow_ups", __name__, description="Calls that are owed to customers.")


@blueprint.get("/follow-ups")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(FollowUpQuerySchema, location="query")
@blueprint.response(200, FollowUpsSchema)
def get_follow_ups(query: Mapping[str, Any]) -> Response:
    """Calls of the incidents that the caller sees, what is due first at the top."""
    parts, caller = services(), current_caller()
    found = parts.reader.run(lambda conn: list_follow_ups(conn, parts, caller, query))
    return answer(found)


@blueprint.post("/follow-ups")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(FollowUpBodySchema)
@blueprint.response(201, FollowUpSchema)
def add_follow_up(body: Mapping[str, Any]) -> Response:
    """The moment was a bad one: call back, in three days where nobody says when."""
    command = ScheduleFollowUp(body.get("due_at"), body.get("note"))
    outcome = carry_out(command, body["incident"], body)
    made = next(
        each.id
        for each in outcome.state.follow_ups.values()
        if each.made_by is not None and each.command_id == outcome.command_id
    )
    return answer(_drawn(made), 201)


@blueprint.patch("/follow-ups/<follow_up_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(FollowUpDoneSchema)
@blueprint.response(200, FollowUpSchema)
def finish_follow_up(body: Mapping[str, Any], follow_up_id: str) -> Response:
    """The call was made, or tried: a call that nobody answered is owed again a day later."""
    found = _drawn(follow_up_id)
    command = FinishFollowUp(
        follow_up_id, body["outcome"], body.get("content"), body.get("improve")
    )
    carry_out(command, found["incident"]["id"], body)
    return answer(_drawn(follow_up_id))


def _drawn(follow_up_id: str) -> dict[str, Any]:
    parts, caller = services(), current_caller()
    found = parts.reader.run(lambda conn: find_follow_up(conn, parts, caller, follow_up_id))
    if found is None:
        raise NotFound
    return found
