"""Taking timelines out of the house (contract, section 7)."""

from collections.abc import Mapping
from typing import Any

from flask import Response, stream_with_context
from marshmallow import RAISE, ValidationError, fields, validate

from backend.api.blueprint import Blueprint
from backend.api.command_schemas import Strict
from backend.api.fields import PlainText, words
from backend.api.periods import Day, asked_period
from backend.api.problem_schemas import problems
from backend.callers import current_caller, signed_in
from backend.exports import (
    BULK_MEDIA_TYPES,
    MEDIA_TYPES,
    Period,
    export_incident,
    export_many,
)
from backend.services import services

blueprint = Blueprint("exports", __name__, description="Exports.")

_NOT_YET = ("xlsx", "pdf", "zip")


def _offered(form: str) -> None:
    if form in _NOT_YET:
        raise words(f"这个版本还不能导出 {form}。", f"This version does not offer {form} yet.")


def _known(form: str) -> None:
    if form not in (*MEDIA_TYPES, *_NOT_YET):
        raise ValidationError("Must be one of: json, csv.")


class Form(fields.String):
    """``json`` or ``csv``; what comes later is refused by name."""

    def __init__(self) -> None:
        super().__init__(
            load_default="json", validate=[_known, _offered], metadata={"enum": list(MEDIA_TYPES)}
        )


class ExportQuerySchema(Strict):
    """In which form and language."""

    format = Form()
    lang = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))


class BulkQuerySchema(ExportQuerySchema):
    """Which incidents: opened from ``from`` on and before ``to``; a day ``to`` is included."""

    since = Day("from")
    until = Day("to")
    org = PlainText(longest=64)


def _contents(media_types: Mapping[str, str], description: str) -> dict[str, Any]:
    kinds = [kind.partition(";")[0] for kind in media_types.values()]
    return {
        "200": {
            "description": description,
            "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
            "content": {
                kind: {"schema": {"type": "object" if kind == "application/json" else "string"}}
                for kind in kinds
            },
        }
    }


@blueprint.get("/incidents/<incident_id>/export")
@signed_in
@problems(401, 403, 404, 422, 503, 507)
@blueprint.arguments(ExportQuerySchema, location="query", unknown=RAISE)
@blueprint.doc(responses=_contents(MEDIA_TYPES, "The timeline with its proof, or as a table."))
def get_export(query: Mapping[str, Any], incident_id: str) -> Response:
    """The incident and its timeline as a file; the export itself becomes an event after it."""
    form = query["format"]
    made = export_incident(services(), current_caller(), incident_id, form, query["lang"])
    return _file(Response(made.content, content_type=MEDIA_TYPES[form]), made.file_name)


@blueprint.get("/exports")
@signed_in
@problems(401, 403, 422, 507)
@blueprint.arguments(BulkQuerySchema, location="query", unknown=RAISE)
@blueprint.doc(responses=_contents(BULK_MEDIA_TYPES, "One bundle a line, or one table."))
def get_exports(query: Mapping[str, Any]) -> Response:
    """All incidents of a period that the caller sees and may export, oldest first, streamed."""
    parts, form = services(), query["format"]
    asked = asked_period(query, parts.world.directory)
    period = Period(asked.since, asked.until, asked.org)
    stream = export_many(parts, current_caller(), period, form, query["lang"])
    return _file(
        Response(stream_with_context(stream), content_type=BULK_MEDIA_TYPES[form]),
        f"counterbell-{parts.clock.now():%Y%m%d}.{'ndjson' if form == 'json' else form}",
    )


def _file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
