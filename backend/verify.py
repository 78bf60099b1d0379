"""``python -m backend verify``: whether an exported bundle is what the log signed (contract, 7).

Stands alone: no server, no database. Exit 0 intact, 1 tampered (which event, how), 2 cannot tell.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.proof import FORMAT, CannotTellError, Words, exact_base64, faults_of

INTACT, TAMPERED, CANNOT_TELL = 0, 1, 2
_WORST_FIRST = (TAMPERED, CANNOT_TELL, INTACT)
LARGEST_FILE = 512 * 1024 * 1024
MOST_FAULTS = 20


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
        _say(
            f"{name}: ", Words(f"已被改动（{len(faults)} 处）", f"TAMPERED ({len(faults)} faults)")
        )
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
            f"完整：事件 {bundle['incident'].get('number')}，记录 {len(events)} 条，"
            f"文字 {len(bundle['sealed'])} 段（按期清除 {purged} 段），"
            f"导出于 {bundle['exported_at']}",
            f"intact: incident {bundle['incident'].get('number')}, {len(events)} events,"
            f" {len(bundle['sealed'])} texts ({purged} purged), exported {bundle['exported_at']}",
        ),
    )
    if anchored:
        words = Words("由 --key 给出的密钥签名", "signed by the key that --key names")
        _say(f"{name}: ", words)


def _key_from(text: str) -> bytes:
    """``key`` or ``note_key`` of /audit/key."""
    plain = exact_base64(text, 32)
    if plain is not None:
        return plain
    noted = exact_base64(text.split("+", 2)[-1], 33)
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
            times = Counter(name for name, _ in pairs)
            doubled.extend(name for name, count in times.items() if count > 1)
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
