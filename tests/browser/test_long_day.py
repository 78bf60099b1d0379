"""A tab that stays open all day does not grow."""

import pytest

from tests.browser.screen import Screen, Screens
from tests.house import House

ROUNDS = 4
INCIDENTS = 15
"""In each round."""
MOST_GROWTH = 1.1
SPARE_BYTES, SPARE_NODES = 1_000_000, 300
AT_LEAST, AT_MOST, PAUSE_MS = 5, 20, 200
"""How often it is looked at: what has just left the page is collected a little later."""


@pytest.fixture
def house(still_house: House) -> House:
    return still_house


def measured(screen: Screen) -> tuple[int, int]:
    """Bytes of the heap and nodes of the page, once what nobody needs is gone."""
    gauge = screen.context.new_cdp_session(screen.page)
    gauge.send("Performance.enable")
    read: list[tuple[int, int]] = []
    while len(read) < AT_MOST and (len(read) < AT_LEAST or read[-1][1] < read[-2][1]):
        gauge.send("HeapProfiler.collectGarbage")
        told = gauge.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in told}
        read.append((int(found["JSHeapUsedSize"]), int(found["Nodes"])))
        screen.page.wait_for_timeout(PAUSE_MS)
    gauge.detach()
    return min(heap for heap, _ in read), min(nodes for _, nodes in read)


def a_part_of_a_day(house: House, screen: Screen) -> None:
    """Incidents come and go; all that changes is told to the page, which reads it."""
    teller, manager = house.person("teller1"), house.person("manager1")
    for _ in range(INCIDENTS):
        incident = teller.raise_("disruptive_customer")
        manager.command(incident, "acknowledge")
        teller.ticks(incident, "lead_away")
        manager.command(incident, "add-note", text="客户已坐下")
        manager.command(incident, "contain")
        manager.command(incident, "close", resolution="好了", outcome="calmed", root_cause="other")
        house.advance(61)
    screen.is_answered()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("username", "path"), [("manager1", "/duty"), ("auditor1", "/audit")])
def test_a_day_in_one_tab_leaves_nothing_behind(
    screens: Screens, house: House, username: str, path: str
) -> None:
    screen = screens.desk().signed_in(username).is_at(path)
    a_part_of_a_day(house, screen)
    heap, nodes = measured(screen)
    for _ in range(ROUNDS):
        a_part_of_a_day(house, screen)
    later_heap, later_nodes = measured(screen)
    assert later_heap <= heap * MOST_GROWTH + SPARE_BYTES
    assert later_nodes <= nodes * MOST_GROWTH + SPARE_NODES
