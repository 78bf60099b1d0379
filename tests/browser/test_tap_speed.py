"""From the tap to the word "sent", on a tablet four times slower than this machine (B17).

The goal is 100 ms, on a machine that does nothing else; docs/performance.md says where it stands.
Here servers and browsers share two cores: the best of some taps may take twice that.
"""

from tests.browser.screen import Screens
from tests.house import House

MOST_MS = 200
TAPS = 12


def test_a_tap_is_said_to_be_sent_before_anybody_would_tap_again(
    screens: Screens, house: House
) -> None:
    counter = screens.tablet().paired(house)
    brake = counter.context.new_cdp_session(counter.page)
    brake.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    took: list[float] = []
    while len(took) < TAPS and min(took, default=MOST_MS) >= MOST_MS:
        counter.opens("/counter").reads("common.line.online").is_answered()
        counter.times_a_tap_until("tablet.raised.sent")
        counter.tile("group_visit").tap()
        took.append(counter.took())
    assert min(took) < MOST_MS, took
