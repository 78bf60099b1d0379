"""Finds a Chromium for the browser tests: ``python -m tests.browser.chromium``.

The one that ``COUNTERBELL_CHROMIUM`` names, else one that is installed, else Debian's, which this
command installs where it may. Without one the tests fail: they are never passed over.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    "no Chromium was found: install one (Debian: apt-get install chromium fonts-noto-cjk),"
    " or name one in COUNTERBELL_CHROMIUM"
)


class NoChromiumError(Exception):
    """There is none, and what to do about it."""


def find() -> str:
    """The path of a Chromium.

    Raises:
        NoChromiumError: none is installed, or the named one is not there.
    """
    named = os.environ.get("COUNTERBELL_CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise NoChromiumError(f"COUNTERBELL_CHROMIUM names no program: {named}")
        return path
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise NoChromiumError(MISSING)


def _install() -> None:
    """Debian's, with letters for Chinese; quiet unless it fails."""
    print("Installing Chromium for the browser tests ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update",), ("install", "-y", "--no-install-recommends", *PACKAGES)):
        done = subprocess.run(
            ["apt-get", "-qq", *words],
            env=quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
            return


def main() -> int:
    """Have one; 1 when that cannot be, with the reason."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    try:
        find()
    except NoChromiumError:
        if may_install and not os.environ.get("COUNTERBELL_CHROMIUM"):
            _install()
    try:
        find()
    except NoChromiumError as error:
        print(f"counterbell: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
