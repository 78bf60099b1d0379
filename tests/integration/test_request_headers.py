"""What is read of a request's header lines, and what is refused (RFC 9112)."""

import io

import pytest

from backend.request_headers import LONGEST_LINE, MOST_LINES, RequestHeaders


def _read(text: str) -> RequestHeaders:
    return RequestHeaders(io.BytesIO(text.encode("latin-1")))


def test_fields_are_found_in_any_case() -> None:
    headers = _read("Host: a\r\nContent-Type: application/json\r\nX-Odd:  b c \r\n\r\nbody")
    assert headers.status == ""
    assert headers.typeheader == "application/json"
    assert headers.getheader("HOST") == "a"
    assert dict(headers.environ()) == {"HTTP_HOST": "a", "HTTP_X_ODD": "b c"}


def test_lists_are_joined_as_they_are_written() -> None:
    headers = _read("Accept: a\r\nCookie: x=1\r\nAccept: b\r\nCookie: y=2\r\n\r\n")
    assert dict(headers.environ()) == {"HTTP_ACCEPT": "a,b", "HTTP_COOKIE": "x=1; y=2"}


def test_a_name_with_an_underscore_cannot_pass_for_another() -> None:
    assert list(_read("X_Counterbell: 1\r\n\r\n").environ()) == []


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "Transfer-Encoding: chunked\r\ntransfer-encoding: x\r\n\r\n",
        "Host : a\r\n\r\n",
        "Host: a\r\n folded\r\n\r\n",
        "no colon\r\n\r\n",
        ": empty\r\n\r\n",
        "A: with\0zero\r\n\r\n",
        "A: bare\rreturn\r\n\r\n",
        "A: " + "x" * LONGEST_LINE + "\r\n\r\n",
        "A: b\r\n" * (MOST_LINES + 1) + "\r\n",
        "A: bell\x07\r\n\r\n",
        "A: cut",
        "A: cut\r\n",
        "",
        "Content-Length: +1\r\n\r\n",
        "Content-Length: 1_0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 1, 1\r\n\r\n",
        "Content-Length:\r\n\r\n",
        "Content-Length: " + "9" * 5000 + "\r\n\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n",
        "Transfer-Encoding: chunked\x0b\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Connection: upgrade\r\nContent-Length: 1\r\n\r\n",
        "Upgrade: WebSocket\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_not_a_header_is_refused(lines: str) -> None:
    assert _read(lines).status


HANDSHAKE = {
    "Host": "a",
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def _lines(fields: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"


def test_a_whole_handshake_is_let_in() -> None:
    assert _read(_lines(HANDSHAKE)).status == ""


@pytest.mark.parametrize("name", [each for each in HANDSHAKE if each != "Upgrade"])
def test_half_a_handshake_is_refused(name: str) -> None:
    assert _read(
        _lines(
            {**HANDSHAKE, name: "8"}
            if name != "Host"
            else {key: value for key, value in HANDSHAKE.items() if key != "Host"}
        )
    ).status


def test_the_most_lines_that_are_allowed() -> None:
    lines = "".join(f"A{n}: b\r\n" for n in range(MOST_LINES))
    assert _read(lines + "\r\n").status == ""
