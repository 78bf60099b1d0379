"""Passwords and PINs: Argon2id. Hashing and verifying take tens of ms: never on the hub."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_CHARACTERS = 12
"""Of a password; a PIN is for a paired tablet only."""

# OWASP's figures for Argon2id (19 MiB, two passes, one lane): a branch signs in at once at nine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Nobody's: verified against where there is no such user, so that time tells nothing.
_NOBODYS = _HASHER.hash("nobody has this password")


def hash_secret(secret: str) -> str:
    """The Argon2id hash of a password or PIN, with its salt and parameters."""
    return _HASHER.hash(secret)


def is_right(stored: str | None, secret: str) -> bool:
    """Whether the secret fits; as slow where nothing is stored."""
    try:
        _HASHER.verify(stored or _NOBODYS, secret)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
