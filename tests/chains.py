"""Whether a timeline holds: recomputed by hand, with nothing of the product."""

import hashlib
import json
from typing import Any

ZERO = "0" * 64


def canonical(body: Any) -> bytes:
    """RFC 8785, for bodies with whole numbers and plain keys."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def assert_whole(timeline: Any) -> None:
    """Each event follows the one before, is what its hash says, and its texts fit theirs."""
    prev_hash, position = ZERO, 0
    for seq, event in enumerate(timeline["events"], 1):
        assert event["seq"] == seq
        assert event["prev_hash"] == prev_hash
        body = {name: part for name, part in event.items() if name not in ("hash", "position")}
        assert hashlib.sha256(canonical(body)).hexdigest() == event["hash"]
        assert event["position"] > position
        prev_hash, position = event["hash"], event["position"]
    assert timeline["head"] == {"seq": len(timeline["events"]), "hash": prev_hash}
    for digest, sealed in timeline["sealed"].items():
        salted = bytes.fromhex(sealed["salt"]) + sealed["text"].encode()
        assert hashlib.sha256(salted).hexdigest() == digest
