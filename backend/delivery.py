"""From what was committed to what goes out on the sockets, and to whom."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from backend.envelope import Outcome
from backend.read_models import person
from escalation.alert import Alert
from escalation.incident import Incident
from escalation.people import Directory
from notifications.notice import AlertOver, Notice
from notifications.words import alert_message, inform_message


class Emission(NamedTuple):
    """One packet for some rooms.

    ``notices`` are the outbox rows that it carries; ``complete``: all rows of that alert.
    """

    event: str
    payload: dict[str, Any]
    rooms: tuple[str, ...]
    without_user: str | None = None
    notices: tuple[tuple[str, str, int], ...] = ()
    complete: bool = False

    def as_json(self) -> dict[str, Any]:
        """For other processes."""
        return {
            "event": self.event,
            "payload": self.payload,
            "rooms": self.rooms,
            "without_user": self.without_user,
            "notices": self.notices,
            "complete": self.complete,
        }


def user_rooms(user_id: str, *, discreet: bool) -> tuple[str, ...]:
    """A person's own sessions; those on a counter's tablet hear nothing discreet (C4)."""
    return (f"user:{user_id}",) if discreet else (f"user:{user_id}", f"user-on-device:{user_id}")


def emissions(outcome: Outcome, directory: Directory) -> list[Emission]:
    """The alerts of a command, and the end of earlier ones."""
    together: dict[tuple[str, int], list[Notice]] = {}
    for notice in outcome.plan.notices:
        together.setdefault((notice.alert_id, notice.repeat), []).append(notice)
    found = [_notices(outcome.state, notices, directory) for notices in together.values()]
    found += [
        packet for over in outcome.plan.over for packet in _over(outcome.state, over, directory)
    ]
    return found


def message_of(state: Incident, kind: str, alert_id: str, repeat: int, directory: Directory) -> Any:
    """The payload of a notice, by the state of its incident."""
    branch = directory.orgs[state.branch]
    if kind == "alert":
        return alert_message(state, state.alerts[alert_id], branch, repeat)
    return inform_message(state, state.informed[alert_id], branch, repeat)


def _alert(state: Incident, kind: str, alert_id: str) -> Alert:
    return state.alerts[alert_id] if kind == "alert" else state.informed[alert_id]


def _notices(state: Incident, notices: list[Notice], directory: Directory) -> Emission:
    """One packet for everybody who is to hear of the same alert."""
    first = notices[0]
    rooms = [room for each in notices for room in user_rooms(each.user, discreet=state.discreet)]
    return Emission(
        event=first.kind,
        payload=message_of(state, first.kind, first.alert_id, first.repeat, directory),
        rooms=tuple(rooms),
        notices=tuple([(each.alert_id, each.user, each.repeat) for each in notices]),
        complete=len(notices) == len(_alert(state, first.kind, first.alert_id).told),
    )


def _over(state: Incident, over: AlertOver, directory: Directory) -> Iterable[Emission]:
    payload = {
        "alert_id": over.alert_id,
        "incident_id": over.incident_id,
        "because": over.because,
        "by": person(directory, over.by),
    }
    rooms = tuple(room for user in over.users for room in user_rooms(user, discreet=state.discreet))
    if rooms:
        yield Emission("alert_over", payload, rooms)


def change(state: Incident, position: int, directory: Directory) -> Emission:
    """``incident``: it changed; details by HTTP with the usual rights."""
    payload = {
        "incident_id": state.id,
        "revision": state.seq,
        "status": state.status,
        "position": position,
    }
    subject = directory.by_username.get(state.subject or "")
    return Emission(
        "incident",
        payload,
        _audience(state, directory),
        without_user=None if subject is None else subject.id,
    )


def _audience(state: Incident, directory: Directory) -> tuple[str, ...]:
    """The rooms of everybody who may see the incident (realtime.py puts people into them)."""
    prefix = "discreet" if state.discreet else "ordinary"
    rooms = [f"{prefix}-at:{state.branch}"]
    rooms += [f"{prefix}-over:{org}" for org in directory.path(state.branch)]
    involved = {report.user for report in state.reports if report.user}
    for alert in (*state.alerts.values(), *state.informed.values()):
        involved.update(alert.told)
    for user in sorted(involved):
        rooms += user_rooms(user, discreet=state.discreet)
    if not state.discreet:
        rooms += [
            f"device:{report.device}"
            for report in state.reports
            if report.device and report.user is None
        ]
    return tuple(dict.fromkeys(rooms))
