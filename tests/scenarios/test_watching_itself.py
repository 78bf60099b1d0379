"""The server watches itself: an alarm of its own every few minutes, and no incident without a
deadline (F18)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.house import Host, House, Template
from tests.scenarios.steps import levels

TYPE = "group_visit"


def canary(house: House, seconds: float = 5.0) -> dict[str, Any]:
    return house.host.tell("canary", seconds=seconds)


def metric(house: House, name: str) -> float:
    lines = house.nobody().ask("GET", "/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def assert_faults(house: House, *words: str) -> None:
    """The log tells of these faults and no others."""
    faults = house.host.faults()
    assert faults
    assert all(any(word in line for word in words) for line in faults), faults


@pytest.mark.parametrize("bank", ["house", "postgresql_house"])
def test_a_canary_goes_the_whole_way_and_nobody_sees_it(
    request: pytest.FixtureRequest, bank: str
) -> None:
    house: House = request.getfixturevalue(bank)
    manager, auditor = house.person("manager1").listens(), house.person("auditor1")
    house.settle()
    before = (house.position, auditor.get("/incidents"))
    assert canary(house) == {"back": True, "well": True, "alarms": []}
    house.settle()
    assert (house.position, auditor.get("/incidents")) == before
    manager.hears_nothing()
    assert metric(house, "counterbell_canary_last_success_timestamp_seconds") > 0
    assert metric(house, "counterbell_canary_failures_total") == 0


@pytest.mark.parametrize("part", ["engine", "outbox", "gateway", "server"])
def test_a_part_that_stands_still_is_found_out(own_house: House, part: str) -> None:
    house = own_house
    house.host.tell("stop", part=part)
    assert canary(house, 0.5) == {"back": False, "well": False, "alarms": []}
    assert canary(house, 0.5)["alarms"] == ["canary"]
    assert_faults(house, "canary_lost")


@pytest.mark.parametrize("park", [False, True])
def test_an_open_incident_without_a_deadline_raises_itself(own_house: House, park: bool) -> None:
    house = own_house
    for name in ("manager1", "deputy1"):
        house.person(name).listens()
    group = house.person("teller1").raise_(TYPE)
    house.host.tell("forget", incident=group["id"], park=park)
    house.advance(65)
    assert levels(house.person("teller1").incident(group)) == [1], "nothing was armed"
    house.host.tell("watch")
    house.settle()
    house.person("deputy1").hears("alert", level=2)
    house.advance(125)
    assert 3 in levels(house.person("teller1").incident(group))
    house.host.tell("watch")
    assert metric(house, "counterbell_incidents_without_deadline_total") == 1
    assert metric(house, "counterbell_deadlines_set_aside") == 0
    assert_faults(house, "incident_without_deadline")


def test_what_is_over_needs_no_deadline(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("manager1").command(group, "cancel", reason="误报")
    house.host.tell("watch")
    assert metric(house, "counterbell_incidents_without_deadline_total") == 0


class Monitor(BaseHTTPRequestHandler):
    """An outside monitor: it writes down when somebody rang."""

    rung: list[str]
    news: threading.Condition

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        with self.news:
            self.rung.append(self.path)
            self.news.notify_all()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def monitor() -> Iterator[ThreadingHTTPServer]:
    Monitor.rung, Monitor.news = [], threading.Condition()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Monitor)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_outside_monitor_hears_from_it_only_while_all_is_well(
    monitor: ThreadingHTTPServer, template: Template, tmp_path: Path
) -> None:
    host = Host(tmp_path / "server.log")
    url = f"http://127.0.0.1:{monitor.server_port}/ping/secret-of-the-monitor"
    house = House(
        host,
        template.copied_to(tmp_path / "data"),
        template.tokens,
        environ={"COUNTERBELL_PING_URL": url},
    )
    assert canary(house)["well"]
    house.host.tell("ping")
    assert Monitor.rung == ["/ping/secret-of-the-monitor"]
    house.host.tell("stop", part="outbox")
    canary(house, 0.5)
    house.host.tell("ping")
    assert len(Monitor.rung) == 1, "silence is the alarm"
    assert "secret-of-the-monitor" not in (tmp_path / "server.log").read_text("utf-8")
    house.close()
    host.end()
