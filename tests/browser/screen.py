"""A screen in somebody's hands: what they open, press and read on it.

Texts are named by key (words.py). Nothing here sleeps: it waits until what is to be read can be
read. Whatever a page complains of in its console, a breach of the content security policy and a
text key where a text should be are faults, and fail the test at its end (``Screens.close``).
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    expect,
)

from tests.browser.line import Line
from tests.browser.words import Language, Words
from tests.clients import PASSWORD, PIN
from tests.house import House

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
Size = tuple[int, int]
TABLET: Size = (1180, 820)
PHONE: Size = (390, 844)
DESK: Size = (1440, 900)
PATIENCE_MS = 30_000.0
"""What a busy machine may need until something is on the screen."""
TICK_MS, SHORT_TICK_MS = 1000, 100
"""Less than what the app waits for an answer."""
ANSWER_S = 30.0
"""For one that never comes: a page that was left has asked for nothing."""
_ANSWERED = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")
_NO_LINE = re.compile(r"net::ERR_|WebSocket connection to|status of 50[234]")
MOST_PICTURES, ALIKE = 20, 3
"""Until so many in a row are alike: pictures and letters are decoded beside the page's clock."""
_STOPWATCH = """
(text) => {
  const holds = (node) => node.textContent.includes(text)
  window.took = new Promise((done) => {
    addEventListener('pointerdown', ({ timeStamp }) => {
      const watch = new MutationObserver((changes) => {
        if (!changes.some(({ target, addedNodes }) => [target, ...addedNodes].some(holds))) return
        watch.disconnect()
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - timeStamp)))
      })
      watch.observe(document.body, { subtree: true, childList: true, characterData: true })
    }, { once: true, capture: true })
  })
}
"""
_ON_DISK = """
async (name) => {
  const done = (asked) => new Promise((end) => { asked.onsuccess = () => end(asked.result) })
  const db = await done(indexedDB.open('counterbell'))
  while (!(await done(db.transaction('values').objectStore('values').get(name)))?.length);
  db.close()
}
"""
_COLOURED = """
async () => {
  const turning = () => document.getAnimations().filter((each) => each instanceof CSSTransition)
  do {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame)
    await Promise.allSettled(turning().map(({ finished }) => finished))
  } while (turning().length)
}
"""
_WATCH = Path(__file__).parent / "watch.js"


