"""kill -9 in the middle of taps, deadlines and messages (F1, F2).

None is lost, none doubled, every chain whole; each deadline fires once, at most two seconds after
the server is ready; every alert reaches a receiver outside, under the same ids.

Small in the ordinary run; ``COUNTERBELL_LONG=1`` (``make faults``) kills a thousand times.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.chains import assert_whole
from tests.clients import Client
from tests.databases import Postgresql
from tests.faults.living import LONG, Life, fires, living_house
from tests.faults.storm import RAISERS, Storm, Tap, taps
from tests.house import ROOT, Template
from tests.provider import Provider
from tests.scenarios.steps import types

HANDS = 8
SPEED = 1 if LONG else 10
LATE = 2.0
"""Seconds of running after which a due deadline has fired."""
OUTSIDE = ("manager1", "manager2", "deputy1", "regional1", "hqduty1")
LEASE = 30.0
SEALED_WITHIN = 10.0
"""Seconds after which an event that was read has its position; far above the one promised."""


class Crashes(NamedTuple):
    kills: int
    taps: int


EMBEDDED = Crashes(1000, 5000) if LONG else Crashes(10, 150)
POSTGRESQL = Crashes(200, 1000) if LONG else Crashes(2, 30)


@pytest.fixture
def embedded(template: Template, tmp_path: Path) -> Iterator[Life]:
    data = template.copied_to(tmp_path / "data")
    with living_house(data, tmp_path / "server.log", speed=SPEED) as life:
        yield life


@pytest.fixture
def on_postgresql(postgresql: str, postgresql_template: Template, tmp_path: Path) -> Iterator[Life]:
    environ = {"COUNTERBELL_DATABASE_URL": Postgresql(postgresql).copy("template")}
    data = postgresql_template.copied_to(tmp_path / "data")
    with living_house(data, tmp_path / "server.log", speed=SPEED, environ=environ) as life:
        yield life


@pytest.mark.timeout(6 * 3600 if LONG else 600)
@pytest.mark.parametrize(
    ("database", "crashes"), [("embedded", EMBEDDED), ("on_postgresql", POSTGRESQL)]
)
def test_none_is_lost_doubled_or_late_when_the_server_is_killed_among_the_taps(
    request: pytest.FixtureRequest, database: str, crashes: Crashes, tmp_path: Path
) -> None:
    life: Life = request.getfixturevalue(database)
    house = life.house
    with Provider() as provider:
        for name in OUTSIDE:
            house.gives(name, provider.url(name))
        for name in RAISERS:
            house.person(name)
        sent, storm = taps(crashes.taps), Storm(life)
        house.prepares_for_a_kill()
        with ThreadPoolExecutor(HANDS) as pool:
            waiting = [pool.submit(storm.tap, who, body) for who, body in sent]
            for number in range(1, crashes.kills + 1):
                storm.kill_when(number * len(sent) // (crashes.kills + 1))
            statuses = Counter(each.result() for each in waiting)
        assert statuses == {201: len(sent)}, "an answer that was cut off is given again"
        assert storm.tries > len(sent), "nothing was cut off"
        said = [each for _, each in provider.everything() if each["kind"] == "alert"]
        timelines = whole_timelines(house.person("hqduty1"), sent)
        house.settle()
        assert_listed_once(house.person("hqduty1"), timelines, house.position)
        late = [lateness(life, told) for told in timelines.values()]
        worst = max(each for some in late for each in some)
        assert worst <= LATE
        on_record = {each[:2] for told in timelines.values() for each in alerts(told)}
        assert {(each["alert_id"], each["repeat"]) for each in said} <= on_record
        assert_all_arrive(provider, timelines, within=LEASE + LATE)
    assert_proof_holds(house.person("auditor1"), sent[0][1]["id"], tmp_path)
    sys.stdout.write(
        f"{database}: {crashes.kills} x kill -9, {len(sent)} taps sent {storm.tries} times, "
        f"{sum(map(len, late))} deadlines, at most {worst:.3f} s late, "
        f"{len(provider.everything())} messages\n"
    )


def whole_timelines(top: Client, sent: list[Tap]) -> dict[str, Any]:
    """By incident, each looked at."""
    found = {}
    for _, body in sent:
        shown = top.incident(body["id"])
        assert shown["id"] == body["id"], "it joined another"
        assert len(shown["reported_by"]) == 1
        told = sealed_timeline(top, body["id"])
        assert_whole(told)
        happened = Counter(types(told))
        assert happened["incident.opened"] == happened["note.added"] == 1
        found[body["id"]] = told
    return found


def sealed_timeline(top: Client, incident_id: str) -> Any:
    """Read again while its last events have no position, which on PostgreSQL follows the commit."""
    asked = time.monotonic()
    while True:
        told = top.timeline(incident_id)
        if all(event["position"] is not None for event in told["events"]):
            return told
        assert time.monotonic() < asked + SEALED_WITHIN, "an event is left without a position"


def assert_listed_once(top: Client, timelines: dict[str, Any], position: int) -> None:
    listed: list[str] = []
    cursor = None
    while True:
        query = {"limit": 200, **({"cursor": cursor} if cursor else {})}
        page = top.get("/incidents", params=query)
        listed += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(listed) == sorted(timelines)
    positions = [each["position"] for told in timelines.values() for each in told["events"]]
    assert len(positions) == len(set(positions))
    assert max(positions) <= position


def lateness(life: Life, timeline: Any) -> list[float]:
    """Seconds of running from due to fired; none early, so none twice, and none left out."""
    raised = [each[:2] for each in alerts(timeline)]
    assert len(raised) == len(set(raised)), "a level or a repeat sounded twice"
    repeats = {repeat for _, repeat in raised}
    assert repeats == set(range(len(repeats))), "a repeat is missing"
    found = fires(timeline)
    assert all(fired >= due for due, fired in found), "early"
    return [life.running(due, fired) for due, fired in found]


def alerts(timeline: Any) -> list[tuple[str, int, list[str]]]:
    """Its alerts: id, repeat, and the ids of the recipients that have a channel."""
    return [
        (
            event["data"]["alert_id"],
            event["data"]["repeat"],
            [each["user"] for each in event["data"]["recipients"] if "channels" in each],
        )
        for event in timeline["events"]
        if event["type"] == "alert.raised"
    ]


def assert_all_arrive(provider: Provider, timelines: dict[str, Any], *, within: float) -> None:
    """Each alert at everybody whom it was for; what was cut off, once its lease has run out.

    A later repeat stands for the earlier ones. What was cut off may come twice, under its ids.
    """
    wanted: Counter[str] = Counter()
    for told in timelines.values():
        for alert_id, _, asked in alerts(told):
            wanted[alert_id] = max(wanted[alert_id], len(asked))

    def all_there() -> bool:
        there: dict[str, set[str]] = {}
        for who, message in provider.everything():
            there.setdefault(message["alert_id"], set()).add(who)
        return all(len(there.get(each, ())) >= count for each, count in wanted.items())

    assert provider.comes_to(all_there, within=within), "an alert has not arrived"


def assert_proof_holds(auditor: Client, incident_id: str, folder: Path) -> None:
    """What is exported after all this, the stand-alone verifier finds intact."""
    path = folder / "bundle.json"
    path.write_text(json.dumps(auditor.get(f"/incidents/{incident_id}/export?format=json")))
    verify = [sys.executable, "-m", "backend", "verify", str(path)]
    done = subprocess.run(verify, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
