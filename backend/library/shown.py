"""Versions as the API shows them to somebody, with what they may do with each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.read_models import person
from backend.shelf import Shelf
from escalation.clearance import CLEARERS, GOOD_FOR, Clearance, clearing_role
from escalation.people import Directory
from escalation.rights import Caller
from escalation.timeline import stamp
from escalation.version import (
    Version,
    drafts_at,
    head_of,
    is_in_force,
    is_whole_bank,
    publishes_at,
    reads_at,
    shipped,
)
from playbooks.diff import differences
from playbooks.inheritance import Content


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees: the house, what ``holds`` by playbook and org, and their own rights."""

    caller: Caller
    directory: Directory
    shelf: Shelf
    holds: Mapping[tuple[str, str], str]
    now: datetime

    @property
    def head(self) -> str:
        """The org whose versions are whole playbooks."""
        return head_of(self.directory)

    @property
    def readable(self) -> set[str]:
        """Whose versions they read."""
        return reads_at(self.caller, self.directory)

    def drafts_for(self) -> list[dict[str, str]]:
        """Their own orgs for which they draft, with names."""
        person = self.caller.person
        held = dict.fromkeys(org for _, org in person.roles) if person is not None else {}
        mine = drafts_at(self.caller, self.directory)
        return [{"id": org, "name": self.directory.orgs[org].name} for org in held if org in mine]

    def place_of(self, playbook: str) -> tuple[int, str]:
        """Where it stands in a list: as its tile does."""
        return self.shelf.current[playbook].tap.order, playbook

    def title_of(self, playbook: str) -> dict[str, str]:
        """As it is called now; its id where a bank has taken its own playbook away."""
        book = self.shelf.current.get(playbook)
        return {"zh": playbook, "en": playbook} if book is None else book.title.as_json()

    def in_force(self, version: Version) -> bool:
        """Whether it holds now."""
        return is_in_force(version, self.holds)

    def may(self, version: Version) -> list[str]:
        """What they may do with it as it stands."""
        return list(self._deeds(version))

    def _deeds(self, version: Version) -> Iterator[str]:
        drafts = version.org in drafts_at(self.caller, self.directory)
        publishes = version.org in publishes_at(self.caller, self.directory)
        if version.open and drafts:
            yield "edit"
        if version.state == "draft" and drafts:
            yield "submit"
        waiting = version.state in ("submitted", "cleared")
        role = clearing_role(self.caller, version, self.directory)
        if role is not None:
            if self._may_clear(version, role):
                yield "clear"
            if waiting:
                yield "send_back"
        if version.state == "cleared" and publishes:
            yield "publish"
        coming = version.kept == "published" and not self.has_begun(version)
        if (version.open and drafts) or (coming and publishes):
            yield "withdraw"

    def _may_clear(self, version: Version, role: str) -> bool:
        by = dict(zip(CLEARERS, (version.compliance, version.legal), strict=True))
        mine = by.pop(role)
        (other,) = by.values()
        me = self.caller.user_id
        if me in version.authors or (other is not None and other.by == me):
            return False
        if self.in_force(version):
            return True
        waiting = version.state in ("submitted", "cleared")
        return waiting and (mine is None or mine.at + GOOD_FOR <= self.now)

    def has_begun(self, version: Version) -> bool:
        """Its moment has come, whatever holds by now."""
        return version.publish_from is not None and version.publish_from <= self.now


def version_json(version: Version, sight: Sight) -> dict[str, Any]:
    """A version without its content."""
    directory, again = sight.directory, version.clear_again_by
    shipped, holds = version.kept == "shipped", sight.in_force(version)
    replaced = not holds and (shipped or sight.has_begun(version))
    back = version.sent_back
    return {
        "id": version.id,
        "playbook": version.playbook,
        "title": sight.title_of(version.playbook),
        "org": {"id": version.org, "name": directory.orgs[version.org].name},
        "addition": not is_whole_bank(version.org, directory),
        "version": version.number,
        "revision": version.revision,
        "sha256": version.sha256,
        "state": "retired" if replaced else version.state,
        "in_force": holds,
        "shipped": shipped,
        "authors": [who for each in version.authors if (who := person(directory, each))],
        "made_at": None if shipped else stamp(version.made_at),
        "changed_at": None if shipped else stamp(version.changed_at),
        "supersedes": version.based_on,
        "submitted_at": _at(version.submitted_at),
        "compliance": _clearance(version.compliance, directory),
        "legal": _clearance(version.legal, directory),
        "sent_back": None
        if back is None
        else {"by": person(directory, back.by), "at": stamp(back.at), "reason": back.reason},
        "publish_from": _at(version.publish_from),
        "published_by": person(directory, version.published_by),
        "clear_again_by": _at(again),
        "due_again": holds and (again is None or again <= sight.now),
        "may": sight.may(version),
    }


def whole_json(version: Version, sight: Sight, against: Version | None) -> dict[str, Any]:
    """A version with its content, and its differences from ``against``."""
    before: Content = {} if against is None else against.content
    return {
        **version_json(version, sight),
        "content": version.content,
        "inherited": _inherited(version, sight),
        "against": None if against is None else against.number,
        "differences": [each._asdict() for each in differences(before, version.content)],
    }


def _inherited(version: Version, sight: Sight) -> Content | None:
    """What an addition adds to."""
    parent = sight.directory.orgs[version.org].parent
    if parent is None:
        return None
    book = sight.shelf.at(parent).playbooks.get(version.playbook)
    return None if book is None else book.content


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _clearance(clearance: Clearance | None, directory: Directory) -> dict[str, Any] | None:
    if clearance is None:
        return None
    return {"by": person(directory, clearance.by), "at": stamp(clearance.at)}


def playbook_json(key: str, found: Sequence[Version], sight: Sight) -> dict[str, Any]:
    """One playbook of the library: what holds, what is to come, and what orgs add."""
    book, directory = sight.shelf.current[key], sight.directory
    mine = [each for each in found if each.playbook == key]
    holding = [each for each in mine if sight.in_force(each)]
    whole = [each for each in holding if each.org == sight.head]
    came = sight.shelf.shipped.playbooks.get(key)
    if not whole and came is not None:
        whole = [shipped(came, sight.head, sight.now)]
    in_force = whole[0]
    newer = came is not None and came.version > in_force.number
    left_out = [each.added.org for each in sight.shelf.left_out if each.added.playbook == key]
    return {
        "id": key,
        "title": book.title.as_json(),
        "discreet": book.discreet,
        "in_force": version_json(in_force, sight),
        "coming": [version_json(each, sight) for each in mine if each not in holding],
        "additions": [version_json(each, sight) for each in holding if each.org != sight.head],
        "newer_shipped": came.version if came is not None and newer else None,
        "left_out": [
            {"id": org, "name": directory.orgs[org].name}
            for org in left_out
            if org in sight.readable
        ],
    }
