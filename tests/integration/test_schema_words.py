"""What is filled in wrongly is said in our own words, in both languages, whatever the schema."""

import re
from collections.abc import Iterator

import pytest
from marshmallow import Schema, ValidationError, fields

from backend.api import (
    attachments,
    auth,
    commands,
    devices,
    exports,
    incidents,
    notes,
    one_time_codes,
    orgs,
    playbooks,
    sync,
    timeline,
    users,
)
from backend.library.reasons import both
from backend.problems import said_properly
from playbooks.safeguards import unsafe

MODULES = (
    *(attachments, auth, commands, devices, exports, incidents, notes),
    *(one_time_codes, orgs, playbooks, sync, timeline, users),
)
#: Of the library's: what none of our bodies can bring about.
UNUSED = {"invalid_awareness", "invalid_utf8", "format", "special", "validator_failed"}
NEVER = "填写有误。"
BAD_VALUES = ("", "?", "x" * 300_000, -(10**30), 10**30, [None] * 5000)


def _schemas(base: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for each in base.__subclasses__():
        yield each
        yield from _schemas(each)


def _fields() -> Iterator[fields.Field[object]]:
    for schema in _schemas():
        if schema.__module__.startswith("backend.api"):
            for field in schema().fields.values():
                yield field
                if isinstance(field, fields.List):
                    yield field.inner


def _messages() -> set[str]:
    assert MODULES
    found: set[str] = set()
    for schema in _schemas():
        found |= set((schema._default_error_messages or {}).values())
    for field in _fields():
        said = {str(text) for key, text in field.error_messages.items() if key not in UNUSED}
        found |= {text.replace("{obj_type}", "datetime") for text in said}
        for validator in field.validators:
            for value in BAD_VALUES:
                try:
                    validator(value)
                except ValidationError as error:
                    found |= {text for text in error.messages if isinstance(text, str)}
                except TypeError:
                    continue  # a value of another type, which the field itself refuses
    return found


@pytest.mark.parametrize("message", sorted(_messages()))
def test_every_message_of_a_schema_has_our_words_in_both_languages(message: str) -> None:
    zh, en = said_properly(message)
    assert zh != NEVER
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)
    assert en != message
    assert not re.search(r"\b(valid|[Ff]ield may|data for|[Mm]aximum length|mapping)\b", en)


def test_the_words_say_the_limits() -> None:
    assert said_properly("Length must be between 4 and 12.") == (
        "须是 4 到 12 个字。",
        "This must have 4 to 12 characters.",
    )
    assert said_properly("Length must be between 6 and 6.")[1] == "This must have 6 characters."
    assert said_properly("Must be one of: zh, en.")[1] == "This must be one of: zh, en."
    assert said_properly("More than 50 items.") == ("最多 50 项。", "There are more than 50.")


def test_what_would_alert_nobody_is_said_in_both_languages() -> None:
    content = {
        "ladder": [{"after": 0, "tell": ["branch_manager"]}],
        "repeat_every": 1,
        "steps": [{"owner": "admin", "due": 2**50}],
        "clocks": [{"tell": []}],
    }
    said = {both(reason)[0] for _, reason in unsafe(content)}
    assert len(said) == 5
    assert NEVER not in said
