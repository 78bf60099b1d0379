"""The app is small: what comes over the line until each role's home can be used."""

import pytest

from tests.browser.screen import Screen, Screens
from tests.house import House

MOST_BYTES = 200_000
HOMES = {"teller1": "/counter", "manager1": "/duty", "auditor1": "/audit", "admin1": "/desk"}


def weighed(screen: Screen, username: str, home: str) -> int:
    """Bytes of the app's own files on the line, packed as they are sent, in an empty browser."""
    scale = screen.context.new_cdp_session(screen.page)
    scale.send("Network.enable")
    files: dict[str, str] = {}
    weights: dict[str, int] = {}
    scale.on(
        "Network.responseReceived",
        lambda told: files.update({told["requestId"]: told["response"]["url"]}),
    )
    scale.on(
        "Network.loadingFinished",
        lambda told: weights.update({told["requestId"]: int(told["encodedDataLength"])}),
    )
    screen.signed_in(username).is_at(home)
    screen.page.locator("h1").first.wait_for()
    screen.is_answered()
    return sum(weight for id_, weight in weights.items() if "/api/" not in files.get(id_, ""))


@pytest.mark.parametrize("username", HOMES)
def test_the_first_load_of_a_home_is_small(screens: Screens, house: House, username: str) -> None:
    bytes_sent = weighed(screens.desk(), username, HOMES[username])
    assert 20_000 < bytes_sent <= MOST_BYTES
