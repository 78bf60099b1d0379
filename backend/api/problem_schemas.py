"""Problems as the API words them (RFC 9457), and which of them a view answers with."""

from collections.abc import Callable
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from backend.api.shared_schemas import BothSchema

View = TypeVar("View", bound=Callable[..., Any])


class ProblemErrorSchema(Schema):
    """One place that is filled in wrongly."""

    field = fields.String(required=True)
    detail = fields.String(required=True)


class ForbiddenPlaceSchema(Schema):
    """Where forbidden wording stands, in characters from the field's beginning.

    In a playbook's content ``path`` is the way to the text; ``end`` is behind the last character.
    """

    field = fields.String(required=True)
    path = fields.List(fields.Raw(metadata={"type": ["string", "integer"]}))
    language = fields.String(validate=validate.OneOf(["zh", "en"]))
    start = fields.Integer(required=True)
    end = fields.Integer()
    length = fields.Integer(required=True)
    wording = fields.String(required=True)


class ProblemPersonSchema(Schema):
    """Who has done it already."""

    id = fields.String(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)


class ProblemReasonSchema(Schema):
    """One thing that stands against it."""

    key = fields.String(required=True)
    text = fields.Nested(BothSchema, required=True)


class ProblemSchema(Schema):
    """RFC 9457. Which step, and who has done it when, is said of a step that stands in the way."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemErrorSchema))
    places = fields.List(fields.Nested(ForbiddenPlaceSchema))
    step = fields.String()
    steps = fields.List(fields.String())
    done_at = fields.String()
    reasons = fields.List(fields.Nested(ProblemReasonSchema))
    not_before = fields.String(allow_none=True)
    done_by = fields.Nested(ProblemPersonSchema, allow_none=True)


def problems(*statuses: int) -> Callable[[View], View]:
    """Which errors a view may answer with, for the OpenAPI document."""

    def decorator(view: View) -> View:
        doc = deepcopy(vars(view).get("_apidoc", {}))
        responses = doc.setdefault("response", {}).setdefault("responses", {})
        for status in statuses:
            responses[status] = [
                {
                    "schema": ProblemSchema,
                    "description": HTTPStatus(status).phrase,
                    "content_type": "application/problem+json",
                }
            ]
        vars(view)["_apidoc"] = doc
        return view

    return decorator
