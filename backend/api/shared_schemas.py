"""What answers of all parts are made of: a text in both languages, a person, an org.

For the OpenAPI document only, like the schemas that use them.
"""

from typing import Any

from marshmallow import Schema, fields


def string(**more: Any) -> fields.String:
    """A string that is always there."""
    return fields.String(required=True, **more)


def maybe(**more: Any) -> fields.String:
    """A string, or null."""
    return fields.String(required=True, allow_none=True, **more)


def listed(schema: type[Schema]) -> fields.List[Any]:
    """Some of these, perhaps none."""
    return fields.List(fields.Nested(schema), required=True)


def flag() -> fields.Boolean:
    """True or false, always there."""
    return fields.Boolean(required=True)


class BothSchema(Schema):
    """A text for staff."""

    zh = string()
    en = string()


class PersonSchema(Schema):
    id = string()
    username = string()
    name = string()


class OrgNameSchema(Schema):
    id = string()
    name = string()
