"""A plan becomes an incident: an announced drill is raised, a mystery visit is marked."""

from functools import partial

import structlog

from backend.batch import Batch
from backend.drills.plans import change_drill, disarm, due_drills, to_change
from backend.envelope import Envelope, Outcome
from backend.problems import NotFound
from backend.services import Services
from escalation.commands import MarkDrill, Open
from escalation.drill import Drill
from escalation.drill_rights import may_plan
from escalation.events import SYSTEM
from escalation.refusal import Refused
from escalation.rights import Caller
from escalation.texts import Typed

_log = structlog.get_logger("drills")


def start_drill(services: Services, drill: Drill, caller: Caller) -> Outcome:
    """Raise its incident by the one write path; started again, it is the same incident.

    Raises:
        Refused: it was called off, or its caller may not raise drills there.
    """
    assert drill.incident is not None  # noqa: S101  (an announced drill has one)
    opening = Open(
        id=drill.incident,
        type=drill.type,
        branch=drill.branch,
        drill=True,
        note=Typed(drill.scenario),
        terms=drill.terms,
    )
    content = {"command": "open", "drill": drill.id}
    envelope = Envelope(opening, caller, drill.id, content)

    def start(batch: Batch) -> Outcome:
        if services.write_path.known.outcome(batch, envelope) is None:
            to_change(batch, drill.id)
        outcome = services.write_path.handle(batch, envelope)
        disarm(batch, drill.id)
        return outcome

    return services.writer.submit(start, drill.id, drill.incident)


def mark_as_drill(services: Services, command: MarkDrill, envelope: Envelope) -> Outcome:
    """The incident was this mystery visit; each plan has one.

    Raises:
        Refused: ``drill-begun``: it is another incident already.
        NotFound: there is no such plan any more.
    """
    drill_id = command.terms.drill

    def mark(batch: Batch) -> Outcome:
        if services.write_path.known.outcome(batch, envelope) is None:
            for loaded in batch.loaded.values():
                if loaded.state.terms is not None and loaded.state.terms.drill == drill_id:
                    raise Refused(
                        "drill-begun", "这次演练已经开始。", "This drill has begun already."
                    )
            to_change(batch, drill_id)
        return services.write_path.handle(batch, envelope)

    return services.writer.submit(mark, envelope.command_id, envelope.incident_id or "")


class DrillStarts:
    """Starts what was planned for a moment that has come."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def tick(self) -> None:
        """Start what is due; nothing of it keeps the rest waiting."""
        services = self._services
        now = services.clock.now()
        for drill in services.reader.run(lambda conn: due_drills(conn, now)):
            try:
                self._start(drill)
            except (Refused, NotFound) as error:
                _log.info("drill_not_started", drill=drill.id, because=str(error))
                services.writer.run(partial(disarm, drill_id=drill.id))

    def _start(self, drill: Drill) -> None:
        services = self._services
        directory = services.world.directory
        owner = directory.people.get(drill.made_by)
        if owner is None or not owner.active or not may_plan(owner, drill.branch, directory):
            off = {"called_off": True}
            services.writer.run(
                lambda batch: change_drill(batch, services.clock, SYSTEM, drill.id, off)
            )
            return
        start_drill(services, drill, Caller(owner))
