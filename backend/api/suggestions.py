"""Suggestions to the business side, their answers, and what comes up again and again (W4, A7)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from sqlalchemy import Connection

from backend.api.answers import NoCursor, answer, decode_cursor, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.customer_views import newest_after, newest_place
from backend.api.identity_schemas import org_json
from backend.api.planning import reader, writer
from backend.api.problem_schemas import problems
from backend.api.suggestion_schemas import (
    BusinessSuggestionSchema,
    CauseQuerySchema,
    CausesSchema,
    SuggestionAnswerSchema,
    SuggestionBodySchema,
    SuggestionQuerySchema,
    SuggestionsSchema,
)
from backend.api.views import find_visible
from backend.callers import actor_of, current_caller, signed_in
from backend.customers.suggestions import (
    add_suggestion,
    answer_suggestion,
    count_causes,
    find_suggestion,
    find_suggestions,
    how_often,
    numbers_of,
    shown_to,
)
from backend.problems import NotFound
from backend.read_models import person
from backend.sending import own_branch
from backend.services import services
from escalation.people import Directory
from escalation.refusal import Forbidden, Invalid
from escalation.suggestion import Suggestion, answers_at, suggestions_seen_at, suggests_at
from escalation.timeline import stamp

blueprint = Blueprint("suggestions", __name__, description="Suggestions to the business side.")
FURTHEST_CAUSE = 100_000


@blueprint.get("/suggestions")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(SuggestionQuerySchema, location="query")
@blueprint.response(200, SuggestionsSchema)
def get_suggestions(query: Mapping[str, Any]) -> Response:
    """The newest first: one's own, and for business line, managers and reviewers their orgs'."""
    who, directory = reader()
    limit = query["limit"]
    wanted = {**_narrowed(query, directory), "after": newest_after(query.get("cursor"))}
    if query.get("mine"):
        wanted["mine"] = who.id
    else:
        wanted.pop("mine", None)
    shown = shown_to(current_caller(), directory)
    found = services().reader.run(lambda conn: find_suggestions(conn, shown, wanted))
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else newest_place(last.made_at, last.id)
    return answer({"items": _drawn(found[:limit]), "next_cursor": following})


@blueprint.get("/suggestions/causes")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(CauseQuerySchema, location="query")
@blueprint.response(200, CausesSchema)
def get_causes(query: Mapping[str, Any]) -> Response:
    """What is suggested again and again, by branch, product and cause; the most frequent first."""
    _, directory = reader()
    caller, limit = current_caller(), query["limit"]
    if not suggestions_seen_at(caller, directory):
        raise Forbidden
    (skip,) = decode_cursor(query.get("cursor"), (int,)) or [0]
    if not 0 <= skip <= FURTHEST_CAUSE:
        raise NoCursor
    wanted, shown = {**_narrowed(query, directory), "skip": skip}, shown_to(caller, directory)
    found = services().reader.run(lambda conn: count_causes(conn, shown, wanted))
    items = [
        {
            "org": org_json(row.org_id, directory),
            "product": row.product,
            "cause": row.cause,
            "times": row.times,
            "open": row.open,
            "last_at": stamp(row.last_at),
        }
        for row in found[:limit]
    ]
    following = encode_cursor([skip + limit]) if len(found) > limit else None
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/suggestions")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(SuggestionBodySchema)
@blueprint.response(201, BusinessSuggestionSchema)
def make_suggestion(body: Mapping[str, Any]) -> Response:
    """What cannot be done here goes to the business side, from an incident or without one."""
    who, directory = reader()
    parts, caller = services(), current_caller()
    incident, branch = _incident(body.get("incident"))
    org = branch or body.get("org") or own_branch(parts, caller)
    if org not in directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    if branch is None and org not in suggests_at(caller, directory):
        raise Forbidden
    made = Suggestion(
        id=body.get("id") or parts.clock.new_id(),
        org=org,
        incident=incident,
        product=body["product"],
        cause=body["cause"],
        text=body["text"],
        made_by=who.id,
        made_at=parts.clock.now(),
    )
    kept = parts.writer.run(lambda batch: add_suggestion(batch, parts.clock, actor_of(who), made))
    return answer(_drawn([kept])[0], 201)


@blueprint.patch("/suggestions/<suggestion_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(SuggestionAnswerSchema)
@blueprint.response(200, BusinessSuggestionSchema)
def answer_it(body: Mapping[str, Any], suggestion_id: str) -> Response:
    """The business line answers, once; whoever made it reads the answer."""
    who, directory = writer()
    parts, caller = services(), current_caller()
    shown = shown_to(caller, directory)
    found = parts.reader.run(lambda conn: find_suggestion(conn, suggestion_id, shown))
    if found is None:
        raise NotFound
    if found.org not in answers_at(caller, directory):
        raise Forbidden("由业务条线答复。", "The business line answers it.")
    kept = parts.writer.run(
        lambda batch: answer_suggestion(
            batch, parts.clock, actor_of(who), suggestion_id, body["status"], body["answer"]
        )
    )
    return answer(_drawn([kept])[0])


def _incident(any_id: str | None) -> tuple[str | None, str | None]:
    """The id and the branch of an incident that the maker sees."""
    if any_id is None:
        return None, None
    parts, caller = services(), current_caller()
    state = parts.reader.run(lambda conn: find_visible(conn, parts, caller, any_id))
    return state.id, state.branch


def _narrowed(query: Mapping[str, Any], directory: Directory) -> dict[str, Any]:
    wanted = dict(query)
    if "org" in query:
        known = query["org"] in directory.orgs
        wanted["orgs"] = directory.below(query["org"]) if known else set()
    return wanted


def _drawn(found: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """As the caller may see them: an incident that is not theirs to see is not named."""
    caller, directory = current_caller(), services().world.directory
    shown = shown_to(caller, directory)

    def beside(conn: Connection) -> tuple[Mapping[Any, int], Mapping[str, str]]:
        ids = [each.incident for each in found if each.incident is not None]
        return how_often(conn, shown, found), numbers_of(conn, ids, caller, directory)

    times, numbers = services().reader.run(beside)
    answers = answers_at(caller, directory)
    return [_json(each, directory, times, numbers, answers) for each in found]


def _json(
    each: Suggestion,
    directory: Directory,
    times: Mapping[Any, int],
    numbers: Mapping[str, str],
    answers: set[str],
) -> dict[str, Any]:
    number = numbers.get(each.incident or "")
    return {
        "id": each.id,
        "org": org_json(each.org, directory),
        "incident": None if number is None else {"id": each.incident, "number": number},
        "product": each.product,
        "cause": each.cause,
        "text": each.text,
        "status": each.status,
        "times": times.get((each.org, each.product, each.cause), 1),
        "may_answer": each.status == "open" and each.org in answers,
        "made_by": person(directory, each.made_by),
        "made_at": stamp(each.made_at),
        "answer": each.answer,
        "answered_by": person(directory, each.answered_by),
        "answered_at": None if each.answered_at is None else stamp(each.answered_at),
    }
