"""The playbooks: those in force now, at each org, and every version that an incident has.

Everything that is to come is prepared beforehand; at its moment one reference is exchanged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, insert, select

from backend.batch import Batch
from backend.library.store import published_marks, read_published
from backend.tables import PlaybookRow
from backend.world import directory_version, load_directory
from escalation.people import Directory
from escalation.publication import Published, Stage, stages
from playbooks.inheritance import Conflict, Content
from playbooks.load import InvalidPlaybook, digest, from_content
from playbooks.model import Library, Playbook

_VERSIONS = PlaybookRow.__table__
_log = structlog.get_logger("shelf")

Fetch = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class _Force:
    """What is in force from ``since`` on: the bank's library, and that of each org that adds."""

    since: datetime | None
    library: Library
    at: Mapping[str, Library] = field(default_factory=dict)
    left_out: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is in force and what is to come, as ``seen`` in the database at its ``version``."""

    version: int
    seen: tuple[Any, ...]
    forces: tuple[_Force, ...]


def fetching(engine: Engine) -> Fetch:
    """Finds a version's content in the database; for a thread that may wait."""

    def fetch(sha256: str) -> Mapping[str, Any] | None:
        with engine.connect() as conn:
            found = conn.execute(select(_VERSIONS.c.content).where(_VERSIONS.c.sha256 == sha256))
            return found.scalar()

    return fetch


class Shelf:
    """Current playbooks by id, at each org, and all known versions by SHA-256.

    ``fetch`` finds the content of a version that another process has published just now.
    """

    def __init__(self, library: Library, fetch: Fetch = lambda _: None) -> None:
        self.shipped = library
        self._fetch = fetch
        self._force = _Force(None, library)
        self._coming: tuple[_Force, ...] = ()
        self._prepared = Prepared(-1, (), ())
        self._versions: dict[str, Playbook] = {
            book.sha256: book for book in library.playbooks.values()
        }

    @property
    def current(self) -> Mapping[str, Playbook]:
        """What can be tapped, as the head office has it."""
        return self._force.library.playbooks

    @property
    def library(self) -> Library:
        """The same as ``current``, as the rules take it."""
        return self._force.library

    @property
    def version(self) -> int:
        """Of the organisation and the published playbooks, as last read; see ``World.version``."""
        return self._prepared.version

    @property
    def left_out(self) -> tuple[Conflict, ...]:
        """Additions that are published and do not fit what they add to any more."""
        return self._force.left_out

    @property
    def next_turn(self) -> datetime | None:
        """When the next version comes into force."""
        return self._coming[0].since if self._coming else None

    def at(self, org: str) -> Library:
        """The playbooks in force at an org, with what it and those above it add."""
        return self._force.at.get(org, self._force.library)

    def of(self, sha256: str) -> Playbook:
        """The version that an incident opened with."""
        found = self._versions.get(sha256)
        if found is None:
            content = self._fetch(sha256)
            if content is None:
                raise KeyError(sha256)
            found = self._versions[sha256] = from_content(content)
        return found

    def load(self, conn: Connection) -> None:
        """Read the versions that incidents may still have."""
        known = set(conn.execute(select(_VERSIONS.c.sha256)).scalars())
        new = sorted(known - self._versions.keys())
        for start in range(0, len(new), 500):
            part = select(_VERSIONS).where(_VERSIONS.c.sha256.in_(new[start : start + 500]))
            for row in conn.execute(part):
                self._versions[row.sha256] = from_content(row.content)

    def prepare(self, conn: Connection, directory: Directory, now: datetime) -> Prepared:
        """Read what is in force now and what is to come; ``take`` puts it to use."""
        version = directory_version(conn)
        seen = (published_marks(conn), directory.orgs)
        if seen == self._prepared.seen:
            return replace(self._prepared, version=version)
        return Prepared(version, seen, self._forces(read_published(conn), directory, now))

    def take(self, prepared: Prepared, now: datetime) -> bool:
        """Put what was prepared to use, unless something newer is; whether anything is different.

        On the hub, as ``turn``: each exchanges what the other has left.
        """
        before = (self._force.library, self._force.at)
        if prepared.version < self._prepared.version:
            return False
        if prepared.forces is not self._prepared.forces:
            self._force, *coming = prepared.forces
            self._coming = tuple(coming)
        self._prepared = prepared
        self.turn(now)
        return (self._force.library, self._force.at) != before

    def turn(self, now: datetime) -> bool:
        """Exchange what is in force, if its time has come; whether it has."""
        begun = [each for each in self._coming if each.since is not None and each.since <= now]
        if not begun:
            return False
        self._force, self._coming = begun[-1], self._coming[len(begun) :]
        return True

    def keep_current(self, batch: Batch, now: datetime) -> None:
        """Store what is in force, now and later, beside the earlier versions."""
        known = set(batch.conn.execute(select(_VERSIONS.c.sha256)).scalars())
        forces = self._forces(read_published(batch.conn), load_directory(batch.conn), now)
        libraries = [each for force in forces for each in (force.library, *force.at.values())]
        books = {book.sha256: book for library in libraries for book in library.playbooks.values()}
        new: list[dict[str, Any]] = [
            {"sha256": key, "id": book.id, "version": book.version, "content": dict(book.content)}
            for key, book in books.items()
            if key not in known
        ]
        if new:
            batch.conn.execute(insert(_VERSIONS), new)

    def planned(
        self, conn: Connection, directory: Directory, change: Published, now: datetime
    ) -> list[Stage]:
        """What would be in force, now and later, if that were published, too."""
        return stages(self._shipped(), [*read_published(conn), change], directory, now)

    def _shipped(self) -> dict[str, Content]:
        return {key: book.content for key, book in self.shipped.playbooks.items()}

    def _forces(
        self, published: Sequence[Published], directory: Directory, now: datetime
    ) -> tuple[_Force, ...]:
        readable = [each for each in published if self._is_readable(each, directory)]
        if not readable:
            return (_Force(now, self.shipped),)
        planned = stages(self._shipped(), readable, directory, now)
        return tuple(self._force_of(stage, directory) for stage in planned)

    def _force_of(self, stage: Stage, directory: Directory) -> _Force:
        bank = Library({key: self._book(content) for key, content in stage.bases.items()})
        at: dict[str, Library] = {}
        for org in sorted(stage.orgs, key=lambda each: len(directory.path(each))):
            books = {**bank.playbooks, **self._own(org, stage.orgs[org])}
            at.update(dict.fromkeys(directory.below(org), Library(books)))
        for conflict in stage.left_out:
            added = conflict.added
            _log.error("addition_left_out", playbook=added.playbook, org=added.org)
        return _Force(stage.since, bank, at, stage.left_out)

    def _own(self, org: str, books: Mapping[str, Content]) -> dict[str, Playbook]:
        found: dict[str, Playbook] = {}
        for key, content in books.items():
            try:
                found[key] = self._book(content)
            except InvalidPlaybook as error:
                _log.critical("addition_unreadable", playbook=key, org=org, reason=error.faults[0])
        return found

    def _book(self, content: Content) -> Playbook:
        sha256 = digest(content)
        found = self._versions.get(sha256)
        if found is None:
            found = self._versions[sha256] = from_content(content)
        return found

    def _is_readable(self, each: Published, directory: Directory) -> bool:
        """A version that this program cannot read any more leaves what came before it in force."""
        if directory.orgs[each.org].parent is not None:
            return True
        try:
            self._book(each.content)
        except InvalidPlaybook as error:
            reason = error.faults[0]
            _log.critical("published_version_unreadable", playbook=each.playbook, reason=reason)
            return False
        return True
