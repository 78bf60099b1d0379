"""The ladder of people: what two ladders make together."""

from itertools import zip_longest

from playbooks.model import Level


def merge(first: tuple[Level, ...], second: tuple[Level, ...]) -> tuple[Level, ...]:
    """Rung by rung the earlier time and everybody of both, so that nobody hears of it later.

    The times stay strictly rising.
    """
    merged: list[Level] = []
    for one, other in zip_longest(first, second):
        rungs = [rung for rung in (one, other) if rung is not None]
        tell = tuple(dict.fromkeys(role for rung in rungs for role in rung.tell))
        after = min(rung.after for rung in rungs)
        if merged and after <= merged[-1].after:
            after = max(rung.after for rung in rungs)
        merged.append(Level(after=max(after, merged[-1].after + 1 if merged else 0), tell=tell))
    return tuple(merged)
