"""A page of a list: where it goes on, and how much of it."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from backend.api.answers import decode_cursor
from backend.api.command_schemas import Strict
from backend.api.fields import PlainText


class PageSchema(Strict):
    """Where a list goes on, and how much of it."""

    cursor = PlainText(longest=500)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


def page_start(page: Mapping[str, Any]) -> str:
    """The key behind which a page begins.

    Raises:
        Invalid: the cursor is none of ours.
    """
    place = decode_cursor(page.get("cursor"), (str,)) or [""]
    key: str = place[0]
    return key
