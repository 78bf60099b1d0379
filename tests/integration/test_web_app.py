"""The web app's own unit tests, and how the server sends what is built of it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, Host, House, Template


@pytest.fixture
def house(host: Host, template: Template, app: Path, tmp_path: Path) -> Iterator[House]:
    opened = House(host, template.copied_to(tmp_path / "data"), template.tokens, app=app)
    yield opened
    opened.close()


def sent(house: House, path: str, accepted: str = "gzip") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and the bytes as they came over the line."""
    headers = {"Accept-Encoding": accepted}
    answer = house.nobody()._http.get(house.url + path, headers=headers, stream=True, timeout=30)
    return answer.status_code, dict(answer.headers), answer.raw.read()


@pytest.mark.timeout(300)
def test_the_web_apps_own_unit_tests_pass() -> None:
    done = subprocess.run(
        [sys.executable, "backend/web/build.py", "test"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_address_of_the_app_is_its_one_page_and_asked_for_again(house: House) -> None:
    pages = [sent(house, path) for path in ("/", "/sign-in", "/counter/incidents/x", "/audit")]
    assert {status for status, _, _ in pages} == {200}
    assert len({content for _, _, content in pages}) == 1
    for _, headers, _ in pages:
        assert headers["Cache-Control"] == "no-cache"
        assert "script-src" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_what_is_built_is_kept_for_ever_and_packed_for_who_unpacks_it(
    house: House, app: Path
) -> None:
    page = (app / "index.html").read_text("utf-8")
    found = re.search(r'src="(/assets/[^"]+\.js)"', page)
    assert found is not None
    script = found[1]
    plain = (app / script.lstrip("/")).read_bytes()
    _, headers, packed = sent(house, script)
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"].startswith("text/javascript")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(packed) < len(plain) / 2
    _, headers, unpacked = sent(house, script, "identity")
    assert "Content-Encoding" not in headers
    assert unpacked == plain


def test_a_file_that_was_not_built_is_not_there(house: House) -> None:
    assert sent(house, "/assets/nothing.js")[0] == 404
    assert sent(house, "/assets/../../pages.py")[0] == 404
