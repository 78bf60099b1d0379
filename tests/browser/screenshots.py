"""Draws every page of the web app: ``python -m tests.browser.screenshots [WORD ...]``.

Into tests/browser/out, in both languages and themes, with a page that shows them all side by side
(index.html); words choose the walks (tour.py) whose names hold one. Without words the two pictures
of the README are drawn anew, too.
"""

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from backend.pages import DIST
from tests.browser.chromium import NoChromiumError, find
from tests.browser.conftest import QUIET
from tests.browser.screen import PATIENCE_MS, THEMES, Screens
from tests.browser.tour import WALKS, Tour, Walk
from tests.house import ROOT, Host, House, Template

OUT = ROOT / "tests/browser/out"
PICTURES = ROOT / "docs/pictures"
SHOWN = {
    "counter-incident-zh-light": "tablet.png",
    "alert-alert-zh-light": "phone.png",
}
"""What the README shows."""
_HEAD = """<!doctype html><meta charset="utf-8"><title>Counterbell</title>
<style>figure { display: inline-block; margin: 8px; font: 13px sans-serif }</style>
"""
_FIGURE = (
    '<figure><img src="{name}" width="460" loading="lazy" alt="">'
    "<figcaption>{name}</figcaption></figure>"
)


def main(words: list[str]) -> int:
    """Draw; 1 when it cannot be done."""
    try:
        path = find()
    except NoChromiumError as error:
        print(f"counterbell: {error}", file=sys.stderr)
        return 1
    if not _can_write_chinese():
        print("counterbell: no font has Chinese: install fonts-noto-cjk", file=sys.stderr)
        return 1
    walks = [each for each in WALKS if not words or any(word in each.name for word in words)]
    if not words:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        host = Host(Path(folder) / "server.log")
        template = Template(host, Path(folder) / "template")
        for walk in walks:
            data = template.copied_to(Path(folder) / walk.name)
            house = House(host, data, template.tokens, app=DIST)
            _draw(chromium, house, walk)
            house.close()
        host.end()
        chromium.close()
    _list()
    print(f"{len(list(OUT.glob('*.png')))} pictures: {OUT / 'index.html'}")
    return 0


def _draw(chromium: Browser, house: House, walk: Walk) -> None:
    """Both languages, both themes, and the small one where the README shows it."""
    screens = Screens(chromium, house)
    tour = Tour(house)
    for language in ("zh", "en"):
        screen = tour.enter(screens, walk, language, reduced_motion="reduce")
        for page in walk.pages:
            tour.visit(screen, page)
            for theme in THEMES:
                name = f"{walk.name}-{page.name}-{language}-{theme}"
                (OUT / f"{name}.png").write_bytes(screen.turns(theme).picture())
                if name in SHOWN:
                    PICTURES.mkdir(parents=True, exist_ok=True)
                    shutil.copy(OUT / f"{name}.png", PICTURES / SHOWN[name])
        screen.context.close()
    screens.close()


def _can_write_chinese() -> bool:
    asked = ["fc-list", ":lang=zh-cn", "family"]
    if shutil.which(asked[0]) is None:
        return True  # not a system that could tell
    return bool(subprocess.run(asked, check=True, stdout=subprocess.PIPE).stdout.strip())


def _list() -> None:
    """One page with all pictures, to look through."""
    names = sorted(html.escape(path.name) for path in OUT.glob("*.png"))
    shown = "".join(_FIGURE.format(name=name) for name in names)
    (OUT / "index.html").write_text(_HEAD + shown, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
