"""The line goes down in the middle of a checklist; nothing is lost, doubled or out of order."""

from typing import Any

from tests.browser.screen import Screen, Screens
from tests.clients import Client
from tests.house import House
from tests.scenarios.steps import step

TYPE = "group_visit"


def done_by_hand(client: Client, incident: str) -> list[Any]:
    """What people did at the checklist, in the order of the timeline."""
    told = client.timeline(incident)["events"]
    wanted = {"step.completed", "facts.recorded", "note.added"}
    return [each for each in told if each["type"] in wanted and each["actor"]["kind"] == "user"]


def kept(counter: Screen, count: int) -> None:
    """The strip says that so many are kept."""
    counter.reads("common.line.kept", n=count)


def test_a_checklist_goes_on_without_a_line_and_arrives_once_and_in_order(
    screens: Screens, house: House
) -> None:
    manager = house.person("manager1").listens()
    counter = screens.tablet().paired(house).gives_pin("teller1").kept_for_no_line()
    counter.taps(TYPE).is_at("/counter/incidents/*")
    group = manager.hears("alert")["incident_id"]
    counter.ticks(TYPE, "divert").reads_done(TYPE, "divert")
    while step(manager.incident(group), "divert")["state"] != "done":
        manager.hears("incident", incident_id=group)
    counter.is_answered()

    screens.line.cut()
    counter.ticks(TYPE, "note_who")
    counter.reads("common.line.offline")
    kept(counter, 1)
    counter.presses("common.fact.recording_seen")
    kept(counter, 2)
    counter.reloads()
    kept(counter, 2)
    counter.reads_done(TYPE, "note_who")
    counter.ticks(TYPE, "prepare_room")
    kept(counter, 3)
    before = manager.incident(group)
    assert step(before, "note_who")["state"] == "ready"

    screens.line.restore()
    counter.reads("common.line.sent", n=3)
    deeds = done_by_hand(manager, group)[-4:]
    assert [(each["type"], each["data"].get("step")) for each in deeds] == [
        ("step.completed", "divert"),
        ("step.completed", "note_who"),
        ("facts.recorded", None),
        ("step.completed", "prepare_room"),
    ]
    assert len({each["command_id"] for each in deeds}) == 4
    numbers = [each["device"]["seq"] for each in deeds]
    assert numbers == sorted(set(numbers))
    counter.no_longer_reads("common.line.offline")
    counter.reads_done(TYPE, "prepare_room")


def test_a_tap_without_a_line_says_that_it_is_kept_and_is_sent_afterwards(
    screens: Screens, house: House
) -> None:
    manager = house.person("manager1").listens()
    counter = screens.tablet("en").paired(house).kept_for_no_line()
    screens.line.cut()
    counter.reloads().reads("tablet.lock.who")
    counter.taps("media_declared").reads("tablet.raised.kept")
    manager.hears_nothing("alert")
    screens.line.restore()
    alert = manager.hears("alert")
    opened = manager.timeline(alert["incident_id"])["events"][0]
    assert opened["type"] == "incident.opened"
    assert opened["device"]["signature"]
    counter.reads("common.line.sent", n=1)
    assert len(manager.incidents()) == 1
