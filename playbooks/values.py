"""The single values that playbook files are made of, each as strict as it can be."""

from typing import Any, get_args

from marshmallow import ValidationError, fields, validate

from playbooks import model
from playbooks.vocabulary import FACTS, LARGEST_INTEGER

ROLES: tuple[str, ...] = get_args(model.Role)

_NAME = validate.Regexp(r"^[a-z][a-z0-9_]{0,59}\Z", error="Must be a lower-case name.")


class Words(fields.String):
    """A text that says something: not blank, and of characters that can be kept."""

    def _deserialize(self, value: object, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.strip():
            raise ValidationError("Must not be blank.")
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError("Has a character that cannot be kept.")
        return text


class YesNo(fields.Boolean):
    """True or false and nothing that merely looks like it."""

    def _deserialize(self, value: object, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def number(least: int, **options: Any) -> fields.Integer:
    """A whole number, not a text and not a float, from ``least`` to what JSON keeps exactly."""
    within = validate.Range(min=least, max=LARGEST_INTEGER)
    return fields.Integer(strict=True, validate=within, **options)


def name(**options: Any) -> fields.String:
    """A lower-case name by which code and API refer to something."""
    return fields.String(validate=_NAME, **options)


def org(**options: Any) -> fields.String:
    """The id of an org."""
    form = validate.Regexp(r"^[a-z0-9-]{1,64}\Z", error="Must be the id of an org.")
    return fields.String(validate=form, **options)


def time_of_day(**options: Any) -> fields.String:
    """Such as 08:00; the day has 24 hours, and its end is 24:00."""
    clock = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z"
    return fields.String(validate=validate.Regexp(clock, error="Must be like 08:00."), **options)


def one_of(*values: str, **options: Any) -> fields.String:
    """One of the given words."""
    return fields.String(validate=validate.OneOf(values), **options)


def somebody(**options: Any) -> fields.List[str]:
    """Roles of people, one at least."""
    told = validate.Length(min=1, error="Somebody has to be told.")
    return roles(validate=told, **options)


def roles(**options: Any) -> fields.List[str]:
    """Roles of people (domain.md, section 1)."""
    return fields.List(one_of(*ROLES), **options)


def facts() -> fields.List[str]:
    """Names of facts."""
    return fields.List(one_of(*FACTS))


def sources() -> fields.List[str]:
    """The demands or rules that something comes from (A10)."""
    return fields.List(Words(validate=validate.Length(max=80)))
