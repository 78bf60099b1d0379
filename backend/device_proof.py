"""Commands signed by a paired device with a key that it cannot give away (contract, 3)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from escalation.timeline import NotCanonicalError, canonical


def check_proof(
    public_key: str | None, proof: Mapping[str, Any], expected: Mapping[str, Any]
) -> str | None:
    """What is wrong with a device's signature, or None when it holds.

    Args:
        public_key: SPKI, base64url, of the device; None when it was paired without one.
        proof: ``{seq, signature, signed}`` as sent.
        expected: what the text ``signed`` must say, but for ``device_seq``.
    """
    if public_key is None:
        return "the device has no key"
    try:
        text = canonical({**expected, "device_seq": proof["seq"]})
    except NotCanonicalError as error:
        return f"the command has no canonical form: {error}"
    if text != proof["signed"].encode("utf-8", "surrogatepass"):
        return "the signed text is not this command"
    try:
        key = load_der_public_key(_unbase64(public_key))
        raw = _unbase64(proof["signature"])
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 64:
            return "the signature has the wrong form"
        r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        return "the signature does not hold"
    return None


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
