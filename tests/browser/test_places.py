"""The rail of places: each label has its room, for everybody, and one sees where one is."""

import pytest

from tests.browser.screen import DESK, PHONE, TABLET, Screens, Size
from tests.house import House

EVERYBODY = (
    *("teller1", "lobby1", "guard1", "office1", "supervisor1", "deputy1", "manager1"),
    *("regional1", "hqduty1", "complaint1", "compliance1", "legal1", "business1"),
    *("auditor1", "admin1"),
)
SMALL: Size = (360, 740)
_CUT = """
() => [...document.querySelectorAll('.rail a, .rail .me')].flatMap((place) => {
  const box = place.getBoundingClientRect()
  const words = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  const cut = []
  while (words.nextNode()) {
    const node = words.currentNode
    if (!node.textContent.trim() || node.parentElement.closest('.sr, svg')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const { left, right, height } = range.getBoundingClientRect()
    if (left < box.left || right > box.right || height > 20) cut.push(node.textContent.trim())
  }
  return cut
})
"""
_OUT_OF_SIGHT = """
() => {
  const rail = document.querySelector('.rail').getBoundingClientRect()
  return [...document.querySelectorAll('.rail .on')].every((place) => {
    const { left, right, top, bottom } = place.getBoundingClientRect()
    return left < rail.left || right > rail.right || top < rail.top || bottom > rail.bottom
  })
}
"""


@pytest.fixture
def house(still_house: House) -> House:
    return still_house


@pytest.mark.timeout(300)
def test_every_place_has_room_for_its_name_and_the_present_one_is_in_sight(
    screens: Screens, house: House
) -> None:
    found = {}
    for who in EVERYBODY:
        screen = screens.of_size(SMALL, "en", "light").signed_in(who).opens("/desk/absences")
        screen.reads("rota.away.absences").is_answered()
        found[who] = ["the present place"] if screen.page.evaluate(_OUT_OF_SIGHT) else []
        for width, height in (SMALL, PHONE, TABLET, DESK):
            screen.page.set_viewport_size({"width": width, "height": height})
            found[who] += [f"{label} at {width}" for label in screen.page.evaluate(_CUT)]
        screen.context.close()
    assert {who: wrong for who, wrong in found.items() if wrong} == {}
