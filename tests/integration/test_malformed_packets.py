"""Packets that are none: a line in the log, the connection is closed, nobody else notices.

That no traceback is logged, and nothing as an error, is seen by ``House.close``.
"""

import json
from typing import Any

import pytest
import requests
import websocket

from tests.house import House

FRAMES: list[str | bytes] = [
    "",
    "x",
    "9",
    "²",
    "b4AAA",
    b"\x00\x01",
    b"42[]",
    "4",
    "49",
    "4x",
    "4²",
    "42",
    "42{",
    "42{}",
    "42[]",
    "42[1]",
    "42[{}]",
    "42[null,1]",
    '42["received",',
    '42["received",NaN]',
    '42["\\ud800"]',
    "42" + "[" * 5000,
    "42" + "9" * 200 + '["received"]',
    "43",
    "43[]",
    '4{"type": 2}',
    '4["received"]',
    "44",
    '44{"message": "x"}',
    '451-["received",{"_placeholder":true,"num":7}]',
    "45",
    "461-[]",
    "4" + "5" + "9" * 20 + '-["x"]',
]
HARMLESS = [
    "0",
    "2",
    "3",
    "6",
    "43777[]",
    '42["no-such-event",1,2,3]',
    '42["received"]',
    '42["received",1,2,3,4]',
    '42["seen",{"alert_id":[],"repeat":{}},null]',
    '42["connect",1,2,3]',
    '42["disconnect",1,2,3]',
    "40/nowhere,",
    '40["again"]',
]


def _line(house: House, token: str | None) -> Any:
    """A websocket that has been let in."""
    url = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line: Any = websocket.create_connection(url, timeout=10)
    assert line.recv().startswith("0")
    line.send("40" + json.dumps({"token": token}))
    while not line.recv().startswith('42["hello"'):
        pass
    return line


def _ends(line: Any) -> bool:
    """The server closes it."""
    try:
        while line.recv():
            pass
    except websocket.WebSocketConnectionClosedException:
        pass
    return not line.connected or line.recv() == ""


def _said(house: House) -> list[dict[str, Any]]:
    lines = house.host._log.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if '"malformed_packet"' in line]


def test_what_is_no_packet_closes_its_connection_and_no_other(house: House) -> None:
    manager = house.person("manager1").listens()
    teller = house.person("teller1")
    before = len(_said(house))
    for frame in FRAMES:
        line = _line(house, teller.token)
        if isinstance(frame, bytes):
            line.send_binary(frame)
        else:
            line.send(frame)
        assert _ends(line), frame
        line.shutdown()
    assert len(_said(house)) - before == len(FRAMES)
    incident = teller.raise_("help")
    manager.hears("alert", incident_id=incident["id"])


def test_what_is_merely_odd_is_passed_over(house: House) -> None:
    line = _line(house, house.person("teller1").token)
    before = len(_said(house))
    for frame in HARMLESS:
        line.send(frame)
        line.send('429["received",{}]')
        while not (heard := line.recv()).startswith("439"):
            assert heard, frame
    line.close()
    assert len(_said(house)) == before


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"x", b"4", b"42[]", b"\x1e", b"d=", b"d", b"\x1e" * 40, b"b!"]
)
def test_what_is_no_body_of_packets_is_refused_or_passed_over(house: House, body: bytes) -> None:
    url = house.url + "/socket.io/?EIO=4&transport=polling"
    opened = json.loads(requests.get(url, timeout=10).text[1:])
    answer = requests.post(f"{url}&sid={opened['sid']}", data=body, timeout=10)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("?EIO=x&transport=websocket", {}),
        ("?EIO=4&transport=pigeon", {}),
        ("?EIO=4&transport=polling&sid=%25s", {}),
        ("?EIO=4&transport=polling&j=x", {}),
        ("?EIO=4&transport=websocket", {"Connection": "Upgrade", "Upgrade": "websocket"}),
        (
            "?EIO=4&transport=websocket",
            {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x"},
        ),
    ],
)
def test_what_is_no_request_for_a_socket_is_refused(
    house: House, query: str, headers: dict[str, str]
) -> None:
    answer = requests.get(f"{house.url}/socket.io/{query}", headers=headers, timeout=10)
    assert answer.status_code == 400


def test_a_connection_is_no_websocket_twice(house: House) -> None:
    url = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line: Any = websocket.create_connection(url, timeout=10)
    sid = json.loads(line.recv()[1:])["sid"]
    with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
        websocket.create_connection(f"{url}&sid={sid}", timeout=10)
    line.send("40" + json.dumps({"token": house.person("teller1").token}))
    assert line.recv().startswith("40")
    line.close()
