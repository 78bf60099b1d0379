"""What events about the time afterwards do to the state: call-backs, the review, the customer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from escalation import events as ev
from escalation.events import Event
from escalation.follow_up import FollowUp
from escalation.incident import Change, Incident, PlaybookOf
from escalation.review import Review
from escalation.timeline import unstamp


def _scheduled(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    made = FollowUp(
        id=data["id"],
        kind=data["kind"],
        made_at=event.recorded_at,
        made_by=event.actor.id if event.actor.kind == "user" else None,
        due_at=unstamp(data["due_at"]),
        note=data.get("note"),
        command_id=event.command_id,
    )
    return state.having(follow_ups={**state.follow_ups, made.id: made})


def _due(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with(state, event.data["id"], stage=event.data["stage"])


def _done(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with(
        state,
        event.data["id"],
        status="done",
        done_at=event.recorded_at,
        done_by=event.actor.id,
        outcome=event.data["outcome"],
        content=event.data["content"],
        improve=event.data.get("improve"),
    )


def _reviewed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    found = Review(
        event.recorded_at,
        event.actor.id,
        data["words"],
        data["process"],
        data["decision"],
        tuple(data["because"]),
    )
    return state.having(review=found)


def _linked(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return state.having(customer=event.data["customer"])


def _unlinked(state: Incident, event: Event, _: PlaybookOf) -> Incident:  # noqa: ARG001  (as all)
    return state.having(customer=None)


def _with(state: Incident, follow_up: str, **change: Any) -> Incident:
    changed = replace(state.follow_ups[follow_up], **change)
    return state.having(follow_ups={**state.follow_ups, follow_up: changed})


CHANGES: Mapping[str, Change] = {
    ev.FOLLOW_UP_SCHEDULED: _scheduled,
    ev.FOLLOW_UP_DUE: _due,
    ev.FOLLOW_UP_DONE: _done,
    ev.REVIEW_RECORDED: _reviewed,
    ev.CUSTOMER_LINKED: _linked,
    ev.CUSTOMER_UNLINKED: _unlinked,
}
