"""The ladder of people: what two ladders make together."""

from itertools import zip_longest

from playbooks.model import Level


def merge(first: tuple[Level, ...], second: tuple[Level, ...]) -> tuple[Level, ...]:
    """Rung by rung the earlier time and everybody of both, so that nobody hears of it later.

    Where the times of both rise strictly, those of the merged ladder do.
    """
    merged: list[Level] = []
    for pair in zip_longest(first, second):
        rungs = [rung for rung in pair if rung is not None]
        tell = tuple(dict.fromkeys(role for rung in rungs for role in rung.tell))
        merged.append(Level(after=min(rung.after for rung in rungs), tell=tell))
    return tuple(merged)
