"""Looking into an incident as the API shows it."""

from typing import Any

from tests.house import House
from tests.provider import Provider


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


def reached_by(house: House, provider: Provider, *names: str) -> None:
    """These have a channel and no app open."""
    for name in names:
        house.gives(name, provider.url(name))


def channels(incident: Any, username: str) -> dict[str, Any]:
    """How far it got to somebody, by kind of channel."""
    alerts = [each for alert in incident["alerts"] for each in alert["recipients"]]
    theirs = [each for each in alerts if each["user"]["username"] == username]
    return {each["channel"]: each for each in theirs[-1]["channels"]}
