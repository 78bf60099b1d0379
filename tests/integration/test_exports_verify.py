"""``verify`` finds every change of a bundle, and never breaks on what is none."""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.proof import CannotTellError, faults_of
from backend.verify import main
from escalation.commands import Acknowledge, AddNote, AddPlaybook, RecordFacts
from escalation.texts import Typed
from escalation.timeline import ZERO_HASH, canonical, event_hash
from tests.integration.exports_house import FACTS, ExportsHouse

Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> ExportsHouse:
    return ExportsHouse(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def real(house: ExportsHouse) -> Bundle:
    """A bundle with texts, facts, two playbooks and several people."""
    incident = house.opens(facts=FACTS)
    house.does("manager1", Acknowledge(3), incident)
    house.does("teller1", AddNote(Typed("对方要求见领导")), incident)
    house.does("teller1", AddPlaybook("media_declared", Typed("来了记者")), incident)
    house.does("teller2", RecordFacts({"clothing": Typed("红色外套"), "injury": False}), incident)
    bundle: Bundle = json.loads(json.dumps(house.bundle(incident)))
    return bundle


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], str]:
    def written(content: Any) -> str:
        path = tmp_path / "bundle.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return written


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value that holds no others, and of every empty container."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    if not inner:
        yield place
    for key, each in inner:
        yield from leaves(each, (*place, key))


