"""The wire between a screen and the bank, which a test pulls out and puts back."""

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
        door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._door = door
        threading.Thread(target=self._welcome, args=(door,), daemon=True).start()

    def cut(self) -> None:
        """The line is gone, in the middle of whatever it carries."""
        self.was_cut = True
        door, self._door = self._door, None
        if door is not None:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()
        with self._lock:
            ended, self._open = self._open, set()
        for each in ended:
            _end(each)

    def _welcome(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while content := one.recv(65536):
                other.sendall(content)
        with self._lock:
            self._open -= {one, other}
        for each in (one, other):
            _end(each)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
