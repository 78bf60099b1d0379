"""A tab that stays open all day does not grow."""

import pytest

from tests.browser.screen import Screen, Screens
from tests.house import House

ROUNDS = 4
INCIDENTS = 15
"""In each round."""
MOST_GROWTH = 1.1
SPARE_BYTES, SPARE_NODES = 1_000_000, 300
ALIKE, AT_MOST, PAUSE_MS = 6, 60, 250
"""So many looks in a row find the same: the page asks anew a little after it has been told."""


@pytest.fixture
def house(still_house: House) -> House:
    return still_house


def measured(screen: Screen) -> tuple[int, int]:
    """Bytes of the heap and nodes of the page, once all is drawn and the rest is gone."""
    gauge = screen.context.new_cdp_session(screen.page)
    gauge.send("Performance.enable")
    read: list[dict[str, int]] = []
    while len(read) < AT_MOST and not _stands_still(read):
        screen.page.wait_for_timeout(PAUSE_MS)
        gauge.send("HeapProfiler.collectGarbage")
        told = gauge.send("Performance.getMetrics")["metrics"]
        read.append({each["name"]: int(each["value"]) for each in told})
    gauge.detach()
    return read[-1]["JSHeapUsedSize"], read[-1]["Nodes"]


def _stands_still(read: list[dict[str, int]]) -> bool:
    last = read[-ALIKE:]
    return len(last) == ALIKE and len({each["Nodes"] for each in last}) == 1


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
    for _ in range(ROUNDS):
        a_part_of_a_day(house, screen)  # the page's lists are full from then on
    heap, nodes = measured(screen)
    for _ in range(ROUNDS):
        a_part_of_a_day(house, screen)
    later_heap, later_nodes = measured(screen)
    assert later_heap <= heap * MOST_GROWTH + SPARE_BYTES
    assert later_nodes <= nodes * MOST_GROWTH + SPARE_NODES
