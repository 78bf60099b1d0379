"""Files beside an incident: which there may be, who adds and reads them, and how they lie."""

import hashlib
from typing import Any

import pytest

from backend.attachments import LARGEST
from tests.clients import Client, new_id
from tests.house import House

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
PDF = b"%PDF-1.7\n" + bytes(100)
OGG = b"OggS" + bytes(100)


@pytest.fixture
def incident(house: House) -> Any:
    return house.person("teller1").raise_("group_visit")


def attach(
    client: Client, incident: Any, content: bytes = JPEG, key: str | None = None, **form: Any
) -> Any:
    return client.ask(
        "POST",
        f"/incidents/{incident['id']}/attachments",
        files={"file": ("../现场 照片.exe", content, "text/html")},
        data=form,
        headers={} if key is None else {"Idempotency-Key": key},
    )


def fetch(client: Client, incident: Any, attachment: Any) -> Any:
    return client.ask("GET", f"/incidents/{incident['id']}/attachments/{attachment['id']}")


def test_what_is_attached_stands_in_the_timeline_by_its_hash(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    answer = attach(teller, incident, caption="大堂门口")
    assert answer.status_code == 201
    added = answer.json()
    digest = hashlib.sha256(JPEG).hexdigest()
    assert added["sha256"] == digest
    assert (added["media_type"], added["size"]) == ("image/jpeg", len(JPEG))
    assert added["caption"] == "大堂门口"
    timeline = teller.timeline(incident)
    event = timeline["events"][-1]
    assert event["type"] == "attachment.added"
    assert event["data"]["sha256"] == digest
    assert timeline["sealed"][event["data"]["caption"]["sealed"]]["text"] == "大堂门口"
    assert (house.data / "attachments" / digest[:2] / digest).read_bytes() == JPEG


def test_it_is_handed_out_so_that_no_browser_runs_it(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    for content, kind, shown in (
        (JPEG, "image/jpeg", "inline"),
        (PDF, "application/pdf", "attachment"),
        (OGG, "audio/ogg", "attachment"),
    ):
        answer = fetch(teller, incident, attach(teller, incident, content).json())
        assert answer.content == content
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Disposition"].startswith(f"{shown}; ")
        assert answer.headers["Content-Disposition"].isascii()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "image/png"),
        (b"RIFF\0\0\0\0WEBP" + bytes(9), "image/webp"),
        (b"RIFF\0\0\0\0WAVE" + bytes(9), "audio/wav"),
        (b"\0\0\0\x18ftypheic" + bytes(9), "image/heic"),
        (b"\0\0\0\x18ftypM4A " + bytes(9), "audio/mp4"),
        (b"\0\0\0\x18ftypisom....hdlr....soun", "audio/mp4"),
        (b"\x1aE\xdf\xa3....webm....A_OPUS", "audio/webm"),
        (b"ID3" + bytes(9), "audio/mpeg"),
    ],
)
def test_its_bytes_say_what_it_is(
    house: House, incident: Any, content: bytes, media_type: str
) -> None:
    answer = attach(house.person("teller1"), incident, content)
    assert answer.json()["media_type"] == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90",
        b"<html><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04",
        b"RIFF\0\0\0\0AVI ",
        b"\0\0\0\x18ftypisom....soun....vide",
        b"\x1aE\xdf\xa3....webm....V_VP8....A_OPUS",
    ],
)
def test_anything_else_is_refused_and_not_kept(house: House, incident: Any, content: bytes) -> None:
    assert attach(house.person("teller1"), incident, content).status_code == 422
    assert not (house.data / "attachments").exists()


def test_the_largest_file_fits_and_one_byte_more_does_not(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    assert attach(teller, incident, JPEG + bytes(LARGEST - len(JPEG))).status_code == 201
    assert attach(teller, incident, JPEG + bytes(LARGEST - len(JPEG) + 1)).status_code == 413
    assert attach(teller, incident, JPEG + bytes(LARGEST + 100_000)).status_code == 413


def test_sent_again_it_is_the_same_attachment(house: House, incident: Any) -> None:
    teller, key = house.person("teller1"), new_id()
    first = attach(teller, incident, key=key, caption="一")
    again = attach(teller, incident, key=key, caption="一")
    assert (again.status_code, again.json()) == (201, first.json())
    other = attach(teller, incident, PDF, key=key, caption="一")
    assert other.status_code == 409
    assert other.json()["type"].endswith("idempotency-conflict")
    items = teller.get(f"/incidents/{incident['id']}/attachments")["items"]
    assert [item["id"] for item in items] == [first.json()["id"]]


def test_what_is_no_form_with_a_file_is_refused(house: House, incident: Any) -> None:
    teller, path = house.person("teller1"), f"/incidents/{incident['id']}/attachments"
    assert teller.ask("POST", path, {"file": "x"}).status_code == 415
    assert teller.ask("POST", path, files={"other": JPEG}).status_code == 422
    assert attach(teller, incident, more="1").status_code == 422
    assert attach(teller, incident, caption="字" * 4001).status_code == 422
    assert attach(teller, incident, key="x").status_code == 422


def test_who_may_not_change_the_incident_adds_nothing(house: House, incident: Any) -> None:
    statuses = {
        name: attach(house.person(name), incident).status_code
        for name in ("guard1", "regional1", "auditor1", "teller3", "admin1")
    }
    assert statuses == {
        "guard1": 201,
        "regional1": 201,
        "auditor1": 403,
        "teller3": 404,
        "admin1": 404,
    }
    assert attach(house.nobody(), incident).status_code == 401


def test_a_device_learns_nothing_of_a_discreet_incidents_files(house: House) -> None:
    tablet = house.tablet()
    covert, plain = tablet.raise_("media_covert"), tablet.raise_("group_visit")
    added = attach(house.person("manager1"), covert).json()
    assert attach(tablet, covert).status_code == 404
    assert attach(tablet, plain).status_code == 403
    manager = tablet.with_pin("manager1")
    for path in ("", f"/{added['id']}"):
        for who in (tablet, manager):
            answer = who.ask("GET", f"/incidents/{covert['id']}/attachments{path}")
            assert answer.status_code == 404
    manager.close()
    assert fetch(house.person("manager1"), covert, added).status_code == 200


def test_a_file_is_found_through_its_own_incident_only(house: House, incident: Any) -> None:
    added = attach(house.person("teller1"), incident).json()
    other = house.person("teller3").raise_("group_visit")
    assert fetch(house.person("teller3"), other, added).status_code == 404
    assert fetch(house.person("teller1"), incident, {"id": "x"}).status_code == 404


def test_the_list_comes_page_by_page_oldest_first(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    added = [attach(teller, incident, JPEG + bytes([n])).json()["id"] for n in range(3)]
    path, found, cursor = f"/incidents/{incident['id']}/attachments", [], None
    for _ in range(3):
        page = teller.get(path, params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        found += page["items"]
        cursor = page["next_cursor"]
    assert [item["id"] for item in found] == added
    assert cursor is None
    assert found[0]["filename"] == "现场 照片.exe"
    assert found[0]["added_by"]["username"] == "teller1"


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    added = attach(teller, incident).json()
    (house.data / "attachments" / added["sha256"][:2] / added["sha256"]).write_bytes(PDF)
    answer = fetch(teller, incident, added)
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("attachment-damaged")
