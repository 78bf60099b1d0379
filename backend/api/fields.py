"""Marshmallow fields for what the contract knows: typed texts, facts, records, ids, times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from escalation.refusal import Invalid
from escalation.texts import Typed
from escalation.timeline import MAX_INTEGER, sealed_hash
from playbooks.facts import FACTS, FactError, check_fact

LONGEST_TEXT = 4000
TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
"""A text in an answer, as the OpenAPI document describes it."""
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
VISIBLE = re.compile("[^\\s\u200b-\u200f\u2060\ufeff]")
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
ISO_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_BAD_CHARACTER = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SealedRef:
    """A text that the device has sealed; the sending carries salt and text."""

    hash: str


def words(zh: str, en: str) -> ValidationError:
    """An error in both languages; problems.py picks the reader's."""
    return ValidationError([{"zh": zh, "en": en}])


def at_most(count: int) -> validate.Length:
    """For a list; the library speaks of characters."""
    return validate.Length(max=count, error="More than {max} items.")


def clean(text: str) -> str:
    """Refuse what cannot be kept or hashed."""
    if _BAD_CHARACTER.search(text):
        raise words("含有无法保存的字符。", "It has a character that cannot be kept.")
    return text


class PlainText(fields.String):
    """A short text that stands unsealed: a name, a username, a place."""

    def __init__(self, longest: int = 200, shortest: int = 1, **more: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        return clean(super()._deserialize(value, attr, data, **more))


class TypedText(fields.Field[Typed | SealedRef]):
    """A text that somebody typed, or the hash under which their device has sealed it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Typed | SealedRef:
        return typed(value)


def typed(value: Any) -> Typed | SealedRef:
    """A typed text of 1 to 4,000 characters, not all of them blank, or ``{"sealed": hash}``."""
    if isinstance(value, dict):
        digest = value.get("sealed")
        if len(value) == 1 and isinstance(digest, str) and _HASH.fullmatch(digest):
            return SealedRef(digest)
    if not isinstance(value, str):
        raise words("应是文字。", "This must be text.")
    if not 1 <= len(value) <= LONGEST_TEXT:
        raise words(
            f"须是 1 到 {LONGEST_TEXT} 个字。", f"It must have 1 to {LONGEST_TEXT} characters."
        )
    if not VISIBLE.search(value):
        raise words("不能只填空格。", "It must not be blank.")
    return Typed(clean(value))


def typed_text(value: Any) -> str:
    """A typed text in the clear: for what no tablet seals."""
    found = typed(value)
    if isinstance(found, SealedRef):
        raise words("应是文字。", "This must be text.")
    return found.text


class LongText(fields.Field[str]):
    """1 to 4,000 characters, not all of them blank."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        return typed_text(value)


class Words(fields.Field[Typed]):
    """A text that somebody typed, in the clear, to be sealed by the server."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Typed:
        return Typed(typed_text(value))


class Facts(fields.Field[dict[str, Any]]):
    """What is recorded about an incident, by the vocabulary (playbooks/vocabulary.py)."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise words("应是一个对象。", "This must be an object.")
        found: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, fact in value.items():
            try:
                checked = check_fact(name, fact)
                sealed = name in FACTS and FACTS[name].sealed and checked is not None
                found[name] = typed(checked) if sealed else checked
            except FactError as error:
                errors[clean(name)] = [{"zh": error.reason.zh, "en": error.reason.en}]
        if errors:
            raise ValidationError(errors)
        return found


class Record(fields.Field[dict[str, Any]]):
    """What is written down with a step; the step says which fields there are."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > 50:
            raise words("应是一个对象。", "This must be an object.")
        if not all(_NAME.fullmatch(name) for name in value):
            raise words("没有这一项。", "There is no such field.")
        return {name: self._value(inner) for name, inner in value.items()}

    @staticmethod
    def _value(value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if abs(value) > MAX_INTEGER:
                raise words("数字太大。", "The number is too large.")
            return value
        return typed(value)


class Moment(fields.Field[datetime]):
    """RFC 3339 with an offset."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("no offset")
            return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise words(
                "应是带时区的时间。", "This must be a time with its offset (RFC 3339)."
            ) from error


class TimeOfDay(fields.Field[int]):
    """``HH:MM`` by the clocks of the org, as minutes from midnight; 24:00 is the day's end."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> int:
        if not isinstance(value, str) or not TIME_OF_DAY.fullmatch(value):
            raise words("应是 08:30 这样的时间。", "This must be a time such as 08:30.")
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)


class CalendarDay(fields.Field[date]):
    """``YYYY-MM-DD``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> date:
        try:
            if not _DATE.fullmatch(value):
                raise ValueError("another form")
            return date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise words(
                "应是 2026-03-11 这样的日期。", "This must be a date, 2026-03-11."
            ) from error


class Since(fields.Field[datetime | date]):
    """A moment (RFC 3339), or a day."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> datetime | date:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return CalendarDay()._deserialize(value, attr, data, **more)
        return Moment()._deserialize(value, attr, data, **more)


class Document(fields.Field[dict[str, Any]]):
    """An object whose inside others look into."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise words("应是一个对象。", "This must be an object.")
        return value


class IsoWeek(fields.Field[date]):
    """``YYYY-Www``, loaded as its Thursday: that day lies in the week by every clock."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> date:
        found = ISO_WEEK.fullmatch(value) if isinstance(value, str) else None
        try:
            if found is None:
                raise ValueError("another form")
            return date.fromisocalendar(int(found[1]), int(found[2]), 4)
        except ValueError as error:
            raise no_week() from error


def no_week() -> ValidationError:
    """It is no week of the calendar."""
    return words("应是 2026-W47 这样的一周。", "This must be a week such as 2026-W47.")


class Uuid(fields.String):
    """A UUID of any version, in lower case with hyphens."""

    _form = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more).lower()
        if not self._form.fullmatch(text):
            raise words("应是 UUID。", "This must be a UUID.")
        return text


class Whole(fields.Integer):
    """A whole number in a range; ``true`` and ``1.5`` are none."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(low, high), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Flag(fields.Boolean):
    """Only true and false themselves."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def unseal(value: Any, given: Mapping[str, Mapping[str, str]]) -> Any:
    """The same value with each ``SealedRef`` replaced by its text and the device's salt.

    Raises:
        Invalid: a text is missing, or its hash is another one.
    """
    if isinstance(value, SealedRef):
        text = given.get(value.hash)
        if text is None or sealed_hash(bytes.fromhex(text["salt"]), text["text"]) != value.hash:
            raise Invalid(
                "sealed", "封存的文字对不上。", "A sealed text is missing or does not fit its hash."
            )
        return Typed(text["text"], bytes.fromhex(text["salt"]))
    if isinstance(value, dict):
        return {name: unseal(inner, given) for name, inner in value.items()}
    return value
