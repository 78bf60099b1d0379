"""What shows that an exported bundle was changed after the log signed it (contract, 7).

Needs escalation/timeline.py and cryptography, and nothing of the server: verify.py stands on it.
"""

import base64
import re
from collections.abc import Mapping
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
TEXT_PURGED = "text.purged"
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
        except (NotCanonicalError, TypeError) as error:
            faults.append(
                Words(
                    f"{name} 含有不可能的值：{error}", f"{name} holds an impossible value: {error}"
                )
            )
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
    seq = event.get("seq")
    checks = (
        (
            set(event) == _EVENT_FIELDS,
            Words("缺少或多出字段", "it lacks a field or has one too many"),
        ),
        (
            seq == at and type(seq) is int,
            Words("序号不对，有增删或调换", "its seq is wrong: added, removed or moved"),
        ),
        (
            event.get("incident_id") == incident_id,
            Words("属于另一个事件", "it belongs to another incident"),
        ),
        (
            event.get("prev_hash") == prev_hash,
            Words("与前一条接不上", "prev_hash is not the hash of the event before"),
        ),
        (
            event_hash(event) == event.get("hash"),
            Words("内容与哈希不符", "its content does not fit its hash"),
        ),
    )
    return [words for holds, words in checks if not holds]


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
    purged = _purged(events)
    faults = []
    for digest, at in named.items():
        if digest not in sealed:
            faults.append(Words(f"第 {at} 条的文字缺失", f"event {at}: a text of it is missing"))
        elif not _sealed_holds(digest, sealed[digest], purged=digest in purged):
            faults.append(
                Words(f"第 {at} 条的文字被改动", f"event {at}: a text does not fit its hash")
            )
    extra = len(set(sealed) - set(named))
    if extra:
        faults.append(Words(f"多出 {extra} 段文字", f"{extra} texts belong to no event"))
    return faults


def _purged(events: list[dict[str, Any]]) -> set[str]:
    """The texts that retention has emptied, as the timeline itself says."""
    found: set[str] = set()
    for event in events:
        hashes = event["data"].get("hashes") if event.get("type") == TEXT_PURGED else None
        found.update(each for each in hashes or () if isinstance(each, str))
    return found


def _sealed_holds(digest: str, given: Any, *, purged: bool) -> bool:
    if not isinstance(given, dict) or set(given) != {"salt", "text"}:
        return False
    salt, text = given["salt"], given["text"]
    if salt is None and text is None:
        return purged  # emptied by nobody who left a trace: somebody has hidden it
    if not isinstance(salt, str) or not isinstance(text, str) or not _SALT.fullmatch(salt):
        return False
    return sealed_hash(bytes.fromhex(salt), text) == digest


def _playbook_faults(events: list[dict[str, Any]], playbooks: Mapping[str, Any]) -> list[Words]:
    named: dict[str, int] = {}
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
    if key is not None and exact_base64(bundle["public_key"], 32) != key:
        faults.append(Words("不是用 --key 的密钥签的", "it was signed by another key than --key"))
    return faults


def _signed(bundle: Mapping[str, Any]) -> bool:
    public = exact_base64(bundle["public_key"], 32)
    signature = exact_base64(bundle["signature"], 64)
    if public is None or signature is None:
        return False
    rest = {name: part for name, part in bundle.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(rest))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def exact_base64(text: Any, length: int) -> bytes | None:
    """The bytes, if ``text`` is the one way of writing them down."""
    if not isinstance(text, str):
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    exact = len(content) == length and base64.b64encode(content).decode() == text
    return content if exact else None
