"""The bench bank: the demo bank, and a region with so many branches that no two raises join.

Eight people hold the roles of level 1 at that region, so that every branch's first alert is
theirs; five hundred tellers elsewhere sit at quiet screens. Run as a program, in a process of its
own, so that the load generator has nothing of the server in it.
"""

import hashlib
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert

from backend.app import create_app, migrate
from backend.batch import Batch
from backend.clock import SteadyClock
from backend.config import from_environment
from backend.db import make_engine
from backend.demo import TIMEZONE, load_demo
from backend.event_store import seal_log
from backend.identity_tables import OrgRow, SessionRow
from backend.organisation import create_org
from backend.staff import NewUser, create_user
from escalation.events import SYSTEM
from escalation.people import Org

REGION, QUIET_REGION = "bench", "bench-quiet"
BRANCHES = 20_000
QUIET_BRANCHES, QUIET_EACH = 50, 10
LISTENING = ("branch_manager", "office_staff") * 4
"""Level 1 of every playbook, four of each."""
OFFLINE = ("business_line", "complaint_officer")
"""Told at the tap; not connected."""
_CLOCK = SteadyClock()


def build(data: Path) -> None:
    """Fill an empty data directory; ``bank.json`` in it names branches and tokens."""
    settings = from_environment({}, data=str(data))
    data.mkdir(parents=True, exist_ok=True)
    migrate(create_app(settings), settings)
    engine = make_engine(settings.database_url, writer=True)
    with engine.begin() as conn:
        batch = Batch(conn)
        load_demo(batch, _CLOCK)
        found = _fill(batch)
        batch.rows.flush(conn)
        seal_log(conn)
    engine.dispose()
    (data / "bank.json").write_bytes(orjson.dumps(found))


def _fill(batch: Batch) -> dict[str, Any]:
    for org_id in (REGION, QUIET_REGION):
        create_org(batch, Org(org_id, org_id, "hq", "region", TIMEZONE))
    branches = _branches(batch, REGION, BRANCHES)
    quiet = _branches(batch, QUIET_REGION, QUIET_BRANCHES)
    for role in OFFLINE:
        _person(batch, role, role, REGION)
    return {
        "branches": branches,
        "reporter": _token(batch, _person(batch, "reporter", "regional_manager", REGION)),
        "listeners": [
            _token(batch, _person(batch, f"listener{n}", role, REGION), f"listener{n}")
            for n, role in enumerate(LISTENING)
        ],
        "idle": [
            _token(batch, _person(batch, f"quiet{branch}.{n}", "teller", branch))
            for branch in quiet
            for n in range(QUIET_EACH)
        ],
    }


def _branches(batch: Batch, region: str, count: int) -> list[str]:
    """As ``create_org`` makes them, in one statement."""
    ids = [f"{region}-{n:05d}" for n in range(count)]
    rows = [
        {
            "id": each,
            "name": f"{each} 支行",
            "parent": region,
            "kind": "branch",
            "timezone": TIMEZONE,
        }
        for each in ids
    ]
    batch.conn.execute(insert(OrgRow.__table__), rows)
    return ids


def _person(batch: Batch, name: str, role: str, org: str) -> str:
    new = NewUser(f"bench.{name}", f"bench {name}", None, None, ((role, org),))
    return create_user(batch, _CLOCK, SYSTEM, new)


def _token(batch: Batch, user_id: str, start: str = "") -> str:
    """A session as signing in leaves it, without the password's cost."""
    token = start + _CLOCK.random_bytes(32).hex()
    now = _CLOCK.now()
    row = {
        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
        "kind": "user",
        "user_id": user_id,
        "device_id": None,
        "created_at": now,
        "expires_at": now + timedelta(hours=12),
    }
    batch.conn.execute(insert(SessionRow.__table__), [row])
    return token


if __name__ == "__main__":
    build(Path(sys.argv[1]))
