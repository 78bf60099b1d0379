"""A real Chromium before a real server. ``house`` is a bank that lives by the machine's clock;
``still_house`` stands at 10:00 on a Wednesday until the test moves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import find
from tests.browser.screen import PATIENCE_MS, Screens
from tests.house import Host, House, Template

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A part of a tile drawn anew smooths its edges otherwise than the whole tile: the same
    # page then gives pictures that differ by a few pixels of an icon.
    "--disable-partial-raster",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each file: its tests have contexts of their own."""
    path = find()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def house(host: Host, template: Template, app: Path, tmp_path: Path) -> Iterator[House]:
    opened = House(host, template.copied_to(tmp_path / "data"), {}, at=None, app=app)
    yield opened
    opened.close()


@pytest.fixture
def still_house(host: Host, template: Template, app: Path, tmp_path: Path) -> Iterator[House]:
    opened = House(host, template.copied_to(tmp_path / "data"), template.tokens, app=app)
    yield opened
    opened.close()


@pytest.fixture
def screens(chromium: Browser, house: House) -> Iterator[Screens]:
    opened = Screens(chromium, house)
    yield opened
    opened.close()
