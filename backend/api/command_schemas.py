"""The shape of each command's body, and how a loaded body becomes a command."""

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from backend.api.fields import (
    Facts,
    Flag,
    Moment,
    PlainText,
    Record,
    TypedText,
    Uuid,
    Whole,
    typed,
    words,
)
from escalation import commands
from escalation.commands import Command
from escalation.dealing_commands import Dealing
from escalation.dealings import PROMISE_KINDS
from escalation.decide.life import COMPLAINT_KINDS, OUTCOMES, ROOT_CAUSES
from escalation.decide.rooms import MOST_PEOPLE
from escalation.statement import LANGS
from escalation.texts import Typed
from escalation.timeline import MAX_INTEGER

_ID = PlainText(longest=64)


class Strict(Schema):
    """Unknown keys are refused."""

    class Meta:
        """Marshmallow's settings."""

        unknown = RAISE


class OpenSchema(Strict):
    type = PlainText(longest=64, required=True)
    id = Uuid()
    branch = PlainText(longest=64)
    drill = Flag()
    facts = Facts()
    note = TypedText()


class AcknowledgeSchema(Strict):
    eta_minutes = Whole(0, 24 * 60, allow_none=True)


class OptionalReasonSchema(Strict):
    reason = TypedText(allow_none=True)


class ReasonSchema(Strict):
    reason = TypedText(required=True)


class CompleteStepSchema(Strict):
    step = PlainText(longest=64, required=True)
    note = TypedText(allow_none=True)
    record = Record(allow_none=True)
    override_reason = TypedText(allow_none=True)


class ClearStepSchema(OptionalReasonSchema):
    step = PlainText(longest=64, required=True)


class StepReasonSchema(ReasonSchema):
    step = PlainText(longest=64, required=True)


class RecordFactsSchema(Strict):
    facts = Facts(required=True)


class AddPlaybookSchema(OptionalReasonSchema):
    playbook = PlainText(longest=64, required=True)


class ReclassifySchema(ReasonSchema):
    type = PlainText(longest=64, required=True)


class HandOverSchema(OptionalReasonSchema):
    to = PlainText(longest=64, required=True)


class AddNoteSchema(Strict):
    text = TypedText(required=True)


class ContainSchema(Strict):
    summary = TypedText(allow_none=True)


