"""Nobody's reading keeps the others from reading."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import gevent
import pytest
from gevent import getcurrent
from sqlalchemy import Connection

from backend.db import make_engine
from backend.reader import EACH_AT_MOST, READERS, Reader


def _client() -> str | None:
    """The client that a greenlet of these tests reads for."""
    return getattr(getcurrent(), "client", None)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(make_engine(f"sqlite:///{tmp_path / 'empty.db'}"), _client)
    yield made
    made.stop()


class Reads:
    """Reads that last until they are let go."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._go = Event()
        self.running: list[str | None] = []
        self._all: list[gevent.Greenlet[..., None]] = []

    def begin(self, client: str | None, count: int) -> None:
        for _ in range(count):
            read = gevent.Greenlet(self._reader.run, lambda _: self._last(client))
            vars(read)["client"] = client
            read.start()
            self._all.append(read)

    def end(self) -> None:
        self._go.set()
        gevent.joinall(self._all, timeout=10, raise_error=True)

    def _last(self, client: str | None) -> None:
        self.running.append(client)
        self._go.wait(10)


def _until(reads: Reads, count: int) -> None:
    with gevent.Timeout(10):
        while len(reads.running) < count:
            gevent.sleep(0.01)
    gevent.sleep(0.05)  # time for one too many to begin


def test_one_client_leaves_readers_to_the_others(reader: Reader) -> None:
    reads = Reads(reader)
    reads.begin("greedy", 3 * READERS)
    _until(reads, EACH_AT_MOST)
    assert reads.running == ["greedy"] * EACH_AT_MOST
    reads.begin("other", 1)
    reads.begin(None, 1)
    _until(reads, EACH_AT_MOST + 2)
    assert sorted(map(str, reads.running)) == ["None", *["greedy"] * EACH_AT_MOST, "other"]
    reads.end()
    assert reads.running.count("greedy") == 3 * READERS


def test_the_server_itself_waits_for_no_turn(reader: Reader) -> None:
    reads = Reads(reader)
    reads.begin(None, READERS)
    _until(reads, READERS)
    reads.end()


def test_a_read_that_fails_gives_its_turn_back(reader: Reader) -> None:
    def fail(_: Connection) -> None:
        raise LookupError

    vars(getcurrent())["client"] = "unlucky"
    for _ in range(EACH_AT_MOST + 1):
        with pytest.raises(LookupError), gevent.Timeout(10):
            reader.run(fail)
    del vars(getcurrent())["client"]
