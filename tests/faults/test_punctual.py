"""Deadlines fire on time beside very many that are armed: never early, hardly ever late (F3)."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from backend.config import from_environment
from backend.db import make_engine
from backend.projections import DEADLINES
from tests.faults.living import LONG, fires, living_house
from tests.faults.storm import dated, taps
from tests.house import DEMO, Template

ARMED = 100_000 if LONG else 2_000
INCIDENTS = 200 if LONG else 60
A_SECOND = 30
SPEED = 60
"""The second level after one second, the third after three, the fourth after five."""
LATE = 0.5
"""Seconds, at the 99th percentile."""
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def arm_far_ones(data: Path) -> None:
    """Deadlines that are nobody's business for a long time."""
    rows: list[dict[str, Any]] = [
        {"incident_id": f"far-{n}", "key": "clock:far", "due_at": FAR + timedelta(seconds=n)}
        for n in range(ARMED)
    ]
    engine = make_engine(from_environment(DEMO, data=str(data)).database_url, writer=True)
    with engine.begin() as conn:
        conn.execute(insert(DEADLINES), rows)
    engine.dispose()


@pytest.mark.timeout(900 if LONG else 180)
def test_what_is_due_fires_on_time_beside_very_many_that_are_armed(
    template: Template, tmp_path: Path
) -> None:
    data = template.copied_to(tmp_path / "data")
    arm_far_ones(data)
    with living_house(data, tmp_path / "server.log", speed=SPEED) as life:
        house = life.house
        for name in ("manager1", "manager2", "deputy1", "regional1", "hqduty1"):
            house.person(name).listens()
        sent = [body for who, body in taps(INCIDENTS * 3) if who == "manager1"]
        manager = house.person("manager1")
        began_at, began = datetime.now(UTC), time.monotonic()
        for number, body in enumerate(sent):
            manager.does("POST", "/incidents", dated(body, began_at, time.monotonic() - began))
            time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        house.person("hqduty1").hears("alert", incident_id=sent[-1]["id"], level=4)
        late = []
        for body in sent:
            for due, fired in fires(manager.timeline(body["id"])):
                assert fired >= due, "early"
                late.append(life.running(due, fired))
    late.sort()
    p99 = late[int(len(late) * 0.99)]
    sys.stdout.write(
        f"{len(late)} deadlines beside {ARMED}: p99 {p99:.3f} s, most {late[-1]:.3f}\n"
    )
    assert len(late) >= 3 * len(sent)
    assert p99 <= LATE
