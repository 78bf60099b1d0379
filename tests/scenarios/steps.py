"""Looking into an incident as the API shows it."""

from typing import Any


def step(incident: Any, step_id: str) -> Any:
    """The step of that id on the checklist."""
    return next(each for each in incident["steps"] if each["id"] == step_id)


def names(recipients: list[Any]) -> set[str]:
    """Usernames."""
    return {each["user"]["username"] for each in recipients}


def levels(incident: Any) -> list[int]:
    """The levels of its alerts, in the order of raising."""
    return [each["level"] for each in incident["alerts"]]


def types(timeline: Any) -> list[str]:
    """The types of a timeline's events."""
    return [each["type"] for each in timeline["events"]]


def clock(incident: Any, name: str) -> Any:
    """The clock of that name."""
    return next(each for each in incident["clocks"] if each["name"] == name)
