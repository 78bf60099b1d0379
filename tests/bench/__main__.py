"""``make bench``: floors and product side by side, interleaved, on this machine.

In each round all servers start anew on fresh data, everybody connects, and short phases of load
take turns. A round is over before the first deadline of its first tap (60 s).
"""

import argparse
import gc
import resource
import statistics
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from tests.bench import archive, deadlines, past, targets
from tests.bench.load import Phase, crowded, paced
from tests.bench.report import (
    FLOOR_A,
    FLOOR_B,
    faults,
    figures,
    keep_samples,
    medians,
    table,
)
from tests.bench.targets import PRODUCT, Target
from tests.bench.wire import WireError

OUT = Path(__file__).parent / "out"
SERVERS = (FLOOR_A, FLOOR_B, PRODUCT)
RATE, IN_FLIGHT = 50, 16
FAILED = 1


@dataclass(frozen=True, slots=True)
class Length:
    """How much is measured; seconds. A phase is repeated ``turns`` times in a round."""

    rounds: int
    turns: int
    paced: float
    crowded: float
    warm_up: float = 1.5


FULL = Length(rounds=5, turns=2, paced=3, crowded=2)
QUICK = Length(rounds=2, turns=1, paced=2.5, crowded=1.5, warm_up=0.5)


@dataclass(slots=True)
class Measured:
    """All phases, and what went wrong in any."""

    phases: list[tuple[int, str, str, Phase]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sockets: str = ""

    def add(self, number: int, target: Target, kind: str, phase: Phase) -> None:
        """Keep a phase and count its faults."""
        self.sockets = f"{len(target.listeners)} listeners, {len(target.idle)} idle sockets"
        self.phases.append((number, target.name, kind, phase))
        counts = {
            "lost": phase.lost(len(target.listeners)),
            "doubled": phase.doubled,
            "unexpected": phase.strange,
            "refused": phase.refused(),
        }
        self.wrong += [
            f"round {number}, {target.name}, {kind}: {count} {what}"
            for what, count in counts.items()
            if count
        ]


def main(argv: list[str]) -> int:
    """Measure, print, judge; 1 when something is not good enough."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="three minutes instead of twelve")
    quick = parser.parse_args(argv).quick
    length = QUICK if quick else FULL
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
    out = OUT / time.strftime("%Y%m%d-%H%M%S")
    out.mkdir(parents=True)
    measured = Measured()
    try:
        _measure(measured, length, out)
    except WireError as error:
        print(f"bench: {error}", file=sys.stderr)
        return FAILED
    failed = _tell(measured, out)
    for compare in (
        partial(deadlines.compare, load=deadlines.QUICK if quick else deadlines.FULL),
        partial(past.compare, many=past.QUICK if quick else past.FULL),
        partial(archive.compare, many=archive.QUICK if quick else archive.FULL),
    ):
        rows, missed = compare(out)
        print("\n".join(["", *rows, *(f"FAILED: {fault}" for fault in missed)]), flush=True)
        failed = FAILED if missed else failed
    return failed


def _measure(measured: Measured, length: Length, out: Path) -> None:
    # Beside the samples and not in /tmp: that may be no disk, and then nothing is durable.
    with TemporaryDirectory(dir=out) as place:
        template = Path(place) / "bank"
        targets.make_bank(template)
        bank = orjson.loads((template / "bank.json").read_bytes())
        for number in range(1, length.rounds + 1):
            print(f"round {number} of {length.rounds}", flush=True)
            with TemporaryDirectory(dir=place) as work, ExitStack() as stack:
                servers = _start(stack, template, Path(work), bank, out)
                # 1,500 sockets stay; the collector need not walk them between the phases.
                gc.freeze()
                _round(measured, number, length, servers)


def _start(
    stack: ExitStack, template: Path, work: Path, bank: dict[str, Any], logs: Path
) -> list[Target]:
    floor_b, product = work / "floor", targets.fresh_copy(template, work / "product")
    floor_b.mkdir()
    ports = targets.free_ports(len(SERVERS))
    commands = (
        targets.floor_command(ports[0], None),
        targets.floor_command(ports[1], floor_b),
        targets.product_command(ports[2], product),
    )
    return [
        stack.enter_context(targets.running(name, command, port, bank, logs / f"{name}.log"))
        for name, command, port in zip(SERVERS, commands, ports, strict=True)
    ]


def _round(measured: Measured, number: int, length: Length, servers: list[Target]) -> None:
    for target in servers:
        paced(target, length.warm_up, RATE, seed=0)
        crowded(target, 0.5, IN_FLIGHT)
    for turn in range(length.turns):
        for target in servers:
            seed = number * 100 + turn
            measured.add(number, target, "paced", paced(target, length.paced, RATE, seed))
        for target in servers:
            measured.add(number, target, "crowded", crowded(target, length.crowded, IN_FLIGHT))


def _tell(measured: Measured, out: Path) -> int:
    samples = out / "samples.csv.gz"
    keep_samples(samples, measured.phases)
    found = {name: medians(_by_round(measured, name)) for name in SERVERS}
    print(f"\n{measured.sockets}; medians of {measured.phases[-1][0]} rounds\n")
    print("\n".join(table(found, PRODUCT)))
    print(f"\nCPU of the server for a tap, ms: {_cpu(measured)}")
    print(f"raw samples: {samples}")
    said = measured.wrong + faults(found, PRODUCT)
    if not measured.wrong:
        taps = sum(len(phase.taps) for *_, phase in measured.phases)
        print(f"{taps:,} taps: each alert came to each listener exactly once")
    for fault in said:
        print(f"FAILED: {fault}", flush=True)
    return FAILED if said else 0


def _by_round(measured: Measured, server: str) -> list[dict[str, float]]:
    rounds: dict[int, dict[str, list[Phase]]] = defaultdict(lambda: defaultdict(list))
    for number, name, kind, phase in measured.phases:
        if name == server:
            rounds[number][kind].append(phase)
    return [figures(each["paced"], each["crowded"]) for each in rounds.values()]


def _cpu(measured: Measured) -> str:
    """Noise of other programs hardly shows in it."""
    said = []
    for server in SERVERS:
        for kind in ("paced", "crowded"):
            each = [
                phase.cpu / len(phase.taps) * 1e3
                for _, name, what, phase in measured.phases
                if (name, what) == (server, kind)
            ]
            said.append(f"{server} {kind} {statistics.median(each):.2f}")
    return ", ".join(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
