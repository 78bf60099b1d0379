"""The written statement to a customer: its words so far, and the papers that were issued (A8)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.dealing_schemas import StatementSchema
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import PersonSchema
from backend.api.views import find_visible
from backend.callers import current_caller, signed_in
from backend.event_store import read_texts
from backend.owed_view import statements_json
from backend.problems import NotFound
from backend.read_models import person
from backend.services import services
from backend.written_statements import draft_of, texts_for_draft
from escalation.decide.statements import letterhead
from escalation.incident import Incident
from escalation.refusal import Forbidden
from escalation.rights import reads_statements, writes_statements
from escalation.statement import LANGS, document
from escalation.timeline import stamp

blueprint = Blueprint("statements", __name__, description="Written statements to customers.")


class StatementQuerySchema(Schema):
    """In which language."""

    lang = fields.String(load_default="zh", validate=validate.OneOf(LANGS))


class StatementDraftSchema(Schema):
    """The words so far. ``draft`` 0: nobody has written yet; they were made from the record."""

    lang = fields.String(required=True, validate=validate.OneOf(LANGS))
    draft = fields.Integer(required=True)
    text = fields.String(required=True, allow_none=True)
    paper = fields.String(
        required=True,
        metadata={"description": "The document, if the caller issued these words now."},
    )
    contact = fields.String(required=True, allow_none=True)
    at = fields.String(required=True, allow_none=True)
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    issued = fields.List(fields.Nested(StatementSchema), required=True)


@blueprint.get("/incidents/<incident_id>/statement")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(StatementQuerySchema, location="query")
@blueprint.response(200, StatementDraftSchema)
def get_statement(query: Mapping[str, Any], incident_id: str) -> Response:
    """The words so far, for who writes them; without any, those that the record suggests."""
    parts, caller, lang = services(), current_caller(), query["lang"]

    def read(conn: Any) -> tuple[Incident, Any]:
        state = find_visible(conn, parts, caller, incident_id)
        draft = state.dealings.drafts.get(lang)
        needed = texts_for_draft(state)
        if draft is not None:
            needed += [draft.text["sealed"], draft.contact["sealed"]]
        return state, read_texts(conn, needed) if needed else {}

    state, texts = parts.reader.run(read)
    directory = parts.world.directory
    if not writes_statements(caller, state, directory):
        raise Forbidden
    draft = state.dealings.drafts.get(lang)
    if draft is None:
        text: str | None = draft_of(state, texts, directory.orgs[state.branch].timezone, lang)
        contact: str | None = None
    else:
        text = texts[draft.text["sealed"]]["text"]
        contact = texts[draft.contact["sealed"]]["text"]
    signed = "" if caller.person is None else caller.person.name
    head = letterhead(state, directory, parts.clock.now(), lang, signed)
    return answer(
        {
            "lang": lang,
            "draft": 0 if draft is None else draft.seq,
            "text": text,
            "paper": document(replace(head, text=text or "", contact=contact or "")),
            "contact": contact,
            "at": None if draft is None else stamp(draft.at),
            "by": None if draft is None else person(directory, draft.by),
            "issued": statements_json(state, directory),
        }
    )


@blueprint.get("/incidents/<incident_id>/statements/<statement_id>")
@signed_in
@problems(401, 403, 404)
@blueprint.response(200, content_type="text/html", description="The paper, as it was issued.")
def get_paper(incident_id: str, statement_id: str) -> Response:
    """The very bytes whose SHA-256 stands in the timeline; 404 once they were purged."""
    parts, caller = services(), current_caller()

    def read(conn: Any) -> tuple[str, str | None]:
        state = find_visible(conn, parts, caller, incident_id)
        if not reads_statements(caller, state, parts.world.directory):
            raise Forbidden
        found = state.dealings.statements.get(statement_id)
        if found is None:
            raise NotFound
        digest = found.document["sealed"]
        return state.number, read_texts(conn, [digest])[digest]["text"]

    number, paper = parts.reader.run(read)
    if paper is None:
        raise NotFound
    name = f'attachment; filename="{number}-statement.html"'
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return Response(paper.encode(), content_type="text/html; charset=utf-8", headers=headers)
