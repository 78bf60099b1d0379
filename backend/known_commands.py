"""What has been carried out already: the same command again changes nothing (reliability 3)."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from backend.batch import Batch
from backend.envelope import Envelope
from backend.event_store import find_command, keep_command, read_events
from escalation.refusal import Refused
from escalation.timeline import canonical


class KnownCommands:
    """Commands by the client's id, with a keyed print of their content."""

    def __init__(self, fingerprint_key: bytes) -> None:
        self._fingerprint_key = fingerprint_key

    def outcome(self, batch: Batch, envelope: Envelope) -> str | None:
        """What was remembered of this command; None where it is new.

        Raises:
            Refused: the id belongs to a command with other content.
        """
        known = find_command(batch, envelope.command_id)
        if known is None:
            return None
        if not (self.is_same(known, envelope) or _signed_again(batch, known["chain"], envelope)):
            raise conflict()
        return str(known["outcome"])

    def remember(self, batch: Batch, envelope: Envelope, chain: str, outcome: str) -> None:
        """Keep that this command was carried out, for as long as its incident."""
        keep_command(
            batch,
            {
                "id": envelope.command_id,
                "chain": chain,
                "fingerprint": self._fingerprint(envelope),
                "outcome": outcome,
            },
        )

    def is_same(self, known: Mapping[str, Any], envelope: Envelope) -> bool:
        """It has the content that was remembered."""
        return hmac.compare_digest(known["fingerprint"], self._fingerprint(envelope))

    def _fingerprint(self, envelope: Envelope) -> bytes:
        """Keyed: it holds typed texts, which retention may have to forget."""
        return hmac.digest(self._fingerprint_key, canonical(envelope.content), hashlib.sha256)


def _signed_again(batch: Batch, chain: str, envelope: Envelope) -> bool:
    """A tablet sends once more what stands in the timeline with this very signature.

    Whoever is signed in on it by now, the command's person is the one who is on record.
    """
    return envelope.device is not None and any(
        event["command_id"] == envelope.command_id and event["device"] == envelope.device
        for event in read_events(batch.conn, chain)
    )


def conflict() -> Refused:
    """The answer to an id that was used for something else."""
    return Refused(
        "idempotency-conflict",
        "这个编号已用于另一条内容，没有重复保存。",
        "This id belongs to a command with other content; nothing was changed.",
    )
