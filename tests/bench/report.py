"""What was measured, in one table: medians, ratios to floor B, and whether they are enough."""

import gzip
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Phase

FLOOR_A, FLOOR_B = "floor A", "floor B"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the design's performance table. ``floor_b``: its value on two quiet cores.

    ``stage`` is what the product must reach now, ``goal`` what it is to reach in the end, both as
    a ratio to floor B; more is better only where ``more`` says so.
    """

    name: str
    what: str
    unit: str
    floor_b: float | None
    stage: float
    goal: float
    more: bool = False

    def misses(self, ratio: float) -> bool:
        """The stage's goal is not reached."""
        return ratio < self.stage if self.more else ratio > self.stage

    def too_slow(self, floor_b: float) -> bool:
        """Floor B is more than twice worse than on quiet cores: nothing can be judged by it."""
        if self.floor_b is None:
            return False
        return floor_b < self.floor_b / 2 if self.more else floor_b > self.floor_b * 2


ROWS = (
    Row("B1", "tap -> alert p50 at 50/s", "ms", 0.9, 4, 2.5),
    Row("B2", "tap -> alert p99 at 50/s", "ms", 2.4, 4, 3),
    Row("B4", "durable incidents/s, 16 in flight", "/s", 2900, 0.3, 0.5, more=True),
    Row("B5", "alert p99 at that load", "ms", None, 4, 1.5),
)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all do not exceed; infinite where there is none."""
    if not values:
        return math.inf
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def figures(paced: Sequence[Phase], crowded: Sequence[Phase]) -> dict[str, float]:
    """One round of one server: the value of each row."""
    alone = [each for phase in paced for each in phase.latencies]
    loaded = [each for phase in crowded for each in phase.latencies]
    return {
        "B1": percentile(alone, 0.5),
        "B2": percentile(alone, 0.99),
        "B4": statistics.fmean(phase.per_second for phase in crowded),
        "B5": percentile(loaded, 0.99),
    }


def medians(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Row by row over the rounds."""
    return {row.name: statistics.median(each[row.name] for each in rounds) for row in ROWS}


def table(found: dict[str, dict[str, float]], product: str) -> list[str]:
    """Markdown, ready for docs/performance.md."""
    lines = [
        "| # | | floor A | floor B | product | product / floor B | now | in the end |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in ROWS:
        a, b, p = (found[name][row.name] for name in (FLOOR_A, FLOOR_B, product))
        sign = "≥" if row.more else "≤"
        mark = " **missed**" if row.misses(p / b) else ""
        lines.append(
            f"| {row.name} | {row.what}, {row.unit} | {_number(a)} | {_number(b)} | {_number(p)}"
            f" | {p / b:.2f}{mark} | {sign} {row.stage} | {sign} {row.goal} |"
        )
    return lines


def faults(found: dict[str, dict[str, float]], product: str) -> list[str]:
    """Why the run fails; empty when it passes."""
    said = []
    floor = found[FLOOR_B]
    for row in ROWS:
        if row.too_slow(floor[row.name]):
            said.append(
                f"this machine is too busy or too slow to judge by: floor B's {row.what} is"
                f" {_number(floor[row.name])} {row.unit}, on two quiet cores {row.floor_b}"
            )
        ratio = found[product][row.name] / floor[row.name]
        if row.misses(ratio):
            said.append(f"{row.name}: {ratio:.2f} x floor B, the goal of this stage is {row.stage}")
    return said


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def keep_samples(path: Path, phases: Sequence[tuple[int, str, str, Phase]]) -> None:
    """Every tap as a line: when it was sent, and microseconds to the answer and each alert."""
    with gzip.open(path, "wt", compresslevel=3) as out:
        out.write("round,server,phase,incident,sent_ns,answer_us,alerts_us\n")
        for number, server, kind, phase in phases:
            for incident, tap in phase.taps.items():
                answer = (tap.answered - tap.sent) // 1000 if tap.answered else ""
                alerts = " ".join(str((at - tap.sent) // 1000) for at in tap.alerts.values())
                out.write(f"{number},{server},{kind},{incident},{tap.sent},{answer},{alerts}\n")
