"""An incident as people read it (contract, section 3), made from its state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from backend.owed_view import owed_json, texts_owed
from escalation.alert import Alert, Told, Way
from escalation.clock import Clock
from escalation.commands import SOCKET
from escalation.drill import Terms
from escalation.incident import UNTOUCHED, Incident, Progress, Report
from escalation.people import Directory
from escalation.rights import reserved_to
from escalation.timeline import sealed_in, stamp
from playbooks.facts import flags
from playbooks.gates import gate_open, proposals
from playbooks.model import Gate, Library, Playbook, RecordRule, Step

Texts = Mapping[str, Mapping[str, str | None]]
SentAt = Mapping[tuple[str, str, str], datetime]
"""When notices left the house, by alert, user and channel."""


def render(
    state: Incident,
    directory: Directory,
    library: Library,
    texts: Texts,
    sent_at: SentAt,
    customer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole incident, for ``orjson.dumps``: what never changes is encoded already.

    Args:
        state: what is true of it.
        directory: for names.
        library: for playbooks that the facts propose.
        texts: the sealed texts that ``texts_needed`` named.
        sent_at: when notices left the house.
        customer: whose matter it is, where the reader may know.
    """
    view = _View(directory, texts, sent_at)
    found = {
        **summary(state, directory),
        "eta_minutes": state.eta_minutes,
        "facts": {name: view.opened(value) for name, value in state.facts.items()},
        "playbooks": [{"id": book.id, "version": book.version} for book in state.playbooks],
        "steps": [view.step(state, book, step) for book, step in state.steps()],
        "alerts": [view.alert(alert) for alert in state.alerts.values()],
        "informed": [told for alert in state.informed.values() for told in view.recipients(alert)],
        "clocks": [_clock(state, clock) for clock in state.clocks.values()],
        **owed_json(state, directory, view.opened),
        "suggestions": []
        if state.over
        else [
            {"playbook": playbook, "because": because.as_json()}
            for playbook, because in proposals(
                library, [book.id for book in state.playbooks], state.facts
            )
        ],
        "customer": customer,
    }
    if state.terms is not None:
        found["drill_terms"] = _drill_terms(state.terms)
    return found


def _drill_terms(terms: Terms) -> dict[str, Any]:
    """Which drill it is, and how far it is told."""
    return {
        "id": terms.drill,
        "tells": terms.tells,
        "marked_at": _stamp(terms.marked_at),
        "percent": None if terms.result is None else terms.result.percent,
    }


def summary(state: Incident, directory: Directory) -> dict[str, Any]:
    """What a list shows of an incident."""
    org = directory.orgs[state.branch]
    deadlines = [] if state.over else state.deadlines()
    return {
        "id": state.id,
        "number": state.number,
        "type": state.type,
        "title": state.primary.title.as_json(),
        "severity": state.severity,
        "discreet": state.discreet,
        "drill": state.drill,
        "revision": state.seq,
        "status": state.status,
        "branch": {"id": org.id, "name": org.name},
        "reported_by": [_report(report, directory) for report in state.reports],
        "in_charge": person(directory, state.in_charge),
        "opened_at": stamp(state.opened_at),
        "acknowledged_at": _stamp(state.acknowledged_at),
        "contained_at": _stamp(state.contained_at),
        "closed_at": _stamp(state.closed_at),
        "flags": flags(state.facts),
        "next_deadline": {"at": stamp(deadlines[0].due_at), "what": deadlines[0].key}
        if deadlines
        else None,
    }


def person(directory: Directory, user_id: str | None) -> dict[str, str] | None:
    """Somebody by id; None for nobody."""
    found = directory.people.get(user_id or "")
    return None if found is None else found.as_json()


def texts_needed(state: Incident) -> list[str]:
    """The sealed texts that ``render`` shows."""
    found = sealed_in(dict(state.facts))
    for progress in state.progress.values():
        found += sealed_in(progress.note) + sealed_in(progress.record)
    return found + texts_owed(state)


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _clock(state: Incident, clock: Clock) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": clock.name,
        "due_at": stamp(clock.due_at),
        "met_at": _stamp(clock.met_at),
        "state": clock.state,
    }
    if clock.unconfirmed:
        found["unconfirmed"] = True
    if clock.paused and clock.resumes_at is not None:
        found["resumes_at"] = stamp(clock.resumes_at)
    if reserved := reserved_to(state, clock.name):
        found["changed_by"] = sorted(reserved)
    return found


def _report(report: Report, directory: Directory) -> dict[str, Any]:
    found: dict[str, Any] = {"at": stamp(report.at)}
    if report.user is not None:
        found["user"] = person(directory, report.user)
    if report.device is not None:
        found["device"] = report.device
        if name := directory.devices.get(report.device):
            found["device_name"] = name
    if (report.recorded_at - report.at).total_seconds() > 60:
        found["late"] = True
    if report.withdrawn:
        found["withdrawn"] = True
    return found


