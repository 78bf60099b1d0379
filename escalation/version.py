"""Versions of a playbook: drafted, submitted, cleared by two, published from a moment on (A5).

A version of the head office is a whole playbook for the bank; one of an org below is what it adds
to the playbook that it inherits. Nobody clears what they have written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from escalation.clearance import CLEARERS, Clearance, check_second, clear_again_by
from escalation.people import Directory
from escalation.refusal import Refused
from escalation.rights import Caller
from playbooks.model import Playbook

#: Who drafts and publishes, at the org or above it.
WRITERS = frozenset({"compliance_officer", "complaint_officer", "admin"})
#: Who, besides, drafts what their own org adds; two others have to clear it.
ADDERS = frozenset({"branch_manager", "deputy_manager", "regional_manager", "hq_duty"})
#: Who, besides, reads versions.
READERS = frozenset({"legal_officer", "auditor"})

State = Literal["draft", "submitted", "cleared", "published", "retired", "shipped"]
STATES: tuple[State, ...] = ("draft", "submitted", "cleared", "published", "retired", "shipped")


@dataclass(frozen=True, slots=True)
class SentBack:
    """By whom, when and why it was not cleared."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``revision`` counts the changes of its content.

    ``kept``: ``draft``, ``submitted``, ``published``, ``retired`` or ``shipped`` (it came with the
    product or the bank's own files, and nobody here has written it). ``authors``: all who have
    written on it. ``based_on``: the number that was in force, or to be, when it was begun.
    """

    id: str
    playbook: str
    org: str
    number: int
    revision: int
    content: Mapping[str, Any]
    sha256: str
    kept: str
    authors: tuple[str, ...]
    made_at: datetime
    changed_at: datetime
    based_on: int | None = None
    submitted_at: datetime | None = None
    compliance: Clearance | None = None
    legal: Clearance | None = None
    sent_back: SentBack | None = None
    publish_from: datetime | None = None
    published_by: str | None = None
    reminded_at: datetime | None = None

    @property
    def state(self) -> State:
        """``cleared`` is submitted with both clearances. What has been replaced: ``in_force``."""
        both = self.compliance is not None and self.legal is not None
        if self.kept == "submitted" and both:
            return "cleared"
        return next(each for each in STATES if each == self.kept)

    @property
    def open(self) -> bool:
        """Its content can still become different."""
        return self.state in ("draft", "submitted", "cleared")

    @property
    def clear_again_by(self) -> datetime | None:
        """Until when both clearances hold; None while one is missing."""
        return clear_again_by(self)


def edited(version: Version, by: str, content: Mapping[str, Any], sha256: str) -> Version:
    """Its next revision: a draft again, and whatever clearances it had are void.

    Raises:
        Refused: ``not-a-draft``.
    """
    if not version.open:
        raise Refused(
            "not-a-draft",
            "这一版已经发布或停用，不能再改。请另起一份草稿。",
            "This version is published or retired. Begin a new draft.",
        )
    return replace(
        version,
        content=content,
        sha256=sha256,
        revision=version.revision + 1,
        kept="draft",
        authors=tuple(dict.fromkeys((*version.authors, by))),
        compliance=None,
        legal=None,
    )


def cleared_roles(version: Version) -> list[str]:
    """Who has cleared it so far."""
    both = zip(CLEARERS, (version.compliance, version.legal), strict=True)
    return [role for role, clearance in both if clearance is not None]


def submitted(version: Version, at: datetime) -> Version:
    """Handed to compliance and legal.

    Raises:
        Refused: ``not-a-draft``.
    """
    if version.state != "draft":
        raise Refused("not-a-draft", "只有草稿才能送审。", "Only a draft can be submitted.")
    return replace(version, kept="submitted", submitted_at=at, sent_back=None)


def check_revision(version: Version, read: int | None) -> None:
    """Only what has been read is cleared or changed.

    Raises:
        Refused: ``changed-meanwhile``.
    """
    if read is not None and version.revision != read:
        raise Refused(
            "changed-meanwhile",
            "内容刚改过，请看过新的再来。",
            "It has been changed meanwhile; read it again first.",
        )


def clear(version: Version, by: str, role: str, at: datetime, *, in_force: bool) -> Version:
    """Compliance's or legal's word for what it says now: before publishing, and each quarter.

    Raises:
        Refused: ``not-submitted``, ``own-work``, ``second-person``.
    """
    if version.state not in ("submitted", "cleared") and not in_force:
        raise Refused(
            "not-submitted", "还没有送审，或者已经停用。", "It is not submitted, or not in use."
        )
    if by in version.authors:
        raise Refused("own-work", "自己写的要由别人来审。", "Nobody clears what they have written.")
    check_second(version, role, by)
    word = Clearance(by, at)
    if role == "compliance_officer":
        return replace(version, compliance=word, reminded_at=None)
    return replace(version, legal=word, reminded_at=None)


def send_back(version: Version, by: str, at: datetime, reason: str) -> Version:
    """Compliance or legal does not clear it: a draft again, with the reason.

    Raises:
        Refused: ``not-submitted``.
    """
    if version.state not in ("submitted", "cleared"):
        raise Refused("not-submitted", "还没有送审。", "It is not submitted.")
    back = SentBack(by, at, reason)
    return replace(version, kept="draft", compliance=None, legal=None, sent_back=back)


def published(
    version: Version, by: str, since: datetime, newest: int | None, now: datetime
) -> Version:
    """In force from ``since`` on. ``newest``: the number that is in force there, or to be.

    Raises:
        Refused: ``not-cleared``, ``based-on-older``.
    """
    if version.state != "cleared":
        raise Refused(
            "not-cleared",
            "要合规和法务都放行后才能发布。",
            "Compliance and legal must both clear it before it is published.",
        )
    again_by = clear_again_by(version)
    if again_by is not None and again_by <= now:
        raise Refused(
            "not-cleared",
            "放行已过一个季度，请合规和法务重新放行。",
            "It was cleared more than a quarter ago. Compliance and legal must clear it again.",
        )
    if version.based_on != newest:
        raise Refused(
            "based-on-older",
            f"起草之后已发布第 {newest} 版，请在新版上重新起草。",
            f"Version {newest} has been published since this was begun. Draft it anew from that.",
        )
    return replace(version, kept="published", publish_from=since, published_by=by)


def published_before(
    version: Version, by: str, since: datetime, newest: int | None, now: datetime
) -> bool:
    """They ask again for what they have done: the answer to the first time was lost.

    It still is what comes last there, from the same moment on, or from one that has come.
    """
    if version.kept != "published" or version.published_by != by or version.number != newest:
        return False
    begun = version.publish_from is not None and version.publish_from <= now
    return version.publish_from == since or (begun and since <= now)


def withdrawn(version: Version, now: datetime) -> Version:
    """Given up: a draft, or what was to be published later.

    Raises:
        Refused: ``in-force``.
    """
    due = version.publish_from is not None and version.publish_from <= now
    if version.kept in ("retired", "shipped") or due:
        raise Refused(
            "in-force",
            "已生效的版本不能撤回，只能发布新版。",
            "What is in force is not withdrawn; publish a new version.",
        )
    return replace(version, kept="retired", publish_from=None)


def shipped(book: Playbook, org: str, at: datetime) -> Version:
    """What came with the product, or in the bank's own files: nobody here has cleared it yet."""
    return Version(
        id=book.sha256,
        playbook=book.id,
        org=org,
        number=book.version,
        revision=1,
        content=book.content,
        sha256=book.sha256,
        kept="shipped",
        authors=(),
        made_at=at,
        changed_at=at,
    )


def is_in_force(version: Version, holds: Mapping[tuple[str, str], str]) -> bool:
    """Whether it is what holds at its org. ``holds``: ids by playbook and org.

    What came with the product holds until the bank publishes something instead.
    """
    return holds.get((version.playbook, version.org)) == version.id


def head_of(directory: Directory) -> str:
    """The org whose versions are the whole bank's."""
    return next(org.id for org in directory.orgs.values() if org.parent is None)


def is_whole_bank(org: str, directory: Directory) -> bool:
    """A version of this org is a whole playbook; one of an org below is an addition."""
    return org == head_of(directory)


def drafts_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs for which somebody drafts versions."""
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role in WRITERS:
            found |= directory.below(org)
        elif role in ADDERS and not is_whole_bank(org, directory):
            found.add(org)
    return found


def publishes_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose versions somebody publishes or withdraws."""
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role in WRITERS:
            found |= directory.below(org)
    return found


def reads_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose versions somebody reads: their own, those below, and what they inherit.

    Never from a device: covert playbooks are among them (C4).
    """
    found: set[str] = set()
    if caller.person is None or caller.device_id is not None:
        return found
    for role, org in caller.person.roles:
        if role in WRITERS | ADDERS | READERS:
            found |= directory.below(org) | set(directory.path(org))
    return found


def readers_of(org: str, directory: Directory) -> list[str]:
    """The ids of those who read this org's versions."""
    concerned = {*directory.path(org), *directory.below(org)}
    return [
        person.id
        for person in directory.people.values()
        if person.active
        and any(role in WRITERS | ADDERS | READERS and at in concerned for role, at in person.roles)
    ]
