"""Every page can be used by everybody: axe finds nothing serious, in both languages and themes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.screen import THEMES, Screen, Screens
from tests.browser.tour import WALKS, Tour, Walk, addresses
from tests.browser.words import Language
from tests.house import ROOT, Host, House, Template

AXE = ROOT / "backend/web/node_modules/axe-core/axe.min.js"
BAD = {"serious", "critical"}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def tour(
    host: Host, template: Template, app: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tour]:
    """One for all walks: whoever looks changes nothing."""
    data = template.copied_to(tmp_path_factory.mktemp("tour") / "data")
    house = House(host, data, template.tokens, app=app)
    yield Tour(house)
    house.close()


def findings(screen: Screen) -> list[str]:
    """What is wrong, and where."""
    if not screen.page.evaluate("'axe' in window"):
        screen.page.add_script_tag(path=AXE)
    only = {"type": "tag", "values": STANDARD}
    told: dict[str, Any] = screen.page.evaluate(
        "(only) => axe.run(document, { runOnly: only, resultTypes: ['violations'] })", only
    )
    return [
        f"{each['id']} ({each['impact']}): {json.dumps(node['target'], ensure_ascii=False)}"
        for each in told["violations"]
        if each["impact"] in BAD
        for node in each["nodes"]
    ]


def test_every_address_of_the_app_is_on_a_walk() -> None:
    assert {page.path for walk in WALKS for page in walk.pages} >= addresses()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_nothing_stands_in_anybodys_way(
    chromium: Browser, tour: Tour, walk: Walk, language: Language
) -> None:
    screens = Screens(chromium, tour.house)
    screen = tour.enter(screens, walk, language, bypass_csp=True, reduced_motion="reduce")
    wrong = {}
    for page in walk.pages:
        tour.visit(screen, page)
        for theme in THEMES:
            wrong[f"{page.name}, {theme}"] = findings(screen.turns(theme))
    screens.close()
    assert {where: found for where, found in wrong.items() if found} == {}
