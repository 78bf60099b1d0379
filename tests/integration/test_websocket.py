"""The two things that we changed of the websocket library (docs/adr/0002)."""

import gevent
import websocket
from gevent import socket

from backend.websocket import WholeSocket
from tests.house import House


def test_the_offer_of_compression_is_not_taken_up(house: House) -> None:
    url = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    offer = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
    connection = websocket.create_connection(url, header=offer, timeout=10)
    assert str(connection.recv()).startswith("0{")
    assert "sec-websocket-extensions" not in connection.headers
    connection.close()


def test_a_slow_reader_gets_every_byte_of_a_frame_in_order() -> None:
    ours, theirs = socket.socketpair()
    sent = bytes(range(256)) * 8192
    sending = gevent.spawn(WholeSocket(ours).send, sent)
    received = b""
    while len(received) < len(sent):
        gevent.sleep(0)
        received += theirs.recv(4096)
    assert sending.get() == len(sent)
    assert received == sent
    ours.close()
    theirs.close()


def test_frames_of_two_senders_are_never_mixed() -> None:
    ours, theirs = socket.socketpair()
    whole = WholeSocket(ours)
    length = 300_000
    senders = [gevent.spawn(whole.send, letter * length) for letter in (b"a", b"b")]
    received = b""
    while len(received) < 2 * length:
        received += theirs.recv(65536)
    gevent.joinall(senders)
    ours.close()
    theirs.close()
    assert received in (b"a" * length + b"b" * length, b"b" * length + b"a" * length)
