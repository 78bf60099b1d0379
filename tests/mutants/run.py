"""Switches rules off in copies of the tree and looks whether their tests fail."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.table import ROOT, Mutant, stale

PATIENCE = 300.0
"""Seconds for the tests of one mutant."""
LINKED = ("backend/web/node_modules",)
"""What is too large to copy and never changes."""
_FAILED = re.compile(r"^FAILED (\S+?)(?:\[.*)?(?: - .*)?$", re.MULTILINE)
_ERROR = re.compile(r"^ERROR (.*)$", re.MULTILINE)
_ENDED = re.compile(r"^(?:\d+ failed|\d+ passed)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a mutant; ``why`` is empty where every test of it failed."""

    mutant: Mutant
    why: str


def sound(mutants: Sequence[Mutant], workers: int) -> list[str]:
    """The tests that fail although nothing is switched off."""
    tests = sorted({test for each in mutants for test in each.fails})
    shares = [tests[at::workers] for at in range(workers) if tests[at::workers]]
    with _trees(workers) as trees, ThreadPoolExecutor(workers) as pool:
        said = pool.map(lambda share: _pytest(trees.get(), share, len(share)), shares)
        return [line for output in said for line in _complaints(output)]


def run(mutants: Sequence[Mutant], workers: int) -> Iterator[Outcome]:
    """What comes of each, as it becomes known."""
    with _trees(workers) as trees, ThreadPoolExecutor(workers) as pool:

        def on_some_tree(mutant: Mutant) -> Outcome:
            tree = trees.get()
            try:
                return Outcome(mutant, _try(tree, mutant))
            finally:
                trees.put(tree)

        for done in as_completed([pool.submit(on_some_tree, each) for each in mutants]):
            yield done.result()


def _try(tree: Path, mutant: Mutant) -> str:
    """Why the rule can be switched off unnoticed; empty where it cannot."""
    if old := list(stale(mutant, tree)):
        return "stale: " + "; ".join(old)
    path = tree / mutant.file
    before = path.read_bytes()
    path.write_bytes(before.replace(mutant.text.encode(), mutant.instead.encode()))
    try:
        output = _pytest(tree, mutant.fails, 1)
    finally:
        path.write_bytes(before)
    if output is None:
        return f"its tests took more than {PATIENCE:.0f} s"
    if (error := _ERROR.search(output)) or not _ENDED.search(output):
        return f"broken, not switched off: {error[1] if error else output.strip()[-300:]}"
    failed = set(_FAILED.findall(output))
    passed = [test for test in mutant.fails if test.partition("[")[0] not in failed]
    return f"survives {', '.join(passed)}" if passed else ""


def _complaints(output: str | None) -> list[str]:
    if output is None:
        return ["the tests took too long"]
    return re.findall(r"^(?:FAILED|ERROR) .*$", output, re.MULTILINE) or (
        [] if _ENDED.search(output) else [output.strip()[-500:]]
    )


def _pytest(tree: Path, tests: Sequence[str], times: int) -> str | None:
    """What pytest says about these tests in that tree; None when it took too long."""
    command = [sys.executable, "-m", "pytest", *tests, "-n", "0", "-q", "--tb=no", "-rfE"]
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "1000"}
    try:
        ended = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=tree,
            env=environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE * times,
            check=False,  # what failed is the answer
        )
    except subprocess.TimeoutExpired:
        return None
    return ended.stdout + ended.stderr


@contextmanager
def _trees(count: int) -> Iterator["SimpleQueue[Path]"]:
    """Copies of everything that git keeps or would keep."""
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            tree = Path(folder) / str(number)
            _copy(tree)
            trees.put(tree)
        yield trees


def _copy(tree: Path) -> None:
    listed = _in(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    for name in LINKED:
        if (ROOT / name).exists():
            (tree / name).symlink_to((ROOT / name).resolve())
    _in(tree, "git", "init", "--quiet")
    # Compiled once, and known by their sources' hashes: a change within the same second counts.
    hashed = ("--invalidation-mode", "checked-hash")
    folders = ("playbooks", "escalation", "notifications", "backend", "tests")
    _in(tree, sys.executable, "-m", "compileall", "-q", *hashed, *folders)


def _in(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
