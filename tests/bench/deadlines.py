"""Deadlines beside APScheduler 3 (B9-B11): two processes, one after the other."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from tests.bench.targets import ROOT


@dataclass(frozen=True, slots=True)
class Load:
    """How many are armed, and how many are due at once."""

    armed: int
    at_once: int


FULL = Load(armed=1_000_000, at_once=10_000)
QUICK = Load(armed=100_000, at_once=1_000)


def compare(place: Path, load: Load) -> tuple[list[str], list[str]]:
    """The rows of a table, ready for docs/performance.md, and what misses its goal."""
    with TemporaryDirectory(dir=place) as work:
        product = _run("armed", Path(work) / "bank", load.armed, load.at_once)
        jobs = _run("jobs", Path(work) / "jobs.db", load.at_once)
    looks = product["look_many"] / product["look_few"]
    rows = [
        _row(
            "B9", f"lateness p99, {load.armed:,} armed, ms", jobs["lateness"], product["lateness"]
        ),
        _row(
            "B10",
            f"{load.at_once:,} due at once, fires/s",
            jobs["per_second"],
            product["per_second"],
        ),
        (
            f"| B11 | look for what is due, {load.armed:,} armed beside 10,000, us"
            f" | {product['look_few'] * 1e6:,.0f} | {product['look_many'] * 1e6:,.0f}"
            f" | {looks:.2f} |"
        ),
    ]
    missed = []
    if product["lateness"] > 2 * jobs["lateness"]:
        missed.append("B9: more than twice as late as APScheduler with 10,000 jobs")
    if product["per_second"] < 3 * jobs["per_second"]:
        missed.append("B10: less than three times APScheduler's fires")
    if looks > 1.5:
        missed.append("B11: looking among many takes over 1.5 x looking among 10,000")
    head = ["| # | | APScheduler 3 | product | ratio |", "|---|---|---:|---:|---:|"]
    return head + rows, missed


def _run(module: str, *arguments: Any) -> dict[str, float]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = orjson.loads(done.stdout)
    return found


def _row(name: str, what: str, theirs: float, ours: float) -> str:
    return f"| {name} | {what} | {theirs:,.1f} | {ours:,.1f} | {ours / theirs:.2f} |"
