"""What is done with a version: drafted, changed, submitted, cleared, published, withdrawn (A5).

Each inside the writer's transaction; what is refused leaves nothing behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.batch import Batch
from backend.clock import Clock
from backend.library.checks import (
    check_conflicts,
    check_merged,
    check_own_conflicts,
    check_safe,
    check_wording,
    checked,
)
from backend.library.store import (
    add_version,
    find_versions,
    free_number,
    ids_in_force,
    is_version,
    lock_version,
    newest_number,
    note,
    write_version,
)
from backend.shelf import Shelf
from backend.world import bump_version
from escalation import version as rules
from escalation.events import Actor
from escalation.people import Directory
from escalation.publication import Published, Stage
from escalation.texts import Typed
from escalation.version import Version


@dataclass(frozen=True, slots=True)
class Draft:
    """A version to be: ``content`` as somebody has written it, or taken from another one.

    ``authors``: who has written what was taken, as long as nobody has cleared it.
    """

    playbook: str
    org: str
    content: Mapping[str, Any]
    authors: tuple[str, ...] = ()


class Library:
    """One person's work on versions, in one transaction."""

    def __init__(
        self, batch: Batch, clock: Clock, actor: Actor, shelf: Shelf, directory: Directory
    ) -> None:
        self._batch = batch
        self._clock = clock
        self._actor = actor
        self._shelf = shelf
        self._directory = directory

    def draft(self, new: Draft) -> Version:
        """Begin a version. Raises Refused: ``invalid``, ``forbidden-wording``."""
        whole, now = self._whole(new.org), self._clock.now()
        based_on = self._newest(new.playbook, new.org)
        number = free_number(
            self._batch, new.playbook, new.org, (based_on or 0) + 1 if whole else 1
        )
        unnumbered = {key: value for key, value in new.content.items() if key != "version"}
        content, sha256 = checked(unnumbered, new.playbook, number, whole=whole, safe=False)
        version = Version(
            id=self._clock.new_id(),
            playbook=new.playbook,
            org=new.org,
            number=number,
            revision=1,
            content=content,
            sha256=sha256,
            kept="draft",
            authors=tuple(dict.fromkeys((*new.authors, self._actor.id))),
            made_at=now,
            changed_at=now,
            based_on=based_on,
        )
        self._check_fit(version)
        add_version(self._batch, version)
        self._note("drafted", version, based_on=based_on)
        return version

    def change(self, version_id: str, content: Mapping[str, Any], revision: int | None) -> Version:
        """Other content: a draft again; clearances that it had are void.

        Raises:
            Refused: ``changed-meanwhile``, ``not-a-draft``, ``invalid``, ``forbidden-wording``.
        """
        before = self._lock(version_id, revision)
        whole = self._whole(before.org)
        kept, sha256 = checked(content, before.playbook, before.number, whole=whole)
        version = rules.edited(before, self._actor.id, kept, sha256)
        if sha256 == before.sha256:
            return before
        version = replace(version, changed_at=self._clock.now())
        self._check_fit(version)
        write_version(self._batch, version)
        self._note("changed", version, voided=rules.cleared_roles(before))
        return version

    def submit(self, version_id: str, revision: int | None) -> Version:
        """Hand it to compliance and legal.

        Raises:
            Refused: ``not-a-draft``, ``forbidden-wording``, ``conflicts-with-additions``.
        """
        version = rules.submitted(self._lock(version_id, revision), self._clock.now())
        self._check_again(version)
        write_version(self._batch, version)
        self._note("submitted", version)
        return version

    def clear(self, version_id: str, role: str, revision: int | None) -> Version:
        """Compliance's or legal's word for what is submitted, or in force already.

        Raises:
            Refused: ``changed-meanwhile``, ``not-submitted``, ``own-work``, ``second-person``,
                ``forbidden-wording``.
        """
        before = self._adopted(version_id)
        rules.check_revision(before, revision)
        check_wording(before.content)
        now = self._clock.now()
        holds = ids_in_force(
            self._batch.conn,
            self._shelf.shipped.playbooks,
            rules.head_of(self._directory),
            now,
        )
        in_force = rules.is_in_force(before, holds)
        version = rules.clear(before, self._actor.id, role, now, in_force=in_force)
        write_version(self._batch, version)
        self._note("cleared", version, role=role)
        return version

    def send_back(self, version_id: str, role: str, reason: str, revision: int | None) -> Version:
        """Not cleared, and why: a draft again. Raises Refused: ``not-submitted``."""
        before = self._lock(version_id, revision)
        version = rules.send_back(before, self._actor.id, self._clock.now(), reason)
        write_version(self._batch, version)
        self._note("sent_back", version, role=role, reason=Typed(reason))
        return version

    def publish(self, version_id: str, since: datetime, revision: int | None) -> Version:
        """In force from a moment on, everywhere at once.

        Raises:
            Refused: ``not-cleared``, ``based-on-older``, ``conflicts-with-additions``.
        """
        bump_version(self._batch)  # first: who publishes at the same time waits here
        before = self._lock(version_id, revision)
        newest, now = self._newest(before.playbook, before.org), self._clock.now()
        if rules.published_before(before, self._actor.id, since, newest, now):
            return before
        version = rules.published(before, self._actor.id, since, newest, now)
        self._check_again(version)
        write_version(self._batch, version)
        self._note("published", version, **{"from": since})
        self._shelf.keep_current(self._batch, now)
        return version

    def withdraw(self, version_id: str) -> Version:
        """Give up a draft, or what was to come into force later. Raises Refused: ``in-force``."""
        bump_version(self._batch)
        version = rules.withdrawn(self._adopted(version_id), self._clock.now())
        write_version(self._batch, version)
        self._note("withdrawn", version)
        return version

    def _newest(self, playbook: str, org: str) -> int | None:
        newest = newest_number(self._batch, playbook, org)
        if newest is None and self._whole(org):
            return self._shelf.shipped.playbooks[playbook].version
        return newest

    def _whole(self, org: str) -> bool:
        return rules.is_whole_bank(org, self._directory)

    def _lock(self, version_id: str, revision: int | None) -> Version:
        version = lock_version(self._batch, version_id)
        rules.check_revision(version, revision)
        return version

    def _adopted(self, version_id: str) -> Version:
        """The version, which gets a row now if it came with the product and has none yet."""
        conn = self._batch.conn
        if not find_versions(conn, is_version(version_id)):
            for book in self._shelf.shipped.playbooks.values():
                if book.sha256 == version_id:
                    head, now = rules.head_of(self._directory), self._clock.now()
                    add_version(self._batch, rules.shipped(book, head, now))
        return self._lock(version_id, None)

    def _check_fit(self, version: Version) -> None:
        """An addition stands on what it inherits; what orgs below say comes when it is ready."""
        if not self._whole(version.org):
            self._check_own(version, self._planned(version))

    def _check_again(self, version: Version) -> None:
        """The rules may have become stricter, and other orgs may have added since."""
        check_wording(version.content)
        check_safe(version.content)
        planned = self._planned(version)
        self._check_own(version, planned)
        check_conflicts(
            conflict
            for stage in planned
            for conflict in stage.left_out
            if conflict not in self._shelf.left_out
        )

    def _check_own(self, version: Version, planned: list[Stage]) -> None:
        for stage in planned:
            check_own_conflicts(
                conflict
                for conflict in stage.left_out
                if (conflict.added.org, conflict.added.playbook) == (version.org, version.playbook)
            )
            whole = stage.orgs.get(version.org, {}).get(version.playbook)
            if whole is not None:
                check_merged(whole)

    def _planned(self, version: Version) -> list[Stage]:
        """What would be in force, now and later, with this version."""
        now = self._clock.now()
        since = version.publish_from or now
        change = Published(version.playbook, version.org, version.number, since, version.content)
        return self._shelf.planned(self._batch.conn, self._directory, change, now)

    def _note(self, what: str, version: Version, **more: Any) -> None:
        note(self._batch, self._clock, self._actor, what, version, **more)
