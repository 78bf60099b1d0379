"""Frames that go past the queue: whole, in order, and never waiting for a slow client."""

from collections.abc import Iterator
from contextlib import suppress

import gevent
import pytest
from gevent import socket

from backend.websocket import WholeSocket, text_frame

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Our end, with a small buffer, and the client's."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    yield ours, theirs
    ours.close()
    theirs.close()


def _read(theirs: socket.socket, count: int) -> bytes:
    found = b""
    with gevent.Timeout(10):
        while len(found) < count:
            found += theirs.recv(65536)
    return found


def test_a_quick_client_has_it_at_once(pair: Pair) -> None:
    ours, theirs = pair
    assert WholeSocket(ours).send_now(text_frame("a"))
    assert _read(theirs, 3) == text_frame("a")


def test_what_does_not_fit_follows_before_anything_else(pair: Pair) -> None:
    ours, theirs = pair
    line = WholeSocket(ours)
    long, short = text_frame("x" * 300_000), text_frame("y")
    assert line.send_now(long)
    assert not line.send_now(short), "the first frame is not out yet"
    later = gevent.spawn(line.send, short)
    assert _read(theirs, len(long) + len(short)) == long + short
    later.join(10)


def test_what_waits_for_the_line_is_not_overtaken(pair: Pair) -> None:
    ours, theirs = pair
    line = WholeSocket(ours)
    line._lock.acquire()  # as while the rest of a long frame goes out
    waiting = gevent.spawn(line.send, b"first")
    gevent.sleep(0)
    line._lock.release()
    assert not line.send_now(b"second")
    waiting.join(10)
    assert line.send_now(b"second")
    assert _read(theirs, 11) == b"firstsecond"


def test_a_full_line_takes_nothing_by_half(pair: Pair) -> None:
    ours, theirs = pair
    line = WholeSocket(ours)
    taken = 0
    while line.send_now(b"z" * 512):
        taken += 512
    assert taken > 0
    assert _read(theirs, taken) == b"z" * taken
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


@pytest.mark.parametrize("way", ["send_now", "send"])
def test_who_takes_nothing_is_hung_up_on(
    pair: Pair, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _theirs = pair
    monkeypatch.setattr("backend.websocket.STALLED", 0.05)
    line = WholeSocket(ours)

    def sends() -> None:
        with suppress(OSError):
            getattr(line, way)(b"x" * 3_000_000)

    sending = gevent.spawn(sends)
    with gevent.Timeout(10), pytest.raises(OSError, match="closed"):
        ours.recv(1)  # its reader ends
    sending.join(10)
    assert sending.ready()


def test_a_line_that_is_gone_says_so(pair: Pair) -> None:
    ours, theirs = pair
    theirs.close()
    assert not WholeSocket(ours).send_now(b"a")
