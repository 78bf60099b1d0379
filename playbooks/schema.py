"""The shape of a playbook and of a card: strict, with every text in both languages.

``read_playbook`` and ``read_card`` give the value or every fault in it, each with its place.
"""

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate

from playbooks import model, values
from playbooks.marks import Where
from playbooks.vocabulary import FACTS

Problem = tuple[Where, str]

CLOCKS = (
    "first_response",
    "contact",
    "resolution",
    "progress",
    "report_up",
    "contingency",
    "supervisor_talks",
    "offer_answer",
    "customer_contact",
    "call_back",
    "regulator_answer",
)
"""The names of clocks (contract.md, section 3), and the plan that S3 starts beside the report."""


class _Shape(Schema):
    """Loads into the dataclass ``makes``; lists become tuples."""

    makes: type

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> object:
        frozen = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        return self.makes(**frozen)


class _Text(_Shape):
    makes = model.Text
    zh = values.Words(required=True)
    en = values.Words(required=True)


def _text(**options: Any) -> fields.Nested:
    return fields.Nested(_Text, **options)


def _texts(**options: Any) -> fields.List[Any]:
    return fields.List(_text(), **options)


class _Tap(_Shape):
    makes = model.Tap
    order = values.number(0, required=True)
    colour = values.name(required=True)
    icon = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]*\Z"))
    hidden = values.YesNo()
    by_facts = values.YesNo()


class _Condition(_Shape):
    makes = model.Condition
    fact = values.one_of(*FACTS, required=True)
    equals = fields.String()


class _Choice(_Shape):
    makes = model.Choice
    value = values.name(required=True)
    label = _text(required=True)


class _RecordField(_Shape):
    makes = model.RecordField
    name = values.name(required=True)
    label = _text(required=True)
    type = values.one_of(*get_args(model.RecordType), required=True)
    required = values.YesNo()
    choices = fields.List(fields.Nested(_Choice))
    fact = values.one_of(*FACTS)


class _RecordRule(_Shape):
    makes = model.RecordRule
    when_field = values.name(required=True)
    when = fields.List(values.name(), required=True, validate=validate.Length(min=1))
    field = values.name(required=True)
    needs = fields.List(values.name(), required=True, validate=validate.Length(min=1))
    text = _text(required=True)


class _Gate(_Shape):
    makes = model.Gate
    text = _text(required=True)
    any_of = values.facts()
    clearance = values.one_of(*values.ROLES)
    override = values.YesNo()
    override_by_anyone_if = values.facts()
    opens_if = fields.List(fields.Nested(_Condition))
    shut_if = fields.List(fields.Nested(_Condition))


class _Step(_Shape):
    makes = model.Step
    id = values.name(required=True)
    title = _text(required=True)
    owner = values.one_of(*values.ROLES, required=True)
    # Schema has an attribute of this name already.
    only_ = values.roles(data_key="only", attribute="only")
    must = values.YesNo()
    containment = values.YesNo()
    repeats = values.YesNo()
    gate = fields.Nested(_Gate)
    due = values.number(1)
    completed_by_raising = values.YesNo()
    say = _texts()
    avoid = _texts()
    record = fields.List(fields.Nested(_RecordField))
    record_rules = fields.List(fields.Nested(_RecordRule))
    source = values.sources()


class _AddedRecordField(_RecordField):
    """It records no fact: a fact may open an inherited gate."""

    class Meta:
        exclude = ("fact",)


class _AddedStep(_Step):
    """It contains nothing and is not done by itself: neither may end what others are asked for."""

    class Meta:
        exclude = ("containment", "completed_by_raising")

    makes = model.AddedStep
    after = values.name()
    record = fields.List(fields.Nested(_AddedRecordField))


class _AddedLines(_Shape):
    makes = model.AddedLines
    step = values.name(required=True)
    say = _texts()
    avoid = _texts()


class _Addition(_Shape):
    makes = model.Addition
    id = values.name(required=True)
    version = values.number(1, required=True)
    steps = fields.List(fields.Nested(_AddedStep))
    lines = fields.List(fields.Nested(_AddedLines))
    advice = _texts()


