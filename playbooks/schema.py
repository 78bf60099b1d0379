"""The shape of a playbook and of a card: strict, with every text in both languages.

``read_playbook`` and ``read_card`` give the value or every fault in it, each with its place.
"""

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate

from playbooks import model
from playbooks.marks import Where
from playbooks.vocabulary import FACTS, LARGEST_INTEGER

Problem = tuple[Where, str]

ROLES: tuple[str, ...] = get_args(model.Role)
CLOCKS = (
    "first_response",
    "contact",
    "resolution",
    "progress",
    "report_up",
    "supervisor_talks",
    "offer_answer",
    "customer_contact",
    "call_back",
    "regulator_answer",
)
"""The names of clocks (contract.md, section 3)."""

_NAME = validate.Regexp(r"^[a-z][a-z0-9_]{0,59}\Z", error="Must be a lower-case name.")


class _Words(fields.String):
    """A text that says something: not blank, and of characters that can be kept."""

    def _deserialize(self, value: object, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.strip():
            raise ValidationError("Must not be blank.")
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError("Has a character that cannot be kept.")
        return text


class _YesNo(fields.Boolean):
    """True or false and nothing that merely looks like it."""

    def _deserialize(self, value: object, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def _number(least: int, **options: Any) -> fields.Integer:
    within = validate.Range(min=least, max=LARGEST_INTEGER)
    return fields.Integer(strict=True, validate=within, **options)


def _name(**options: Any) -> fields.String:
    return fields.String(validate=_NAME, **options)


def _one_of(*values: str, **options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(values), **options)


def _roles(**options: Any) -> fields.List[str]:
    return fields.List(_one_of(*ROLES), **options)


def _facts() -> fields.List[str]:
    return fields.List(_one_of(*FACTS))


def _sources() -> fields.List[str]:
    return fields.List(_Words(validate=validate.Length(max=80)))


class _Shape(Schema):
    """Loads into the dataclass ``makes``; lists become tuples."""

    makes: type

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> object:
        frozen = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        return self.makes(**frozen)


class _Text(_Shape):
    makes = model.Text
    zh = _Words(required=True)
    en = _Words(required=True)


def _text(**options: Any) -> fields.Nested:
    return fields.Nested(_Text, **options)


def _texts(**options: Any) -> fields.List[Any]:
    return fields.List(_text(), **options)


class _Tap(_Shape):
    makes = model.Tap
    order = _number(0, required=True)
    colour = _name(required=True)
    icon = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]*\Z"))
    hidden = _YesNo()


class _Choice(_Shape):
    makes = model.Choice
    value = _name(required=True)
    label = _text(required=True)


class _RecordField(_Shape):
    makes = model.RecordField
    name = _name(required=True)
    label = _text(required=True)
    type = _one_of(*get_args(model.RecordType), required=True)
    required = _YesNo()
    choices = fields.List(fields.Nested(_Choice))


class _Gate(_Shape):
    makes = model.Gate
    text = _text(required=True)
    any_of = _facts()
    clearance = _one_of(*ROLES)
    override = _YesNo()
    override_by_anyone_if = _facts()


class _Step(_Shape):
    makes = model.Step
    id = _name(required=True)
    title = _text(required=True)
    owner = _one_of(*ROLES, required=True)
    # Schema has an attribute of this name already.
    only_ = _roles(data_key="only", attribute="only")
    must = _YesNo()
    containment = _YesNo()
    gate = fields.Nested(_Gate)
    due = _number(1)
    completed_by_raising = _YesNo()
    say = _texts()
    avoid = _texts()
    record = fields.List(fields.Nested(_RecordField))
    source = _sources()


class _Level(_Shape):
    makes = model.Level
    after = _number(0, required=True)
    tell = _roles(required=True, validate=validate.Length(min=1))


class _Clock(_Shape):
    makes = model.ClockRule
    name = _one_of(*CLOCKS, required=True)
    starts = fields.String(required=True)
    within = _number(1, required=True)
    unit = _one_of(*get_args(model.TimeUnit))
    met_by = fields.List(fields.String())
    tell = _roles()
    source = _sources()


class _Proposal(_Shape):
    makes = model.Proposal
    fact = _one_of(*FACTS, required=True)
    at_least = _number(1)
    because = _text(required=True)


class _Card(_Shape):
    makes = model.Card
    id = _name(required=True)
    title = _text(required=True)
    signs = _texts(required=True, validate=validate.Length(min=1))
    say = _texts(required=True)
    avoid = _texts(required=True)
    advice = _texts()
    source = _sources()


class _Playbook(_Shape):
    makes = model.Playbook
    id = _name(required=True)
    version = _number(1, required=True)
    title = _text(required=True)
    summary = _text(required=True)
    tap = fields.Nested(_Tap, required=True)
    severity = _one_of(*get_args(model.Severity), required=True)
    discreet = _YesNo(required=True)
    ladder = fields.List(fields.Nested(_Level), required=True, validate=validate.Length(min=1))
    repeat_every = _number(1, required=True)
    act_within = _number(1, required=True)
    inform = fields.List(_one_of(*ROLES, model.EVERYONE), required=True)
    steps = fields.List(fields.Nested(_Step), required=True, validate=validate.Length(min=1))
    clocks = fields.List(fields.Nested(_Clock))
    proposed_when = fields.List(fields.Nested(_Proposal))
    cards = fields.List(fields.Nested(_Card))
    needs_root_cause = _YesNo()
    advice = _texts()
    source = _sources()


_PLAYBOOK = _Playbook()
_CARD = _Card()


def read_playbook(content: object) -> tuple[model.Playbook | None, list[Problem]]:
    """The playbook of ``content`` (cards expanded), without its SHA-256; or what is wrong."""
    value, problems = _read(_PLAYBOOK, content)
    return (value if isinstance(value, model.Playbook) else None), problems


def read_card(content: object) -> tuple[model.Card | None, list[Problem]]:
    """The card of ``content``, or what is wrong with it."""
    value, problems = _read(_CARD, content)
    return (value if isinstance(value, model.Card) else None), problems


def _read(schema: Schema, content: object) -> tuple[object, list[Problem]]:
    if not isinstance(content, Mapping):
        return None, [((), "Must be a mapping of names to values.")]
    try:
        return schema.load(content), []
    except ValidationError as error:
        return None, list(_flatten(error.messages, ()))


def _flatten(messages: object, where: Where) -> list[Problem]:
    if isinstance(messages, dict):
        return [
            problem
            for key, inner in messages.items()
            for problem in _flatten(inner, where if key == "_schema" else (*where, key))
        ]
    if isinstance(messages, list):
        return [problem for inner in messages for problem in _flatten(inner, where)]
    return [(where, str(messages))]