class _View:
    """Rendering with the names, texts and deliveries of one moment at hand."""

    def __init__(self, directory: Directory, texts: Texts, sent_at: SentAt) -> None:
        self._directory = directory
        self._texts = texts
        self._sent_at = sent_at

    def opened(self, value: Any) -> Any:
        """A fact or record value with its sealed text in the clear; None where it was purged."""
        if isinstance(value, dict) and set(value) == {"sealed"}:
            return self._texts.get(value["sealed"], {}).get("text")
        return value

    def step(self, state: Incident, book: Playbook, step: Step) -> Any:
        progress = state.progress.get(step.id, UNTOUCHED)
        is_open = gate_open(step.gate, state.facts, progress.cleared)
        due_at = state.due.get(step.id)
        if progress is UNTOUCHED:
            return _waiting(book, step, due_at, is_open=is_open)
        found = {
            **_step_fragments(book, step),
            "state": progress.state if progress.state != "open" else _ready(is_open),
            "late": progress.late,
            "due_at": _stamp(due_at),
            "done_at": _stamp(progress.at),
            "done_by": person(self._directory, progress.by),
            "gate": None if step.gate is None else gate_json(step.gate, is_open=is_open),
        }
        found.update(self._done(progress))
        return found

    def _done(self, progress: Progress) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if progress.note:
            found["note"] = self.opened(progress.note)
        if progress.record:
            found["recorded"] = {
                name: self.opened(value) for name, value in progress.record.items()
            }
        return found

    def alert(self, alert: Alert) -> dict[str, Any]:
        return {
            "id": alert.id,
            "level": alert.level,
            "repeat": alert.repeat,
            "raised_at": stamp(alert.raised_at),
            "reason": alert.reason,
            "acknowledged_at": _stamp(alert.acknowledged_at),
            "acknowledged_by": person(self._directory, alert.acknowledged_by),
            "recipients": self.recipients(alert),
        }

    def recipients(self, alert: Alert) -> list[dict[str, Any]]:
        return [
            {
                "user": person(self._directory, told.user),
                "role": told.role,
                "declined": told.declined,
                "channels": [
                    self._socket(alert, told),
                    *[self._way(alert, told, way) for way in told.ways],
                ],
            }
            for told in alert.told.values()
        ]

    def _socket(self, alert: Alert, told: Told) -> dict[str, Any]:
        state, at = self._arrived(alert, told, told, SOCKET)
        if state == "queued" and (told.failed or not told.reachable):
            state = "failed" if told.failed else "unreachable"
        return {"channel": SOCKET, "state": state, "at": stamp(at)}

    def _way(self, alert: Alert, told: Told, way: Way) -> dict[str, Any]:
        state, at = self._arrived(alert, told, way, way.id)
        if way.failed_at is None or state not in ("queued", "sent") or at > way.failed_at:
            return {"channel": way.kind, "state": state, "at": stamp(at)}
        at, detail = way.failed_at, way.detail
        return {"channel": way.kind, "state": "failed", "at": stamp(at), "detail": detail}

    def _arrived(
        self, alert: Alert, told: Told, on: Told | Way, channel: str
    ) -> tuple[str, datetime]:
        """How far it is known to have come on one channel, and since when."""
        if on.seen_at is not None:
            return "seen", on.seen_at
        if on.delivered_at is not None:
            return "delivered", on.delivered_at
        sent_at = self._sent_at.get((alert.id, told.user, channel))
        return ("queued", alert.sounded_at) if sent_at is None else ("sent", sent_at)


def _ready(is_open: bool) -> str:
    return "ready" if is_open else "locked"


def gate_json(gate: Gate, *, is_open: bool) -> dict[str, Any]:
    """What keeps a step locked, and who may open it or go on all the same."""
    return {
        "text": gate.text.as_json(),
        "open": is_open,
        "clearance": gate.clearance,
        "override": gate.override,
        "override_by_anyone_if": list(gate.override_by_anyone_if),
    }


_waiting_steps: dict[tuple[str, str, bool], bytes] = {}
"""JSON objects that still lack their last name and the closing brace."""


def _waiting(
    book: Playbook, step: Step, due_at: datetime | None, *, is_open: bool
) -> orjson.Fragment:
    """A step that nobody has done anything about: but for its time, always the same."""
    key = (book.sha256, step.id, is_open)
    begun = _waiting_steps.get(key)
    if begun is None:
        same = {
            **_step_fragments(book, step),
            "state": _ready(is_open),
            "late": False,
            "done_at": None,
            "done_by": None,
            "gate": None if step.gate is None else gate_json(step.gate, is_open=is_open),
        }
        begun = _waiting_steps[key] = orjson.dumps(same)[:-1]
    due = "null" if due_at is None else f'"{stamp(due_at)}"'
    return orjson.Fragment(begun + f',"due_at":{due}}}'.encode())


def _rule_json(rule: RecordRule) -> dict[str, Any]:
    return {
        "when_field": rule.when_field,
        "when": list(rule.when),
        "field": rule.field,
        "needs": list(rule.needs),
        "text": rule.text.as_json(),
    }


_fragments: dict[str, dict[str, dict[str, Any]]] = {}


def _step_fragments(book: Playbook, step: Step) -> dict[str, Any]:
    """``step_json`` with what is long encoded already, for ``render`` (orjson.Fragment).

    Kept by the playbook's SHA-256: hashing a whole step for each look-up cost more than drawing it.
    """
    of_book = _fragments.setdefault(book.sha256, {})
    if step.id not in of_book:
        of_book[step.id] = {
            name: orjson.Fragment(orjson.dumps(value)) if isinstance(value, dict | list) else value
            for name, value in step_json(book.id, step).items()
        }
    return of_book[step.id]


def step_json(playbook: str, step: Step) -> dict[str, Any]:
    """What the playbook says of a step and no incident changes."""
    return {
        "id": step.id,
        "playbook": playbook,
        "title": step.title.as_json(),
        "owner": step.owner,
        "only": list(step.only),
        "must": step.must,
        "containment": step.containment,
        "repeats": step.repeats,
        "say": [text.as_json() for text in step.say],
        "avoid": [text.as_json() for text in step.avoid],
        **(
            {"record_rules": [_rule_json(rule) for rule in step.record_rules]}
            if step.record_rules
            else {}
        ),
        "record": [
            {
                "name": field.name,
                "label": field.label.as_json(),
                "type": field.type,
                "required": field.required,
                "choices": [
                    {"value": choice.value, "label": choice.label.as_json()}
                    for choice in field.choices
                ],
            }
            for field in step.record
        ],
    }
