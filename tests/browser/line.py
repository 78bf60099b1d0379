"""The wire between a screen and the bank, which a test pulls out and puts back."""

import select
import socket
import threading
from contextlib import suppress

from tests.house import free_port


class Line:
    """Carries connections to the bank's port. Cut, every one of them ends and no new one begins."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self.was_cut = False
        self._to = to
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self.restore()

    def restore(self) -> None:
        """The line is there."""
        self._door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._welcome, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """The line is gone, in the middle of whatever it carries."""
        self.was_cut = True
        with self._lock:
            door, self._door = self._door, None
            for each in (door, *self._open):
                if each is not None:
                    _shut(each)

    def _welcome(self, door: socket.socket) -> None:
        with door:
            while self._door is door:
                try:
                    near, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=self._carry, args=(near, door), daemon=True).start()

    def _carry(self, near: socket.socket, door: socket.socket) -> None:
        """Both ways, until one end hangs up or the line is cut; only this thread closes them."""
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self._to)) as far:
            with self._lock:
                if self._door is not door:
                    return
                self._open |= {near, far}
            try:
                _pump(near, far)
            finally:
                with self._lock:
                    self._open -= {near, far}


def _pump(near: socket.socket, far: socket.socket) -> None:
    other = {near: far, far: near}
    while True:
        readable, _, _ = select.select([near, far], [], [])
        for one in readable:
            content = one.recv(65536)
            if not content:
                return
            other[one].sendall(content)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
