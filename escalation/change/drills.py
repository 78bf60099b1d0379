"""What events about drills do to the state (A6): marked, unmarked, scored."""

from collections.abc import Mapping
from dataclasses import replace

from escalation import events as ev
from escalation.drill import Terms, result_of
from escalation.events import Event
from escalation.incident import Change, Incident, PlaybookOf


def _marked(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    terms = Terms.from_json(event.data["terms"], marked_at=event.recorded_at)
    return state.having(drill=True, terms=terms)


def _unmarked(state: Incident, _: Event, __: PlaybookOf) -> Incident:
    return state.having(drill=False, terms=None)


def _scored(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    assert state.terms is not None  # noqa: S101  (only a drill is scored)
    result = result_of(event.data, event.recorded_at)
    return state.having(terms=replace(state.terms, result=result))


CHANGES: Mapping[str, Change] = {
    ev.DRILL_MARKED: _marked,
    ev.DRILL_UNMARKED: _unmarked,
    ev.DRILL_SCORED: _scored,
}
