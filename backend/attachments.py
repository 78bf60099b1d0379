"""Photos, recordings and papers beside an incident: which there may be, and where they lie.

A file lies under its SHA-256, is on disk before the event that names it, and is never changed.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from backend.clock import Clock

LARGEST = 20 * 1024 * 1024
"""Bytes."""
FOLDER = "attachments"

#: Media type by the first bytes of the file; what comes first is tried first.
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
}
_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/heic": "heic",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "application/pdf": "pdf",
}


class MediaUnknown(ValueError):
    """Neither an image nor audio nor a PDF."""


class FileDamaged(Exception):
    """The stored file is gone, or is no longer what the timeline says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is on disk."""

    sha256: str
    media_type: str
    size: int


def media_type_of(content: bytes) -> str:
    """What the bytes are, whatever the file is called.

    Raises:
        MediaUnknown: nothing that may be attached.
    """
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"RIFF") and content[8:12] in _RIFF:
        return _RIFF[content[8:12]]
    if content[4:8] == b"ftyp":
        return _in_mp4(content)
    # Matroska: browsers record sound as WebM. A picture track makes it a film.
    if content.startswith(b"\x1aE\xdf\xa3") and b"A_" in content and b"V_" not in content[:65536]:
        return "audio/webm"
    raise MediaUnknown


def _in_mp4(content: bytes) -> str:
    brand = _BRANDS.get(content[8:12])
    if brand is not None:
        return brand
    if b"soun" in content and b"vide" not in content:
        return "audio/mp4"
    raise MediaUnknown


def store(data: Path, clock: Clock, file: IO[bytes]) -> Stored:
    """Put the file where it stays; in a native thread, for it waits for the disk.

    Raises:
        OverflowError: it is too large.
        MediaUnknown: it may not be attached.
        OSError: the disk refuses it.
    """
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OverflowError
    media_type = media_type_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    _keep(place_of(data, sha256), content, clock.new_id)
    return Stored(sha256, media_type, len(content))


def load(data: Path, sha256: str) -> bytes:
    """The bytes of a stored file.

    Raises:
        FileDamaged: they are not what was stored.
    """
    try:
        content = place_of(data, sha256).read_bytes()
    except OSError as error:
        raise FileDamaged(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(sha256)
    return content


def place_of(data: Path, sha256: str) -> Path:
    """Where a file lies."""
    return data / FOLDER / sha256[:2] / sha256


def extension_of(media_type: str) -> str:
    """What its name ends in when it is handed out."""
    return _EXTENSIONS.get(media_type) or media_type.partition("/")[2]


def _keep(path: Path, content: bytes, new_id: Callable[[], str]) -> None:
    """All of it or nothing, also when the power fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{new_id()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