class _AddedBy(_Shape):
    makes = model.AddedBy
    org = values.org(required=True)
    version = values.number(1, required=True)


class _Level(_Shape):
    makes = model.Level
    after = values.number(0, required=True)
    tell = values.somebody(required=True)


class _Hours(_Shape):
    makes = model.Hours
    opens = values.time_of_day(required=True)
    closes = values.time_of_day(required=True)


class _Clock(_Shape):
    makes = model.ClockRule
    name = values.one_of(*CLOCKS, required=True)
    starts = fields.String(required=True)
    within = values.number(1, required=True)
    unit = values.one_of(*get_args(model.TimeUnit))
    met_by = fields.List(fields.String())
    tell = values.roles()
    source = values.sources()
    again = values.YesNo()
    ends = fields.List(fields.String())
    between = fields.Nested(_Hours)
    extend_to = fields.List(values.number(1))
    extended_by = values.roles()


class _Proposal(_Shape):
    makes = model.Proposal
    fact = values.one_of(*FACTS, required=True)
    at_least = values.number(1)
    equals = fields.String()
    because = _text(required=True)


class _Duty(_Shape):
    makes = model.Duty
    fact = values.one_of(*FACTS, required=True)
    tell = values.somebody(required=True)
    source = values.sources()


class _NoPromise(_Shape):
    makes = model.NoPromise
    text = _text(required=True)
    when = fields.List(fields.Nested(_Condition))


class _Card(_Shape):
    makes = model.Card
    id = values.name(required=True)
    title = _text(required=True)
    signs = _texts(required=True, validate=validate.Length(min=1))
    say = _texts(required=True)
    avoid = _texts(required=True)
    advice = _texts()
    source = values.sources()


class _Playbook(_Shape):
    makes = model.Playbook
    id = values.name(required=True)
    version = values.number(1, required=True)
    title = _text(required=True)
    summary = _text(required=True)
    tap = fields.Nested(_Tap, required=True)
    severity = values.one_of(*get_args(model.Severity), required=True)
    discreet = values.YesNo(required=True)
    ladder = fields.List(fields.Nested(_Level), required=True, validate=validate.Length(min=1))
    repeat_every = values.number(1, required=True)
    act_within = values.number(1, required=True)
    inform = fields.List(values.one_of(*values.ROLES, model.EVERYONE), required=True)
    steps = fields.List(fields.Nested(_Step), required=True, validate=validate.Length(min=1))
    clocks = fields.List(fields.Nested(_Clock))
    proposed_when = fields.List(fields.Nested(_Proposal))
    duties = fields.List(fields.Nested(_Duty))
    cards = fields.List(fields.Nested(_Card))
    needs_root_cause = values.YesNo()
    no_promise = fields.Nested(_NoPromise)
    representatives = values.number(1)
    press = values.YesNo()
    advice = _texts()
    source = values.sources()
    added = fields.List(fields.Nested(_AddedBy))


_PLAYBOOK = _Playbook()
_ADDITION = _Addition()
_CARD = _Card()
_STEP = _Step()


def read_playbook(content: object) -> tuple[model.Playbook | None, list[Problem]]:
    """The playbook of ``content`` (cards expanded), without its SHA-256; or what is wrong."""
    value, problems = _read(_PLAYBOOK, content)
    return (value if isinstance(value, model.Playbook) else None), problems


def read_addition(content: object) -> tuple[model.Addition | None, list[Problem]]:
    """The addition to a playbook that ``content`` is, or what is wrong with it."""
    value, problems = _read(_ADDITION, content)
    return (value if isinstance(value, model.Addition) else None), problems


def read_card(content: object) -> tuple[model.Card | None, list[Problem]]:
    """The card of ``content``, or what is wrong with it."""
    value, problems = _read(_CARD, content)
    return (value if isinstance(value, model.Card) else None), problems


def read_step(content: object) -> tuple[model.Step | None, list[Problem]]:
    """The step of ``content`` that several playbooks share, or what is wrong with it."""
    value, problems = _read(_STEP, content)
    return (value if isinstance(value, model.Step) else None), problems


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
