"""The playbooks: those that can be tapped now, and every version that an incident has."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from backend.batch import Batch
from backend.tables import PlaybookRow
from playbooks.load import from_content
from playbooks.model import Library, Playbook

_VERSIONS = PlaybookRow.__table__


class Shelf:
    """Current playbooks by id, and all known versions by SHA-256."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._versions: dict[str, Playbook] = {
            book.sha256: book for book in library.playbooks.values()
        }

    @property
    def current(self) -> Mapping[str, Playbook]:
        """What can be tapped."""
        return self.library.playbooks

    def of(self, sha256: str) -> Playbook:
        """The version that an incident opened with."""
        return self._versions[sha256]

    def load(self, conn: Connection) -> None:
        """Read the versions that incidents may still have."""
        for row in conn.execute(select(_VERSIONS)):
            if row.sha256 not in self._versions:
                self._versions[row.sha256] = from_content(row.content)

    def keep_current(self, batch: Batch) -> None:
        """Store the current versions beside the earlier ones."""
        known = set(batch.conn.execute(select(_VERSIONS.c.sha256)).scalars())
        new: list[dict[str, Any]] = [
            {
                "sha256": book.sha256,
                "id": book.id,
                "version": book.version,
                "content": dict(book.content),
            }
            for book in self.current.values()
            if book.sha256 not in known
        ]
        if new:
            batch.conn.execute(insert(_VERSIONS), new)
