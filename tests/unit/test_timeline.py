"""Canonical bytes, the hash chain and sealed texts (contract, section 7)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from escalation.events import Actor, Event, Occurred
from escalation.texts import SALT_BYTES, Seal, Typed
from escalation.timeline import (
    MAX_INTEGER,
    NotCanonicalError,
    canonical,
    event_hash,
    sealed_hash,
    sealed_in,
    stamp,
    unstamp,
)
from tests.builders import Bank

EVENT: dict[str, Any] = {
    "id": "01930000-0000-7000-8000-000000000001",
    "incident_id": "01930000-0000-7000-8000-000000000000",
    "seq": 1,
    "position": 77,
    "type": "note.added",
    "recorded_at": "2026-03-11T02:00:00.000Z",
    "occurred": {
        "not_before": "2026-03-11T02:00:00.000Z",
        "not_after": "2026-03-11T02:00:00.000Z",
        "estimate": "2026-03-11T02:00:00.000Z",
        "basis": "server",
    },
    "actor": {"kind": "user", "id": "u1", "name": "林晓", "role": "teller", "org": "east-01"},
    "device": None,
    "command_id": None,
    "data": {"text": {"sealed": "ab" * 32}, "ok": True, "n": -3},
    "prev_hash": "0" * 64,
    "hash": "not part of it",
}
BY_HAND = (
    '{"actor":{"id":"u1","kind":"user","name":"林晓","org":"east-01","role":"teller"},'
    '"command_id":null,"data":{"n":-3,"ok":true,"text":{"sealed":"' + "ab" * 32 + '"}},'
    '"device":null,"id":"01930000-0000-7000-8000-000000000001",'
    '"incident_id":"01930000-0000-7000-8000-000000000000",'
    '"occurred":{"basis":"server","estimate":"2026-03-11T02:00:00.000Z",'
    '"not_after":"2026-03-11T02:00:00.000Z","not_before":"2026-03-11T02:00:00.000Z"},'
    '"prev_hash":"' + "0" * 64 + '","recorded_at":"2026-03-11T02:00:00.000Z","seq":1,'
    '"type":"note.added"}'
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127), max_size=12)
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


def test_the_hash_is_of_the_bytes_written_here_by_hand():
    expected = hashlib.sha256(BY_HAND.encode()).hexdigest()
    assert event_hash(EVENT) == expected
    kept = {key: value for key, value in EVENT.items() if key not in ("hash", "position")}
    assert rfc8785.dumps(kept).decode() == BY_HAND


def test_position_and_hash_are_not_hashed_and_everything_else_is():
    assert event_hash({**EVENT, "position": None, "hash": ""}) == event_hash(EVENT)
    for key in EVENT.keys() - {"position", "hash"}:
        assert event_hash({**EVENT, key: "another"}) != event_hash(EVENT)


@given(VALUES)
def test_our_bytes_are_those_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_hashed_reads_back_as_it_was(value):
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    "bad",
    [
        1.5,
        float("nan"),
        float("inf"),
        0.0,
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        10**40,
        "\ud800",
        "a\udfffb",
        {"é": 1},
        {"中": 1},
        {"\ud800": 1},
        {1: 2},
        {None: 1},
        b"bytes",
        {1, 2},
        datetime(2026, 1, 1, tzinfo=UTC),
        object(),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_has_no_single_form_is_refused_and_crashes_nothing(bad, wrapped):
    with pytest.raises(NotCanonicalError):
        canonical({"data": [bad]} if wrapped else bad)


@given(st.recursive(st.floats(), lambda inner: st.lists(inner, min_size=1, max_size=2)))
def test_no_float_is_ever_hashed(value):
    if value != []:
        with pytest.raises(NotCanonicalError):
            canonical(value)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_thirty_two_levels_are_deep_enough():
    assert canonical(nested(32))
    with pytest.raises(NotCanonicalError):
        canonical(nested(33))
    with pytest.raises(NotCanonicalError):
        canonical(nested(5000))


def test_the_largest_integers_keep_their_digits():
    assert canonical([MAX_INTEGER, -MAX_INTEGER]) == b"[9007199254740991,-9007199254740991]"


def test_a_sealed_text_is_the_hash_of_salt_and_text():
    salt = bytes(range(32))
    expected = hashlib.sha256(salt + "你好".encode()).hexdigest()
    assert sealed_hash(salt, "你好") == expected


def test_sealed_texts_are_found_at_any_depth_in_order():
    one, two = {"sealed": "1" * 64}, {"sealed": "2" * 64}
    assert sealed_in({"a": [one, {"b": two}], "c": 1, "d": None}) == ["1" * 64, "2" * 64]


def test_a_typed_text_is_sealed_with_fresh_salt_and_kept_beside():
    seal = Seal(lambda count: b"\x07" * count)
    sealed = seal(Typed("要求退款"))
    assert sealed == {"sealed": sealed_hash(b"\x07" * SALT_BYTES, "要求退款")}
    assert seal.kept == {sealed["sealed"]: (b"\x07" * 32, "要求退款")}


def test_what_a_device_has_sealed_keeps_the_devices_salt():
    seal = Seal(lambda _: pytest.fail("no other salt is made"))
    salt = b"\x01" * 32
    assert seal(Typed("原话", salt)) == {"sealed": sealed_hash(salt, "原话")}
    assert seal.kept[sealed_hash(salt, "原话")] == (salt, "原话")
    assert seal.foreign == {sealed_hash(salt, "原话")}


def test_typed_texts_are_sealed_at_any_depth():
    seal = Seal(lambda count: b"\x07" * count)
    sealed = seal.deeply({"a": [Typed("x"), 1], "b": {"c": Typed("y")}, "d": True})
    assert sealed["a"][1] == 1
    assert sealed["d"] is True
    assert sealed_in(sealed) == list(seal.kept)


def test_a_missing_text_adds_nothing():
    seal = Seal(lambda count: b"\x07" * count)
    assert seal.optional("reason", None) == {}
    assert list(seal.optional("reason", Typed("x"))) == ["reason"]


def test_times_are_written_in_utc_with_milliseconds():
    shanghai = timezone(timedelta(hours=8))
    assert stamp(datetime(2026, 3, 11, 10, 0, 0, 123999, shanghai)) == "2026-03-11T02:00:00.123Z"
    assert stamp(datetime(2026, 3, 11, tzinfo=UTC)) == "2026-03-11T00:00:00.000Z"


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1)),  # noqa: DTZ001  (hypothesis adds the zone)
)
def test_a_time_in_whole_milliseconds_reads_back_as_it_was(naive):
    moment = naive.replace(microsecond=naive.microsecond // 1000 * 1000, tzinfo=UTC)
    assert unstamp(stamp(moment)) == moment


def test_an_event_reads_back_from_its_body():
    event = Event(
        id="e",
        incident_id="i",
        seq=3,
        type="note.added",
        recorded_at=datetime(2026, 3, 11, tzinfo=UTC),
        occurred=Occurred.at_server(datetime(2026, 3, 11, tzinfo=UTC)),
        actor=Actor("user", "u", "林晓", "teller", "east-01"),
        data={"text": {"sealed": "0" * 64}},
        command_id="c",
        device={"id": "d", "seq": 1, "signature": "s", "signed": "{}"},
    )
    body = orjson.loads(canonical(event.body("0" * 64)))
    assert Event.from_body(body) == event


def test_every_event_of_a_busy_incident_can_be_hashed():
    bank = Bank()
    case = bank.raises("teller1", "group_visit", facts={"demand": Typed("退款"), "head_count": 5})
    bank.later(1000)
    case.closed_by("manager1")
    for event in case.events:
        body = event.body("0" * 64)
        assert rfc8785.dumps(body) == canonical(body)
        assert Event.from_body(orjson.loads(canonical(body))) == event
