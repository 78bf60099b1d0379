"""``python -m backend verify``: is an exported bundle what the log signed? (contract, 7)

Stands alone: no server, no database. It needs this file, escalation/timeline.py and their two
libraries. Exit 0 intact, 1 tampered (which event, how), 2 cannot tell.
"""

import argparse
import base64
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from escalation.timeline import (
    ZERO_HASH,
    NotCanonicalError,
    canonical,
    event_hash,
    sealed_hash,
    sealed_in,
    sha256_hex,
)

FORMAT = "counterbell.timeline/1"
INTACT, TAMPERED, CANNOT_TELL = 0, 1, 2
_WORST_FIRST = (TAMPERED, CANNOT_TELL, INTACT)
LARGEST_FILE = 512 * 1024 * 1024
MOST_FAULTS = 20

_PARTS: Mapping[str, type | None] = {
    "format": None,
    "exported_at": None,
    "exported_by": dict,
    "incident": dict,
    "playbooks": dict,
    "events": list,
    "sealed": dict,
    "checkpoint": None,
    "inclusion": list,
    "public_key": None,
    "signature": None,
}
_EVENT_FIELDS = {
    *("id", "incident_id", "seq", "position", "type", "recorded_at", "occurred", "actor"),
    *("device", "command_id", "data", "prev_hash", "hash"),
}
_SALT = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Words(NamedTuple):
    """One message in both languages."""

    zh: str
    en: str