class Screen:
    """One browser with memory of its own: a tablet, a phone, a desk."""

    def __init__(self, context: BrowserContext, url: str, words: Words, line: Line) -> None:
        self.context = context
        self.words = words
        self.url = url
        self.faults: list[str] = []
        self._line = line
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(path=_WATCH)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self._asked: set[Request] = set()
        context.on("request", self._ask)
        context.on("response", lambda response: self._answer(response.request))
        context.on("requestfailed", self._answer)
        self.page: Page = context.new_page()

    # Who is there

    def opens(self, path: str = "/") -> Self:
        """Go to an address of the app."""
        self.page.goto(self.url + path)
        return self

    def signed_in(self, username: str) -> Self:
        """Somebody has signed in and is at home."""
        answer = self.context.request.post(
            f"{self.url}/api/v1/auth/login",
            data={"username": username, "password": PASSWORD},
            headers={"X-Counterbell": "1"},
        )
        assert answer.ok, answer.text()
        return self.opens()

    def signs_in(self, username: str, password: str = PASSWORD) -> Self:
        """By the form."""
        self.fills("common.signIn.username", username)
        self.fills("common.signIn.password", password)
        self.presses("common.signIn.go")
        return self

    def paired(self, house: House, org: str = "east-01") -> Self:
        """A tablet of that branch, locked at its home."""
        code = house.person("admin1").does(
            "POST", "/devices/pairing-codes", {"org": org, "name": "3 号柜台"}
        )
        self.opens("/pair")
        self.fills("common.pair.code", code["code"])
        self.presses("common.pair.go")
        self.presses("common.pair.home")
        self.reads("tablet.lock.who")
        return self

    def gives_pin(self, username: str, pin: str = PIN) -> Self:
        """On a locked tablet: the name, typed, and the digits."""
        other = self.button("tablet.lock.other")
        field = self.page.get_by_label(self.words.pattern("tablet.lock.username"))
        expect(other.or_(field).first).to_be_visible()
        if not field.is_visible():
            other.click()
        field.fill(username)
        for digit in pin:
            self.page.get_by_role("button", name=digit, exact=True).click()
        expect(self.line("tablet.lock.who")).to_have_count(0)
        return self

    # What they do

    def button(self, key: str, **values: object) -> Locator:
        """A button, or a link that looks like one, by its text."""
        name = self.words.pattern(key, **values)
        return self.page.get_by_role("button", name=name).or_(
            self.page.get_by_role("link", name=name)
        )

    def presses(self, key: str, **values: object) -> Self:
        self.button(key, **values).first.click()
        return self

    def fills(self, key: str, text: str) -> Self:
        """Type into the field of that label."""
        self.page.get_by_label(self.words.pattern(key)).fill(text)
        return self

    def tile(self, playbook: str) -> Locator:
        """A playbook's tile."""
        title = self.page.get_by_text(self.words.title(playbook), exact=True)
        return self.page.locator("button.tile").filter(has=title)

    def taps(self, playbook: str) -> Self:
        self.tile(playbook).click()
        return self

    def presses_in_sheet(self, key: str) -> Self:
        """A button of what has opened over the page."""
        sheet = self.page.get_by_role("dialog").last
        sheet.get_by_role("button", name=self.words.pattern(key)).click()
        return self

    def ticks(self, playbook: str, step: str) -> Self:
        """A step of the checklist is done."""
        name = self._step("common.tick.do", playbook, step)
        self.page.get_by_role("button", name=name).click()
        return self

    @contextmanager
    def holds(self, key: str) -> Iterator[None]:
        """A finger rests on a button meanwhile."""
        x, y, touch = *_middle(self.button(key).first), self._hand()
        touch("touchStart", {"x": x, "y": y})
        yield
        touch("touchEnd")

    def slides_off(self, playbook: str) -> Self:
        """A finger comes down on the tile and leaves the screen beside it."""
        x, y, touch = *_middle(self.tile(playbook)), self._hand()
        touch("touchStart", {"x": x, "y": y})
        for down in range(0, 400, 40):
            touch("touchMove", {"x": x, "y": y + down})
        touch("touchEnd")
        return self

    def _hand(self) -> Callable[..., object]:
        hand = self.context.new_cdp_session(self.page)
        return lambda type_, *points: hand.send(
            "Input.dispatchTouchEvent", {"type": type_, "touchPoints": list(points)}
        )

    def turns(self, theme: Theme) -> Self:
        """The system becomes light or dark, and with it a page whose theme nobody has chosen."""
        self.page.emulate_media(color_scheme=theme)
        expect(self.page.locator("html")).to_have_attribute("data-theme", theme)
        self.page.evaluate(_COLOURED)
        return self

    def reloads(self) -> Self:
        self.page.reload()
        return self

    def kept_for_no_line(self) -> Self:
        """Wait until the app opens without a line: its files are on the device."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        return self

    def has_on_disk(self, value: str) -> Self:
        """Wait until the device has written that value down (offline/db.ts)."""
        self.page.evaluate(_ON_DISK, value)
        return self

    def passes(self, milliseconds: int) -> Self:
        """Time goes by on a screen whose clock stands still, and what it asks is answered."""
        while milliseconds > 0:
            self.page.clock.run_for(min(milliseconds, TICK_MS))
            milliseconds -= TICK_MS
            self.is_answered()
        return self

    def passes_until(self, key: str, at_most: int) -> Self:
        """Time goes by, slowly, until the text can be read."""
        for _ in range(0, at_most, SHORT_TICK_MS):
            if self.line(key).first.is_visible():
                return self
            self.page.clock.run_for(SHORT_TICK_MS)
            self.page.wait_for_timeout(SHORT_TICK_MS)
        return self.reads(key)

    def is_answered(self) -> None:
        """Wait for the answers to what the page has asked."""
        until = time.monotonic() + ANSWER_S
        while self._asked:
            waiting = [request.url for request in self._asked]
            assert time.monotonic() < until, f"never answered: {waiting}"
            self.page.wait_for_timeout(5)

    def _ask(self, request: Request) -> None:
        if "/api/" in request.url or request.url.endswith("/healthz"):
            self._asked.add(request)

    def _answer(self, request: Request) -> None:
        self._asked.discard(request)

    # What they read

    def line(self, key: str, **values: object) -> Locator:
        """Where a text stands."""
        return self.page.get_by_text(self.words.pattern(key, **values))

    def reads(self, key: str, **values: object) -> Self:
        """Wait until the text can be read."""
        expect(self.line(key, **values).first).to_be_visible()
        return self

    def reads_among(self, key: str) -> Self:
        """Wait until the text can be read, with more before or after it."""
        longest = max(re.split(r"\{\w+\}", self.words.text(key)), key=len)
        expect(self.page.get_by_text(longest).first).to_be_visible()
        return self

    def no_longer_reads(self, key: str, **values: object) -> Self:
        expect(self.line(key, **values)).to_have_count(0)
        return self

    def times_a_tap_until(self, key: str) -> Self:
        """From the next touch on, wait for the text to be drawn (``took`` says how long)."""
        self.page.evaluate(_STOPWATCH, self.words.text(key))
        return self

    def took(self) -> float:
        """Milliseconds, when the text is there."""
        measured: float = self.page.evaluate("window.took")
        return measured

    def reads_done(self, playbook: str, step: str) -> Self:
        """Wait until the step is ticked; those that are done may be folded away."""
        tick = self.page.get_by_role("img", name=self._step("common.tick.done", playbook, step))
        fold = self.page.locator("button.fold[aria-expanded=false]")
        expect(tick.or_(fold).first).to_be_visible()
        if fold.is_visible():
            fold.click()
        expect(tick).to_be_visible()
        return self

    def _step(self, key: str, playbook: str, step: str) -> re.Pattern[str]:
        return self.words.pattern(key, step=self.words.step(playbook, step))

    def is_at(self, path: str) -> Self:
        """Wait until the address is this (``*`` for any part)."""
        wanted = re.escape(self.url + path).replace(r"\*", "[^/?]+")
        expect(self.page).to_have_url(re.compile(rf"^{wanted}$"))
        return self

    def picture(self) -> bytes:
        """The screen as it is, to the pixel, once everything on it has been drawn."""
        shown, alike = b"", 0
        for _ in range(MOST_PICTURES):
            before, shown = shown, self.page.screenshot(animations="disabled", caret="hide")
            alike = alike + 1 if shown == before else 1
            if alike == ALIKE:
                return shown
        raise AssertionError(f"of {MOST_PICTURES} pictures no {ALIKE} in a row were alike")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        text, where = message.text, message.location.get("url", "")
        if _ANSWERED.match(text) and "/api/" in where:
            return  # an answer of the API like any other; the page is to deal with it
        if self._line.was_cut and _NO_LINE.search(text):
            return
        self.faults.append(f"{text} ({where})")


def _middle(shown: Locator) -> tuple[float, float]:
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Screens:
    """All screens of a test, at one bank, over one line."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self.line = Line(house.host.port)
        self._chromium = chromium
        self._url = f"http://127.0.0.1:{self.line.port}"
        self._made: list[Screen] = []

    def tablet(self, language: Language = "zh", theme: Theme = "light", **more: Any) -> Screen:
        return self.of_size(TABLET, language, theme, has_touch=True, **more)

    def phone(self, language: Language = "zh", theme: Theme = "light", **more: Any) -> Screen:
        return self.of_size(PHONE, language, theme, has_touch=True, is_mobile=True, **more)

    def desk(self, language: Language = "zh", theme: Theme = "light", **more: Any) -> Screen:
        return self.of_size(DESK, language, theme, **more)

    def of_size(self, size: Size, language: Language, theme: Theme | None, **more: Any) -> Screen:
        """A browser that was never here before, but knows its language and theme.

        Without a theme it is the system's.
        """
        chosen = {"counterbell.language": language, "counterbell.theme": theme}
        kept = [{"name": name, "value": value} for name, value in chosen.items() if value]
        memory: Any = {"cookies": [], "origins": [{"origin": self._url, "localStorage": kept}]}
        context = self._chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            storage_state=memory,
            **more,
        )
        screen = Screen(context, self._url, Words(language), self.line)
        self._made.append(screen)
        return screen

    def close(self) -> None:
        """Put them all away; none of them may have complained."""
        faults = [fault for each in self._made for fault in each.faults]
        for each in self._made:
            each.context.close()
        self.line.cut()
        assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)


class Held:
    """Requests that go on when the test says so."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def hold(self, route: Route) -> None:
        """Not yet."""
        self._routes.append(route)

    def let_go(self) -> None:
        """Now."""
        for route in self._routes:
            route.continue_()
