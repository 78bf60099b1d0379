"""Drills (A6): practice by the same road as an incident, and who of it is really told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Self

Mode = Literal["announced", "mystery"]
Tells = Literal["branch", "region", "everyone"]
MODES: tuple[Mode, ...] = ("announced", "mystery")
TELLS: tuple[Tells, ...] = ("branch", "region", "everyone")
PASS_MARK = 80
"""Per cent, where the drill says nothing else."""
MARK_WITHIN = timedelta(hours=24)
"""After a mystery visit's window has ended: so long its incident may still be marked."""
LONGEST_WINDOW = timedelta(days=14)
HARM = ("injury", "major_loss", "danger_to_life")
"""Facts that make no drill of an incident, whatever was planned."""


def harm_in(facts: Mapping[str, Any]) -> list[str]:
    """Which of ``HARM`` these facts name."""
    return [name for name in HARM if facts.get(name) is True]


class Result(NamedTuple):
    """How a drill went: what its closing has put on record."""

    points: int
    possible: int
    percent: int
    pass_mark: int
    passed: bool
    at: datetime
    took_part: tuple[str, ...]
    score: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an incident knows of the drill that it is.

    ``drill``: the id of the plan; the incident's own, where a manager started one without a plan.
    ``marked_at``: when a mystery visit was revealed; None: it was announced from the beginning.
    """

    drill: str
    owner: str | None
    tells: str = "everyone"
    pass_mark: int = PASS_MARK
    marked_at: datetime | None = None
    result: Result | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in an event."""
        return {
            "drill": self.drill,
            "owner": self.owner,
            "tells": self.tells,
            "pass_mark": self.pass_mark,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any], marked_at: datetime | None = None) -> Self:
        """Read back from an event."""
        return cls(said["drill"], said["owner"], said["tells"], said["pass_mark"], marked_at)


@dataclass(frozen=True, slots=True)
class Drill:
    """A plan. A mystery visit has a window, from ``starts_at`` to ``ends_at``.

    ``incident``: the one that an announced drill raises; its id is made with the plan, so that
    it is raised once however often somebody tries.
    """

    id: str
    branch: str
    type: str
    mode: Mode
    scenario: str
    tells: Tells
    pass_mark: int
    starts_at: datetime
    ends_at: datetime | None
    made_by: str
    made_at: datetime
    incident: str | None
    called_off: bool = False

    @property
    def terms(self) -> Terms:
        """What its incident has to know."""
        return Terms(self.id, self.made_by, self.tells, self.pass_mark)

    def may_be_marked(self, now: datetime) -> bool:
        """A mystery visit that is going on, or was over a short while ago."""
        return (
            self.mode == "mystery"
            and not self.called_off
            and self.ends_at is not None
            and self.starts_at <= now <= self.ends_at + MARK_WITHIN
        )


def result_of(said: Mapping[str, Any], at: datetime) -> Result:
    """What a ``drill.scored`` event says."""
    return Result(
        said["points"],
        said["possible"],
        said["percent"],
        said["pass_mark"],
        said["passed"],
        at,
        tuple(said["took_part"]),
        said,
    )


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an org asks of whoever goes on duty there, and below: a passed drill of each playbook.

    ``refuses``: who has not passed is not put on the rota; else it is only said.
    """

    org: str
    playbooks: tuple[str, ...]
    months: int
    refuses: bool


def good_until(passed_at: datetime, months: int) -> datetime:
    """Until when a pass holds: so many months later; in a short month its end."""
    years, month = divmod(passed_at.month - 1 + months, 12)
    year, month = passed_at.year + years, month + 1
    day = passed_at.day
    while True:
        try:
            return passed_at.replace(year=year, month=month, day=day)
        except ValueError:
            day -= 1


def not_passed(
    wanted: Mapping[str, int], passed: Mapping[str, datetime], now: datetime
) -> tuple[str, ...]:
    """The playbooks that somebody still has to pass.

    Args:
        wanted: for how many months a pass holds, by playbook.
        passed: when they last passed, by playbook.
        now: aware UTC.
    """
    return tuple(
        book
        for book, months in sorted(wanted.items())
        if book not in passed or good_until(passed[book], months) <= now
    )


def refused(
    requirements: Mapping[str, Requirement], path: tuple[str, ...], missing: tuple[str, ...]
) -> tuple[str, ...]:
    """Of what is missing, that without which nobody is put on the rota."""
    return tuple(
        book
        for book in missing
        if any(
            org in requirements
            and requirements[org].refuses
            and book in requirements[org].playbooks
            for org in path
        )
    )


def wanted_by(requirements: Mapping[str, Requirement], path: tuple[str, ...]) -> dict[str, int]:
    """What somebody must have passed at an org: by its own word and that of those above.

    Where several name a playbook, the shortest time holds.
    """
    found: dict[str, int] = {}
    for rule in (requirements[org] for org in path if org in requirements):
        for book in rule.playbooks:
            found[book] = min(found.get(book, rule.months), rule.months)
    return found