class CloseSchema(Strict):
    resolution = TypedText(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    root_cause = fields.String(allow_none=True, validate=validate.OneOf(ROOT_CAUSES))
    complaint_kind = fields.String(allow_none=True, validate=validate.OneOf(COMPLAINT_KINDS))


class LinkCustomerSchema(Strict):
    customer = Uuid(required=True)


class UnlinkCustomerSchema(Strict):
    pass


class ChangeClockSchema(ReasonSchema):
    clock = PlainText(longest=64, required=True)
    until = Moment(required=True)


class ResumeClockSchema(ReasonSchema):
    clock = PlainText(longest=64, required=True)


class PromiseSchema(Strict):
    """``due_at``: by when it is to be done."""

    text = TypedText(required=True)
    due_at = Moment(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(PROMISE_KINDS))


class KeepPromiseSchema(Strict):
    promise = PlainText(longest=64, required=True)
    note = TypedText(allow_none=True)


class BreakPromiseSchema(ReasonSchema):
    promise = PlainText(longest=64, required=True)


class NameRepresentativeSchema(Strict):
    """``who``: a name, or a mark by which they are known."""

    who = TypedText(required=True)


class WithdrawRepresentativeSchema(Strict):
    representative = PlainText(longest=64, required=True)


class LeadToRoomSchema(Strict):
    who = TypedText(required=True)
    room = TypedText(required=True)
    people = Whole(1, MOST_PEOPLE, allow_none=True)
    at = Moment(allow_none=True)


class LeaveRoomSchema(Strict):
    stay = PlainText(longest=64, required=True)
    at = Moment(allow_none=True)


class RecordPressStatementSchema(Strict):
    who = TypedText(required=True)
    outlet = TypedText(required=True)
    asked = TypedText(required=True)
    said = TypedText(required=True)
    press_card = TypedText(allow_none=True)
    at = Moment(allow_none=True)


class StatementWordsSchema(Strict):
    """``draft``: the one that these words change, as it was read; 0 where there was none."""

    lang = fields.String(required=True, validate=validate.OneOf(LANGS))
    text = TypedText(required=True)
    contact = TypedText(required=True)
    draft = Whole(0, MAX_INTEGER, required=True)


class OccurredSchema(Strict):
    """The deed's time by the tablet's own clocks (contract, section 3)."""

    device_at = Moment(required=True)
    mono_ms = Whole(0, MAX_INTEGER, required=True)
    session = PlainText(longest=100, required=True)
    time_token = PlainText(longest=500, allow_none=True)


class DeviceProofSchema(Strict):
    """The device's signature over the exact text ``signed``."""

    seq = Whole(0, MAX_INTEGER, required=True)
    signature = PlainText(longest=200, required=True)
    signed = PlainText(longest=200_000, required=True)


class SealedText(fields.Field[dict[str, dict[str, str]]]):
    """``{hash: {salt, text}}`` of the texts that the device has sealed."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        if not isinstance(value, dict) or len(value) > 100:
            raise words("应是一个对象。", "This must be an object.")
        for each in value.values():
            if not isinstance(each, dict) or set(each) != {"salt", "text"}:
                raise words("要有 salt 和 text。", "Each needs salt and text.")
            salt = each["salt"]
            if not isinstance(salt, str) or len(salt) != 64 or not _is_hex(salt):
                raise words("salt 须是 64 位十六进制。", "A salt has 64 hex digits.")
            if not isinstance(typed(each["text"]), Typed):
                raise words("应是文字。", "This must be text.")
        return value


def _is_hex(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) * 2 == len(text)
    except ValueError:
        return False


class SendingSchema(Strict):
    """What belongs to the sending of a command, beside its data."""

    command_id = Uuid()
    occurred = fields.Nested(OccurredSchema, allow_none=True)
    mono_now = Whole(0, MAX_INTEGER, allow_none=True)
    sealed = SealedText()
    device = fields.Nested(DeviceProofSchema, allow_none=True)


SENDING_KEYS = frozenset(SendingSchema._declared_fields)

SCHEMAS: Mapping[str, type[Schema]] = {
    "open": OpenSchema,
    "acknowledge": AcknowledgeSchema,
    "decline": OptionalReasonSchema,
    "complete-step": CompleteStepSchema,
    "clear-step": ClearStepSchema,
    "skip-step": StepReasonSchema,
    "reopen-step": StepReasonSchema,
    "record-facts": RecordFactsSchema,
    "add-playbook": AddPlaybookSchema,
    "reclassify": ReclassifySchema,
    "hand-over": HandOverSchema,
    "add-note": AddNoteSchema,
    "escalate": ReasonSchema,
    "contain": ContainSchema,
    "close": CloseSchema,
    "cancel": ReasonSchema,
    "reopen": ReasonSchema,
    "pause-clock": ChangeClockSchema,
    "extend-clock": ChangeClockSchema,
    "unmark-drill": ReasonSchema,
    "link-customer": LinkCustomerSchema,
    "unlink-customer": UnlinkCustomerSchema,
    "resume-clock": ResumeClockSchema,
    "promise": PromiseSchema,
    "keep-promise": KeepPromiseSchema,
    "break-promise": BreakPromiseSchema,
    "name-representative": NameRepresentativeSchema,
    "withdraw-representative": WithdrawRepresentativeSchema,
    "lead-to-room": LeadToRoomSchema,
    "leave-room": LeaveRoomSchema,
    "record-press-statement": RecordPressStatementSchema,
    "draft-statement": StatementWordsSchema,
    "issue-statement": StatementWordsSchema,
}

_COMMANDS: Mapping[str, type[Command]] = {
    "open": commands.Open,
    "acknowledge": commands.Acknowledge,
    "decline": commands.Decline,
    "complete-step": commands.CompleteStep,
    "clear-step": commands.ClearStep,
    "skip-step": commands.SkipStep,
    "reopen-step": commands.ReopenStep,
    "record-facts": commands.RecordFacts,
    "add-playbook": commands.AddPlaybook,
    "reclassify": commands.Reclassify,
    "hand-over": commands.HandOver,
    "add-note": commands.AddNote,
    "escalate": commands.Escalate,
    "contain": commands.Contain,
    "close": commands.Close,
    "cancel": commands.Cancel,
    "reopen": commands.Reopen,
    "pause-clock": commands.PauseClock,
    "extend-clock": commands.ExtendClock,
    "unmark-drill": commands.UnmarkDrill,
    "link-customer": commands.LinkCustomer,
    "unlink-customer": commands.UnlinkCustomer,
    "resume-clock": commands.ResumeClock,
    **{command.name: command for command in get_args(Dealing)},
}


def with_sending(schema: type[Schema]) -> type[Schema]:
    """The body of a direct POST: the command's data and its sending side by side."""
    return type(schema.__name__.replace("Schema", "BodySchema"), (SendingSchema, schema), {})


_SHARED = (
    ReasonSchema,
    OptionalReasonSchema,
    StepReasonSchema,
    ChangeClockSchema,
    StatementWordsSchema,
)
BODIES: Mapping[str, type[Schema]] = {
    name: with_sending(schema)
    if schema not in _SHARED
    else type(name.title().replace("-", "") + "BodySchema", (SendingSchema, schema), {})
    for name, schema in SCHEMAS.items()
}


def command_of(name: str, data: Mapping[str, Any]) -> Command:
    """The command that a loaded body means; what is null is left out."""
    given = {key: value for key, value in data.items() if value is not None}
    return _COMMANDS[name](**given)


__all__ = ["BODIES", "SCHEMAS", "SENDING_KEYS", "SendingSchema", "ValidationError", "command_of"]
