"""A line to somebody whom nobody trusts: so much is read of it, and others go on meanwhile."""

from http.client import HTTPException
from io import BufferedReader, RawIOBase
from typing import Any

import gevent


class Line:
    """A connected socket as ``http.client`` uses one; whoever opened it closes it.

    ``most``: bytes that are listened to.
    """

    def __init__(self, sock: gevent.socket.socket, most: int) -> None:
        self._sock = sock
        self._most = most

    def sendall(self, content: bytes) -> None:
        """Everything, however long the other side takes."""
        self._sock.sendall(content)

    def makefile(self, _: str) -> BufferedReader:
        """What the other side says."""
        return BufferedReader(_Heard(self._sock, self._most))

    def close(self) -> None:
        """What has been said may still be read."""


class _Heard(RawIOBase):
    def __init__(self, sock: gevent.socket.socket, most: int) -> None:
        self._sock = sock
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Where bytes are always there nothing waits, so no time limit would ever ring.
        gevent.sleep()
        if self._left <= 0:
            raise HTTPException
        count: int = self._sock.recv_into(buffer)
        self._left -= count
        return count