class CannotTellError(Exception):
    """It is no bundle, or none that this program knows."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


class OddNumber:
    """A number that no bundle holds: a fraction, or too many digits."""


def main(argv: list[str]) -> int:
    """Check each file; the worst exit code of all."""
    parser = argparse.ArgumentParser(prog="python -m backend verify")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--pin", metavar="CHECKPOINT_FILE", help="a checkpoint kept elsewhere")
    parser.add_argument("--key", metavar="PUBLIC_KEY", help="the log's key, from /audit/key")
    try:
        options = parser.parse_args(argv)
    except SystemExit as end:
        return CANNOT_TELL if end.code else INTACT
    try:
        key = None if options.key is None else _key_from(options.key)
        if options.pin is not None:
            _read(options.pin)
    except CannotTellError as error:
        _say("", error.words)
        return CANNOT_TELL
    codes = {_check_file(name, key, pinned=options.pin is not None) for name in options.files}
    return next(code for code in _WORST_FIRST if code in codes)


def _check_file(name: str, key: bytes | None, *, pinned: bool) -> int:
    try:
        bundle, doubled = _parse(_read(name))
        faults = faults_of(bundle, key) + [
            Words(f"“{each}”出现了两次", f"“{each}” stands there twice") for each in doubled
        ]
        if not faults and pinned:
            raise CannotTellError(
                "没有发现改动，但文件里没有检查点，无法与 --pin 对照",
                "nothing was changed, but the bundle has no checkpoint to hold against --pin",
            )
    except CannotTellError as error:
        _say(f"{name}: ", Words(f"无法判断：{error.words.zh}", f"cannot tell: {error.words.en}"))
        return CANNOT_TELL
    except (RecursionError, MemoryError):
        _say(f"{name}: ", Words("无法判断：嵌套过深或太大", "cannot tell: too deep or too large"))
        return CANNOT_TELL
    if faults:
        _say(f"{name}: ", Words(f"已被改动（{len(faults)} 处）", f"TAMPERED ({len(faults)} faults)"))
        for fault in faults[:MOST_FAULTS]:
            _say("  ", fault)
        return TAMPERED
    _report_intact(name, bundle, anchored=key is not None)
    return INTACT


def _report_intact(name: str, bundle: Mapping[str, Any], *, anchored: bool) -> None:
    if not anchored:
        _say(
            "not anchored: ",
            Words(
                f"{name}：只证明文件与其中自带的公钥相符；要证明出自本行的记录，请用 --key",
                f"{name} agrees with the key inside it and proves no more; give --key to anchor it",
            ),
        )
    events = bundle["events"]
    purged = sum(1 for each in bundle["sealed"].values() if each["text"] is None)
    _say(
        f"{name}: ",
        Words(
            f"完好：事件 {bundle['incident'].get('number')}，记录 {len(events)} 条，"
            f"文字 {len(bundle['sealed'])} 段（按期清除 {purged} 段），导出于 {bundle['exported_at']}",
            f"intact: incident {bundle['incident'].get('number')}, {len(events)} events,"
            f" {len(bundle['sealed'])} texts ({purged} purged), exported {bundle['exported_at']}",
        ),
    )
    if anchored:
        words = Words("由 --key 给出的密钥签名", "signed by the key that --key names")
        _say(f"{name}: ", words)


def faults_of(bundle: Any, key: bytes | None = None) -> list[Words]:
    """Everything that shows that the bundle was changed; nothing where it is intact.

    Raises:
        CannotTellError: it is no bundle.
    """
    _require_bundle(bundle)
    faults = _form_faults(bundle)
    if faults:
        return faults
    events = bundle["events"]
    faults = _event_faults(events, bundle["incident"])
    if all(isinstance(event, dict) for event in events):
        faults += _sealed_faults(events, bundle["sealed"])
        faults += _playbook_faults(events, bundle["playbooks"])
    return faults + _signature_faults(bundle, key)


def _require_bundle(bundle: Any) -> None:
    if not isinstance(bundle, dict):
        raise CannotTellError("不是柜铃的导出文件", "it is not a Counterbell bundle")
    missing = [part for part in _PARTS if part not in bundle]
    wrong = [
        part
        for part, kind in _PARTS.items()
        if kind is not None and part in bundle and not isinstance(bundle[part], kind)
    ]
    if missing or wrong:
        parts = ", ".join(missing + wrong)
        raise CannotTellError(
            f"不是柜铃的导出文件：{parts}", f"it is not a Counterbell bundle: see {parts}"
        )
    # Only if the log signed it as a bundle of ours is another format a change of ours.
    if bundle["format"] != FORMAT and not _signed({**bundle, "format": FORMAT}):
        raise CannotTellError("格式不是本程序所知的", f"its format is not {FORMAT}")


def _form_faults(bundle: Mapping[str, Any]) -> list[Words]:
    """Values that cannot be in a bundle: nothing could be hashed with them."""
    parts = [(name, part) for name, part in bundle.items() if name != "events"]
    parts += [(f"event {at}", event) for at, event in enumerate(bundle["events"], 1)]
    faults = []
    for name, part in parts:
        try:
            # The depth is counted as it is within the whole.
            canonical([[part]] if name.startswith("event ") else [part])
            name.encode()
        except (NotCanonicalError, TypeError, ValueError) as error:
            faults.append(
                Words(f"{name} 含有不可能的值：{error}", f"{name} holds an impossible value: {error}")
            )
    if not faults and not all(name.isascii() for name in bundle):
        faults.append(Words("多出了未知的部分", "there is a part that no bundle has"))
    return faults


def _event_faults(events: list[Any], incident: Mapping[str, Any]) -> list[Words]:
    faults: list[Words] = []
    prev_hash, position = ZERO_HASH, 0
    for at, event in enumerate(events, 1):
        if not isinstance(event, dict):
            faults.append(Words(f"第 {at} 条不是记录", f"event {at} is no event"))
            continue
        name = f"{at} ({str(event.get('type'))[:60]})"
        for zh, en in _one_event(event, at, incident.get("id"), prev_hash):
            faults.append(Words(f"第 {name} 条：{zh}", f"event {name}: {en}"))
        place = event.get("position")
        if type(place) is not int or place <= position:
            faults.append(
                Words(f"第 {name} 条：总序号没有递增", f"event {name}: its position does not rise")
            )
        else:
            position = place
        prev_hash = str(event.get("hash"))
    faults += _whole_faults(events, incident)
    return faults


def _one_event(event: dict[str, Any], at: int, incident_id: Any, prev_hash: str) -> list[Words]:
    wrong = {
        Words("缺少或多出字段", "it lacks a field or has one too many"): set(event) == _EVENT_FIELDS,
        Words(
            "序号不对，有增删或调换", "its seq is wrong: something was added, removed or moved"
        ): event.get("seq") == at and type(event.get("seq")) is int,
        Words("属于另一个事件", "it belongs to another incident"): event.get("incident_id")
        == incident_id,
        Words("与前一条接不上", "prev_hash is not the hash of the event before"): event.get("prev_hash")
        == prev_hash,
        Words("内容与哈希不符", "its content does not fit its hash"): event_hash(event)
        == event.get("hash"),
    }
    return [words for words, holds in wrong.items() if not holds]


def _whole_faults(events: list[Any], incident: Mapping[str, Any]) -> list[Words]:
    """Whether the beginning and the end are there."""
    first = events[0] if events and isinstance(events[0], dict) else {}
    data = first.get("data")
    faults = []
    if first.get("type") != "incident.opened" or not isinstance(data, dict):
        faults.append(Words("缺少开头", "the beginning is missing"))
    elif data.get("number") != incident.get("number"):
        faults.append(Words("事件编号与记录不符", "the incident's number is not the opened one's"))
    if incident.get("revision") != len(events):
        faults.append(
            Words("记录的条数与事件不符，末尾可能被截", "the incident has another number of events")
        )
    return faults


def _sealed_faults(events: list[dict[str, Any]], sealed: Mapping[str, Any]) -> list[Words]:
    named: dict[str, int] = {}
    for at, event in enumerate(events, 1):
        for digest in sealed_in(event.get("data")):
            named.setdefault(digest, at)
    faults = []
    for digest, at in named.items():
        if digest not in sealed:
            faults.append(Words(f"第 {at} 条的文字缺失", f"event {at}: a text of it is missing"))
        elif not _sealed_holds(digest, sealed[digest]):
            faults.append(
                Words(f"第 {at} 条的文字被改动", f"event {at}: a text does not fit its hash")
            )
    extra = len(set(sealed) - set(named))
    if extra:
        faults.append(Words(f"多出 {extra} 段文字", f"{extra} texts belong to no event"))
    return faults


def _sealed_holds(digest: str, given: Any) -> bool:
    if not isinstance(given, dict) or set(given) != {"salt", "text"}:
        return False
    salt, text = given["salt"], given["text"]
    if salt is None and text is None:
        return True  # retention has emptied it; the signature says that this is how it was
    if not isinstance(salt, str) or not isinstance(text, str) or not _SALT.fullmatch(salt):
        return False
    return sealed_hash(bytes.fromhex(salt), text) == digest


def _playbook_faults(events: list[dict[str, Any]], playbooks: Mapping[str, Any]) -> list[Words]:
    named = {}
    for at, event in enumerate(events, 1):
        data = event.get("data")
        mark = data.get("playbook") if isinstance(data, dict) else None
        if isinstance(mark, dict):
            named.setdefault(str(mark.get("sha256")), at)
    faults = [
        Words(f"第 {at} 条所用的预案缺失", f"event {at}: its playbook is missing")
        for digest, at in named.items()
        if digest not in playbooks
    ]
    for digest, content in playbooks.items():
        if sha256_hex(canonical(content)) != digest:
            faults.append(
                Words(f"预案 {digest[:12]} 被改动", f"playbook {digest[:12]} does not fit its hash")
            )
        if digest not in named:
            faults.append(
                Words(f"多出预案 {digest[:12]}", f"playbook {digest[:12]} belongs to no event")
            )
    return faults


def _signature_faults(bundle: Mapping[str, Any], key: bytes | None) -> list[Words]:
    faults = []
    if not _signed(bundle):
        faults.append(
            Words(
                "签名不符：签名之后有内容被改动",
                "the signature does not fit: something was changed after signing",
            )
        )
    if key is not None and _exact_base64(bundle["public_key"], 32) != key:
        faults.append(Words("不是用 --key 的密钥签的", "it was signed by another key than --key"))
    return faults


def _signed(bundle: Mapping[str, Any]) -> bool:
    public = _exact_base64(bundle["public_key"], 32)
    signature = _exact_base64(bundle["signature"], 64)
    if public is None or signature is None:
        return False
    rest = {name: part for name, part in bundle.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(rest))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _exact_base64(text: Any, length: int) -> bytes | None:
    """The bytes, if ``text`` is the one way of writing them down."""
    if not isinstance(text, str):
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    exact = len(content) == length and base64.b64encode(content).decode() == text
    return content if exact else None


def _key_from(text: str) -> bytes:
    """``key`` or ``note_key`` of /audit/key."""
    plain = _exact_base64(text, 32)
    if plain is not None:
        return plain
    noted = _exact_base64(text.split("+", 2)[-1], 33)
    if noted is None or noted[0] != 1:
        raise CannotTellError("--key 不是公钥", "--key is not a public key of a log")
    return noted[1:]


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise CannotTellError(f"读不了 {name}", f"cannot read {name}: {error}") from error
    if len(content) > LARGEST_FILE:
        raise CannotTellError("文件太大", "the file is too large")
    return content


def _parse(content: bytes) -> tuple[Any, list[str]]:
    """The JSON value, and the keys that some object has twice."""
    doubled: list[str] = []

    def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            doubled.extend(sorted({name for name in found if names.count(name) > 1}))
        return found

    if FORMAT.encode() not in content and b'"signature"' not in content:
        raise CannotTellError("不是柜铃的导出文件", "it is not a Counterbell bundle")
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=as_object,
            parse_float=lambda _: OddNumber(),
            parse_int=lambda digits: (
                int(digits) if len(digits) < 18 and digits != "-0" else OddNumber()
            ),
            parse_constant=_refuse,
        )
    except ValueError as error:
        raise CannotTellError("不是正确的 JSON", f"it is not valid JSON: {error}") from error
    return value, doubled


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _say(start: str, words: Words) -> None:
    """One line; whatever a file holds cannot steer the terminal, nor stop us from speaking."""
    text = start + (words.zh if os.environ.get("LANG", "").startswith("zh") else words.en)
    shown = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")