def parts(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every key of an object and every item of a list."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, each in inner:
        yield (*place, key)
        # Playbooks are under one hash and steps under the signature: their outer parts will do.
        if place[:1] != ("playbooks",) and (*place, key)[:2] != ("incident", "steps"):
            yield from parts(each, (*place, key))


def at(bundle: Bundle, place: tuple[Any, ...]) -> Any:
    found: Any = bundle
    for key in place:
        found = found[key]
    return found


def others(value: Any) -> list[Any]:
    """Values that are not this one."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, float(value), float(value) + 0.5, 2**60, str(value)]
    if isinstance(value, str):
        last = chr(ord(value[-1]) ^ 1) if value else "x"
        return [value[:-1] + last, value + " ", value.swapcase() + "~", None]
    if value is None:
        return ["x", 0, False]
    return [[1]] if isinstance(value, list) else [{"a": 1}]


def code(bundle: Any) -> int:
    """The exit code for parsed content."""
    try:
        return 1 if faults_of(bundle) else 0
    except CannotTellError:
        return 2


@pytest.fixture
def changed(real: Bundle) -> Bundle:
    return copy.deepcopy(real)


def test_an_intact_bundle_says_first_that_it_is_not_anchored(
    real: Bundle, write: Any, capsys: Any
) -> None:
    assert main([write(real)]) == 0
    assert capsys.readouterr().out.startswith("not anchored")


def test_with_the_logs_key_an_intact_bundle_is_anchored(
    real: Bundle, house: ExportsHouse, write: Any, capsys: Any
) -> None:
    for key in (house.key.public_text, house.key.note_key):
        assert main([write(real), "--key", key]) == 0
        assert "not anchored" not in capsys.readouterr().out


def test_another_key_than_the_logs_is_found(real: Bundle, write: Any) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert main([write(real), "--key", base64.b64encode(other).decode()]) == 1


def test_every_changed_value_is_found(real: Bundle, changed: Bundle) -> None:
    missed = []
    for place in leaves(real):
        holder, was = at(changed, place[:-1]), at(real, place)
        # Playbooks are under one hash and steps under the signature: one change each will do.
        many = place[0] == "playbooks" or place[:2] == ("incident", "steps")
        for other in others(was)[: 1 if many else None]:
            holder[place[-1]] = other
            if code(changed) != 1:
                missed.append((place, other, code(changed)))
        holder[place[-1]] = copy.deepcopy(was)
    assert missed == []
    assert code(changed) == 0


def test_nothing_can_be_taken_out(real: Bundle) -> None:
    for place in parts(real):
        changed = copy.deepcopy(real)
        del at(changed, place[:-1])[place[-1]]
        assert code(changed) == (2 if len(place) == 1 else 1), place


def test_nothing_can_be_put_in(real: Bundle) -> None:
    for place in [(), *parts(real)]:
        changed = copy.deepcopy(real)
        holder = at(changed, place)
        if isinstance(holder, dict):
            holder["more"] = 1
        elif isinstance(holder, list):
            holder.append(holder[-1] if holder else 1)
        else:
            continue
        assert code(changed) == 1, place


def test_events_cannot_be_moved_cut_or_doubled(real: Bundle) -> None:
    events = real["events"]
    for n in range(len(events)):
        assert code({**real, "events": events[:n]}) == 1
        assert code({**real, "events": [*events[: n + 1], *events[n:]]}) == 1
        if n:
            swapped = [*events[: n - 1], events[n], events[n - 1], *events[n + 1 :]]
            assert code({**real, "events": swapped}) == 1


def test_a_forger_with_a_key_of_their_own_cannot_cut_or_edit_without_rehashing(
    real: Bundle,
) -> None:
    for part, value in (
        ("events", real["events"][:-1]),
        ("events", real["events"][1:]),
        ("sealed", dict(list(real["sealed"].items())[1:])),
        ("playbooks", {}),
        ("incident", {**real["incident"], "number": "CB-2603-9999"}),
    ):
        assert code(resigned({**real, part: value})) == 1, part


def test_a_wholly_forged_bundle_is_found_by_the_logs_key(real: Bundle, house: ExportsHouse) -> None:
    forged = copy.deepcopy(real)
    prev = ZERO_HASH
    for event in forged["events"]:
        event["recorded_at"] = "2026-03-11T01:00:00.000Z"
        event["prev_hash"] = prev
        prev = event["hash"] = event_hash(event)
    forged = resigned(forged)
    assert faults_of(forged) == []
    assert faults_of(forged, house.key.public) != []


def test_it_names_the_event_and_what_is_wrong(changed: Bundle, write: Any, capsys: Any) -> None:
    changed["events"][3]["data"]["because"] = "nothing"
    assert main([write(changed)]) == 1
    assert "event 4 (" in capsys.readouterr().out


def test_it_speaks_chinese_where_the_terminal_does(
    real: Bundle, write: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main([write(real)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("not anchored")
    assert "完整" in said


def test_a_pin_needs_a_checkpoint_in_the_bundle(
    real: Bundle, changed: Bundle, write: Any, tmp_path: Path
) -> None:
    pin = tmp_path / "checkpoint"
    pin.write_text("counterbell.log\n1\n")
    assert main([write(real), "--pin", str(pin)]) == 2
    assert main([write(real), "--pin", str(tmp_path / "none")]) == 2
    changed["events"].pop()
    assert main([write(changed), "--pin", str(pin)]) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"{}",
        b"[]",
        b"null",
        b"seq,position\r\n1,1\r\n",
        b"%PDF-1.7",
        b'{"format": "counterbell.timeline/1"}',
        b'{"format": "counterbell.timeline/1", "a": NaN}',
        b'{"format": "counterbell.timeline/1", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'"counterbell.timeline/1"',
        b'"counterbell.timeline/1" ' + b"1" * 5000,
        b'["counterbell.timeline/1", ' + b"1" * 5000 + b"]",
    ],
)
def test_what_is_no_bundle_cannot_be_told(content: bytes, write: Any) -> None:
    assert main([write(content)]) == 2


def test_other_formats_are_no_bundles_of_ours(real: Bundle) -> None:
    assert code(resigned({**real, "format": "counterbell.timeline/2"})) == 2
    assert code({**real, "format": "counterbell.timeline/2"}) == 1


def test_wrong_arguments_and_unreadable_files_cannot_be_told(real: Bundle, write: Any) -> None:
    assert main([]) == 2
    assert main(["--unknown", write(real)]) == 2
    assert main([write(real), "--key", "not a key"]) == 2
    assert main(["/nowhere/at/all"]) == 2
    assert main(["/"]) == 2


def test_tampering_counts_more_than_doubt_and_doubt_more_than_none(
    real: Bundle, tmp_path: Path
) -> None:
    good, bad, other = tmp_path / "good", tmp_path / "bad", tmp_path / "other"
    good.write_text(json.dumps(real))
    bad.write_text(json.dumps({**real, "exported_at": "2020-01-01T00:00:00.000Z"}))
    other.write_text("{}")
    assert main([str(good), str(other)]) == 2
    assert main([str(good), str(other), str(bad)]) == 1
    assert main([str(good), str(good)]) == 0


def test_a_key_that_stands_there_twice_is_found(real: Bundle, write: Any) -> None:
    text = json.dumps(real)
    first = text.replace('"status": "', '"status": "closed", "status": "', 1)
    assert first != text
    assert main([write(first.encode())]) == 1


def test_numbers_that_no_bundle_holds_are_found(real: Bundle, write: Any) -> None:
    text = json.dumps(real)
    for other in (b"1.0", b"1e0", b"1" * 400, b"-0"):
        written = text.encode().replace(b'"seq": 1,', b'"seq": ' + other + b",", 1)
        assert main([write(written)]) == 1
    lone = text.replace('"status": "', '"status": "\\ud800', 1).encode()
    assert main([write(lone)]) == 1
    deep = text.encode().replace(b'"seq": 1,', b'"seq": ' + b"[" * 100 + b"]" * 100 + b",", 1)
    assert main([write(deep)]) == 1


def test_a_text_is_empty_only_where_the_timeline_says_so(real: Bundle) -> None:
    sealed = {digest: {"salt": None, "text": None} for digest in real["sealed"]}
    assert code({**real, "sealed": sealed}) == 1
    assert code(resigned({**real, "sealed": sealed})) == 1
    last = real["events"][-1]
    purge = {
        **last,
        "id": real["incident"]["id"],
        "seq": last["seq"] + 1,
        "position": last["position"] + 1,
        "type": "text.purged",
        "data": {"hashes": sorted(sealed)},
        "prev_hash": last["hash"],
    }
    purge["hash"] = event_hash(purge)
    incident = {**real["incident"], "revision": purge["seq"]}
    events = [*real["events"], purge]
    told = {**real, "sealed": sealed, "events": events, "incident": incident}
    assert code(resigned(told)) == 0


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "bundle.json"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_changed_bytes_are_never_taken_for_intact(
    data: st.DataObject, real: Bundle, scratch: Path
) -> None:
    text = bytearray(json.dumps(real).encode())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] = data.draw(st.integers(0, 255).filter(lambda each: each != text[place]))
    try:
        same = json.loads(text) == real
    except ValueError:
        same = False
    scratch.write_bytes(text)
    assert (main([str(scratch)]) == 0) == same


def resigned(bundle: Bundle) -> Bundle:
    """The same, signed with a key of the forger's."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    rest = {**bundle, "public_key": public}
    del rest["signature"]
    return {**rest, "signature": base64.b64encode(key.sign(canonical(rest))).decode()}
