"""What was told of a branch is a row: of several processes one tells it. SQLite and PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from backend.duty.watch import Look, kept_first
from escalation.readiness import Rung, Together
from tests.builders import MORNING
from tests.identity_bank import Process

DEAF = ({"playbook": "group_visit", "level": 1, "because": "empty"},)
LADDERS = Together(None, (Rung(1, "empty", stands_in=False),))


def test_of_two_processes_that_see_the_same_one_tells_it(
    bank: Process, restarted: Callable[[], Process]
) -> None:
    other, branch = restarted(), bank.world.directory.orgs["east-01"]

    def first_and_second(look: Look) -> list[bool]:
        return [
            process.write(lambda batch: kept_first(batch.conn, look)) for process in (bank, other)
        ]

    seen = Look(branch, (), LADDERS, LADDERS, known=False, verdict=None, check=None, at=MORNING)
    assert first_and_second(seen) == [True, False]
    lost = replace(seen, problems=DEAF, known=True, verdict="lost")
    assert first_and_second(lost) == [True, False]
    assert first_and_second(replace(seen, known=True, verdict="restored")) == [True, False]
    morning = replace(lost, check=date(2026, 11, 23))
    assert first_and_second(morning) == [True, False]
    assert first_and_second(replace(morning, check=date(2026, 11, 24))) == [True, False]
