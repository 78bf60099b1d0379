"""Drills, candidates and scores as the API shows them: what somebody may not see is left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from backend.drills.plans import Found
from backend.drills.runs import RUNS
from backend.event_store import read_events
from backend.incident_list import visible
from backend.projections import INCIDENTS
from backend.read_models import person
from backend.services import Services
from escalation import events as ev
from escalation.drill import harm_in
from escalation.drill_rights import may_change
from escalation.drill_score import score
from escalation.events import Event
from escalation.incident import Incident
from escalation.people import Directory
from escalation.rights import Caller, sees
from escalation.timeline import stamp

_INCIDENTS = INCIDENTS.c
MOST_CANDIDATES = 20


def drills_json(
    conn: Connection, services: Services, caller: Caller, found: Iterable[Found]
) -> list[dict[str, Any]]:
    """Each with its incident, where the caller may see that."""
    return [_drill(conn, services, caller, each) for each in found]


def _drill(conn: Connection, services: Services, caller: Caller, found: Found) -> dict[str, Any]:
    drill, run, directory = found.drill, found.run, services.world.directory
    org, book = directory.orgs[drill.branch], services.shelf.current.get(drill.type)
    incident = None if run is None else incident_json(conn, services, caller, run.incident)
    who = caller.person
    return {
        "id": drill.id,
        "branch": {"id": org.id, "name": org.name},
        "type": drill.type,
        "title": {"zh": drill.type, "en": drill.type} if book is None else book.title.as_json(),
        "mode": drill.mode,
        "scenario": drill.scenario,
        "tells": drill.tells,
        "pass_mark": drill.pass_mark,
        "starts_at": stamp(drill.starts_at),
        "ends_at": None if drill.ends_at is None else stamp(drill.ends_at),
        "made_by": person(directory, drill.made_by),
        "made_at": stamp(drill.made_at),
        "status": found.status(services.clock.now()),
        "marked_at": None if run is None or run.marked_at is None else stamp(run.marked_at),
        "percent": None if run is None or incident is None else run.percent,
        "passed": None if run is None or incident is None else run.passed,
        "incident": incident,
        "mine": who is not None and may_change(who, drill.made_by, drill.branch, directory),
    }


def incident_json(
    conn: Connection, services: Services, caller: Caller, incident_id: str
) -> dict[str, Any] | None:
    """The incident in a line; None where it is not theirs to see."""
    loaded = services.states.read(conn, incident_id)
    if loaded is None or not sees(caller, loaded.state, services.world.directory):
        return None
    return _line(loaded.state)


def candidates(
    conn: Connection, services: Services, caller: Caller, found: Found
) -> list[dict[str, Any]]:
    """Incidents that may have been this mystery visit, for whoever may say so."""
    drill, directory = found.drill, services.world.directory
    who = caller.person
    if found.run is not None or not drill.may_be_marked(services.clock.now()) or who is None:
        return []
    if not may_change(who, drill.made_by, drill.branch, directory):
        return []
    near = (
        select(_INCIDENTS.id)
        .where(
            visible(caller, directory),
            _INCIDENTS.branch == drill.branch,
            _INCIDENTS.opened_at >= drill.starts_at,
            _INCIDENTS.opened_at <= drill.ends_at,
            _INCIDENTS.drill.is_(False),
        )
        .order_by(_INCIDENTS.opened_at.desc())
        .limit(MOST_CANDIDATES)
    )
    loaded = [services.states.read(conn, each) for each in conn.execute(near).scalars()]
    states = [each.state for each in loaded if each is not None]
    return [
        {
            **_line(state),
            "title": state.primary.title.as_json(),
            "reports": len({(r.user, r.device) for r in state.reports if not r.withdrawn}),
            "harm": bool(harm_in(state.facts)),
        }
        for state in states
        if drill.type in {book.id for book in (*state.playbooks, *state.former)}
    ]


def _line(state: Incident) -> dict[str, Any]:
    return {
        "id": state.id,
        "number": state.number,
        "status": state.status,
        "opened_at": stamp(state.opened_at),
    }


def run_of(conn: Connection, any_id: str) -> str:
    """The incident of a drill; an id that is no drill's may be an incident's own."""
    found = select(RUNS.c.incident_id).where(RUNS.c.drill_id == any_id).limit(1)
    return conn.execute(found).scalar() or any_id


def score_json(conn: Connection, services: Services, state: Incident) -> dict[str, Any]:
    """What is on record of a drill; before that, how it stands now."""
    terms, directory = state.terms, services.world.directory
    assert terms is not None  # noqa: S101  (asked of drills only)
    events = [Event.from_body(body) for body in read_events(conn, state.id)]
    result = terms.result
    if result is None:
        now = services.clock.now()
        said: Mapping[str, Any] = score(events, services.shelf.of, now).as_json()
    else:
        now, said = result.at, result.score
    steps = {step.id: step for _, step in state.steps()}
    return {
        **said,
        "drill": terms.drill,
        "incident": state.id,
        "final": result is not None,
        "at": stamp(now),
        "steps": [
            {
                **each,
                "title": steps[each["step"]].title.as_json()
                if each["step"] in steps
                else {"zh": each["step"], "en": each["step"]},
                "by": person(directory, each["by"]),
            }
            for each in said["steps"]
        ],
        "took_part": [
            shown for user in said["took_part"] if (shown := person(directory, user)) is not None
        ],
        "would_tell": list(_left_out(events, directory)),
    }


def _left_out(events: Iterable[Event], directory: Directory) -> Iterable[dict[str, Any]]:
    known: set[tuple[str, int]] = set()
    for event in events:
        for each in event.data["recipients"] if event.type == ev.ALERT_SIMULATED else ():
            at = (each["user"], event.data["level"])
            if at not in known:
                known.add(at)
                yield {
                    "user": person(directory, each["user"]),
                    "role": each["role"],
                    "level": event.data["level"],
                    "at": stamp(event.recorded_at),
                }
