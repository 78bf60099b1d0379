"""Versions found for somebody who may read them: rows, and what came with the product (A5)."""

from datetime import datetime

from sqlalchemy import Connection

from backend.library.shown import Sight
from backend.library.store import (
    at_work,
    find_versions,
    has_number,
    ids_in_force,
    is_version,
    of_playbook,
)
from backend.problems import NotFound
from backend.shelf import Shelf
from escalation.people import Directory
from escalation.rights import Caller
from escalation.version import Version, head_of, is_whole_bank, shipped

LONGEST_NUMBER = 9
"""Digits; what is longer is no version's number."""


def sight_of(
    conn: Connection, caller: Caller, directory: Directory, shelf: Shelf, now: datetime
) -> Sight:
    """What somebody sees at this moment."""
    holds = ids_in_force(conn, shelf.shipped.playbooks, head_of(directory), now)
    return Sight(caller, directory, shelf, holds, now)


def find_at_work(conn: Connection, sight: Sight) -> list[Version]:
    """What is drafted, to come, or holds, of all playbooks."""
    return find_versions(conn, at_work(sight.readable, sight.now, sight.holds.values()))


def find_version(conn: Connection, sight: Sight, playbook: str, key: str) -> Version:
    """By id, or by number for the whole bank's.

    Raises:
        NotFound: there is none, or they may not read it.
    """
    orgs, wanted = sight.readable, is_version(key)
    if key.isascii() and key.isdigit() and len(key) <= LONGEST_NUMBER:
        orgs, wanted = orgs & {sight.head}, has_number(int(key))
    found = find_versions(conn, of_playbook(playbook, orgs), wanted)
    if found:
        return min(found, key=lambda each: each.kept == "shipped")
    book = sight.shelf.shipped.playbooks.get(playbook)
    if book is None or not orgs or key not in (book.sha256, str(book.version)):
        raise NotFound
    return shipped(book, sight.head, sight.now)


def shipped_unless(found: list[Version], playbook: str, sight: Sight) -> list[Version]:
    """What came with the product, unless it is among ``found`` as a row."""
    book = sight.shelf.shipped.playbooks[playbook]
    rows = any(each.id == book.sha256 for each in found)
    return [] if rows else [shipped(book, sight.head, sight.now)]


def replaced_by(conn: Connection, sight: Sight, version: Version) -> Version | None:
    """What it is to replace; of what is published already, what it has replaced."""
    if version.kept == "shipped":
        return None
    if version.open:
        holds = sight.holds.get((version.playbook, version.org))
        return None if holds is None else find_version(conn, sight, version.playbook, holds)
    if version.based_on is None:
        return None
    mine = of_playbook(version.playbook, [version.org])
    found = find_versions(conn, mine, has_number(version.based_on))
    if found:
        return min(found, key=lambda each: each.kept == "shipped")
    book = sight.shelf.shipped.playbooks.get(version.playbook)
    if book is None or book.version != version.based_on:
        return None
    return shipped(book, sight.head, sight.now) if _whole(version, sight) else None


def _whole(version: Version, sight: Sight) -> bool:
    return is_whole_bank(version.org, sight.directory)
