"""One process at a time has the embedded database: ``DATA/lock``."""

import fcntl
import os
from pathlib import Path


class DatabaseBusyError(Exception):
    """Another process has it."""


class DataLock:
    """Held until the process ends, however it ends."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise DatabaseBusyError(f"a server is using {directory}") from error

    def release(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)
