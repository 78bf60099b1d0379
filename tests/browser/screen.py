"""A screen in somebody's hands: what they open, press and read on it.

Texts are named by key (words.py). Nothing here sleeps: it waits until what is to be read can be
read. Whatever a page complains of in its console, a breach of the content security policy and a
text key where a text should be are faults, and fail the test at its end (``Screens.close``).
"""

import json
import re
from pathlib import Path
from typing import Any, Literal, Self

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.line import Line
from tests.browser.words import Language, Words
from tests.clients import PASSWORD, PIN
from tests.house import House

Theme = Literal["light", "dark"]
Size = tuple[int, int]
TABLET: Size = (1180, 820)
PHONE: Size = (390, 844)
DESK: Size = (1440, 900)
PATIENCE_MS = 30_000.0
"""What a busy machine may need until something is on the screen."""
_ANSWERED = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")
_NO_LINE = re.compile(r"net::ERR_|WebSocket connection to|status of 50[234]")
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

    def reloads(self) -> Self:
        self.page.reload()
        return self

    def kept_for_no_line(self) -> Self:
        """Wait until the app opens without a line: its files are on the device."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        return self

    # What they read

    def line(self, key: str, **values: object) -> Locator:
        """Where a text stands."""
        return self.page.get_by_text(self.words.pattern(key, **values))

    def reads(self, key: str, **values: object) -> Self:
        """Wait until the text can be read."""
        expect(self.line(key, **values).first).to_be_visible()
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

    def is_at(self, path: str) -> Self:
        """Wait until the address is this (``*`` for any part)."""
        wanted = re.escape(self.url + path).replace(r"\*", "[^/?]+")
        expect(self.page).to_have_url(re.compile(rf"^{wanted}$"))
        return self

    def picture(self) -> bytes:
        """The screen as it is, to the pixel."""
        return self.page.screenshot(animations="disabled", caret="hide")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        text, where = message.text, message.location.get("url", "")
        if _ANSWERED.match(text) and "/api/" in where:
            return  # an answer of the API like any other; the page is to deal with it
        if self._line.was_cut and _NO_LINE.search(text):
            return
        self.faults.append(f"{text} ({where})")


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

    def of_size(self, size: Size, language: Language, theme: Theme, **more: Any) -> Screen:
        """A browser that was never here before, but knows its language and theme."""
        chosen = {"counterbell.language": language, "counterbell.theme": theme}
        kept = [{"name": name, "value": value} for name, value in chosen.items()]
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
