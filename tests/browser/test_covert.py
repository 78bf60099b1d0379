"""A covert visit: the press that sends the alert and the press that opens the notes look the same.

Three tellers at three tablets of one branch do the same things at the same moments; only how long
the second one's finger rests on the notes tile differs. Their screens are the same to the pixel.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser.screen import Screen, Screens
from tests.fakes import MORNING
from tests.house import House

SHORT, LONG = 100, 1500
"""Milliseconds that the finger rests on the tile."""
WITHOUT_SECONDS = "document.styleSheets[0].insertRule('span.line { opacity: 0 !important }')"
"""The gap's own seconds begin when the browser notices it, which no clock of ours decides."""
OUT = Path(__file__).parent / "out"
NOTE = "三号柜台：客户问贷款利率"


@pytest.fixture
def house(still_house: House) -> House:
    """No clock of the bank's runs on between the films."""
    return still_house


def ready(screens: Screens, house: House) -> Screen:
    """A tablet whose clock stands still, with a teller at its home."""
    counter = screens.tablet()
    clock = counter.page.clock
    clock.install(time=MORNING)
    counter.paired(house)
    clock.pause_at(MORNING + timedelta(minutes=10))
    counter.gives_pin("teller1")
    counter.reads("tablet.home.hint").reads("common.line.online")
    counter.has_on_disk("colleagues")
    # The jump of the clock has cut the line; what was asked meanwhile may still be answered.
    counter.page.reload()
    counter.reads("tablet.home.hint").reads("common.line.online")
    # The bank's time, ten minutes behind the tablet's: the socket has said hello.
    counter.page.get_by_text("10:00", exact=True).wait_for()
    return counter


def filmed(counter: Screen, held: int, *, line: bool = True) -> dict[str, bytes]:
    """Press the notes tile for so long, write a note, go home, wait: a picture of each moment."""
    film = {"before": counter.passes(1000).picture()}
    with counter.holds("tablet.home.notes"):
        film["during the press"] = counter.passes(SHORT).picture()
        counter.passes(held - SHORT)
    counter.is_at("/counter/notes").reads("tablet.notes.title")
    film["after the press"] = counter.passes(LONG + 1000 - held).picture()
    counter.fills("tablet.notes.label", NOTE).presses("tablet.notes.save")
    counter.reads_among("tablet.notes.sent" if line else "tablet.notes.kept")
    film["after saving"] = counter.passes(1000).picture()
    counter.page.go_back()
    counter.reads("tablet.home.ask")
    film["at home again"] = counter.passes(20_000).picture()
    counter.presses("tablet.home.mine").is_at("/counter/mine")
    film["my incidents"] = counter.passes(1000).picture()
    counter.passes(61_000).is_at("/counter").reads("tablet.lock.who")
    if line:
        counter.passes_until("common.line.online", 60_000)
    film["after a minute"] = counter.passes(1000).picture()
    return film


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The moments whose pictures are not the same; they are kept to be looked at."""
    found = [moment for moment, picture in one.items() if other[moment] != picture]
    for moment in found:
        OUT.mkdir(exist_ok=True)
        for name, film in (("one", one), ("other", other)):
            (OUT / f"covert, {moment}, {name}.png").write_bytes(film[moment])
    return found


def test_the_covert_press_and_a_note_are_the_same_to_the_pixel_and_only_one_alerts(
    screens: Screens, house: House
) -> None:
    manager = house.person("manager1").listens()
    note = filmed(ready(screens, house), SHORT)
    house.settle()
    manager.hears_nothing("alert")
    covert = filmed(ready(screens, house), LONG)
    alert = manager.hears("alert")
    assert alert["discreet"]
    assert manager.incident(alert["incident_id"])["type"] == "media_covert"
    assert differences(note, covert) == []
    afterwards = filmed(ready(screens, house), SHORT)
    assert differences(note, afterwards) == []


def test_without_a_line_the_two_are_the_same_too_and_the_alert_goes_out_afterwards(
    screens: Screens, house: House
) -> None:
    manager = house.person("manager1").listens()
    films = []
    for held in (SHORT, LONG):
        counter = ready(screens, house).kept_for_no_line()
        screens.line.cut()
        counter.passes_until("common.line.offline", 30_000)
        counter.page.evaluate(WITHOUT_SECONDS)
        films.append(filmed(counter, held, line=False))
        manager.hears_nothing("alert")
        screens.line.restore()
        counter.passes_until("common.line.online", 60_000)
        films[-1]["with a line again"] = counter.passes(5000).picture()
        house.settle()
    assert manager.hears("alert")["discreet"]
    assert len(manager.heard("alert")) == 1
    assert differences(*films) == []
