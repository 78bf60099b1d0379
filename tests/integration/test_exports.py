"""Timelines taken out of the house, over HTTP: who may, what they get, and what is on record."""

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from backend.verify import main
from escalation.timeline import canonical
from tests.clients import Client, new_id
from tests.house import House


@pytest.fixture
def incident(house: House) -> Any:
    """A group visit that was raised and taken up, with words that look like a formula."""
    teller = house.person("teller1")
    found = teller.raise_("group_visit", facts={"head_count": 12, "demand": "=1+1 退钱"})
    house.person("manager1").command(found, "acknowledge", eta_minutes=3)
    return teller.command(found, "add-note", text="+86 要求见领导\n第二行")


def export(client: Client, incident: Any, **query: Any) -> Any:
    return client.ask("GET", f"/incidents/{incident['id']}/export", params=query)


def table(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_an_exported_bundle_is_intact_and_signed_by_the_logs_key(
    house: House, incident: Any, tmp_path: Path
) -> None:
    answer = export(house.person("auditor1"), incident)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    name = f"{incident['number']}.json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    (tmp_path / name).write_bytes(answer.content)
    keys = house.nobody().get("/audit/key")
    assert main([str(tmp_path / name), "--key", keys["key"]]) == 0
    assert main([str(tmp_path / name), "--key", keys["note_key"]]) == 0
    assert answer.json()["public_key"] == keys["key"]


def test_a_bundle_shows_the_incident_and_all_that_its_events_name(
    house: House, incident: Any
) -> None:
    bundle = export(house.person("manager1"), incident).json()
    assert bundle["incident"]["id"] == incident["id"]
    assert bundle["incident"]["revision"] == len(bundle["events"])
    assert bundle["exported_by"]["username"] == "manager1"
    assert bundle["checkpoint"] is None
    texts = {each["text"] for each in bundle["sealed"].values()}
    assert {"=1+1 退钱", "+86 要求见领导\n第二行"} <= texts
    opened = bundle["events"][0]["data"]["playbook"]
    assert bundle["playbooks"][opened["sha256"]]["id"] == "group_visit"


def test_an_export_is_on_record_after_what_it_shows(house: House, incident: Any) -> None:
    auditor = house.person("auditor1")
    shown = export(auditor, incident, lang="en").json()["events"]
    later = auditor.timeline(incident)["events"]
    assert "export.made" not in {event["type"] for event in shown}
    assert later[: len(shown)] == shown
    made = later[len(shown)]
    assert made["type"] == "export.made"
    assert made["data"] == {"format": "json", "lang": "en", "upto_seq": len(shown)}
    assert made["actor"]["name"] == "谢文博"


def test_only_who_sees_it_and_may_export_gets_it(house: House, incident: Any) -> None:
    statuses = {
        name: export(house.person(name), incident).status_code
        for name in (
            *("manager1", "supervisor1", "regional1", "hqduty1", "auditor1", "compliance1"),
            *("legal1", "teller1", "office1", "complaint1", "manager2", "teller3", "admin1"),
        )
    }
    allowed = dict.fromkeys(
        ("manager1", "supervisor1", "regional1", "hqduty1", "auditor1", "compliance1", "legal1"),
        200,
    )
    forbidden = dict.fromkeys(("teller1", "office1", "complaint1"), 403)
    unseen = dict.fromkeys(("manager2", "teller3", "admin1"), 404)
    assert statuses == {**allowed, **forbidden, **unseen}
    assert export(house.nobody(), incident).status_code == 401
    assert export(house.tablet(), incident).status_code == 403


def test_a_reporters_own_id_answers_as_well(house: House) -> None:
    mine, theirs = new_id(), new_id()
    house.person("teller1").raise_("group_visit", id=mine)
    house.person("teller2").raise_("group_visit", id=theirs)
    bundle = export(house.person("auditor1"), {"id": theirs}).json()
    assert bundle["incident"]["id"] == mine


def test_a_table_has_a_line_for_each_event_and_no_formula(house: House, incident: Any) -> None:
    answer = export(house.person("auditor1"), incident, format="csv", lang="en")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.count(b"\r\n") > 5
    head, *rows = table(answer.content)
    events = house.person("auditor1").timeline(incident)["events"]
    assert len(rows) == len(events) - 1
    assert head[0] == "Seq"
    assert all(len(row) == len(head) for row in rows)
    for row, event in zip(rows, events, strict=False):
        assert row[0] == str(event["seq"])
        assert row[1] == str(event["position"])
        assert row[2] == event["occurred"]["estimate"]
        assert row[-1] == event["hash"]
    assert rows[0][3] == "2026-03-11 10:00:00+08:00"
    assert rows[0][9] == "Raised"
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n")]
    told = "\n".join("\t".join(row) for row in rows)
    for words in ("Demand: =1+1 退钱", "+86 要求见领导", "Branch manager", "there in 3 min"):
        assert words in told, words


def test_a_table_is_chinese_unless_it_is_asked_for_otherwise(house: House, incident: Any) -> None:
    head, *rows = table(export(house.person("auditor1"), incident, format="csv").content)
    assert head[0] == "序号"
    assert rows[0][9] == "上报"
    assert "柜员" in rows[0]


def test_every_event_of_a_whole_life_has_words(house: House) -> None:
    teller, manager = house.person("teller1"), house.person("manager1")
    found = teller.raise_("group_visit", facts={"injury": True}, note="很多人")
    house.advance(120)
    manager.command(found, "acknowledge")
    teller.command(found, "add-playbook", playbook="media_declared", reason="记者")
    manager.command(found, "hand-over", to="deputy1", reason="外出")
    teller.command(found, "record-facts", facts={"injury": False, "manners": ["emotional"]})
    manager.command(found, "escalate", reason="压不住")
    manager.command(found, "reclassify", type="disruptive_customer", reason="只有一人")
    manager.command(found, "cancel", reason="误报")
    house.advance(3600)
    _, *rows = table(export(house.person("auditor1"), found, format="csv").content)
    assert len({row[8] for row in rows}) > 8
    assert [row[8] for row in rows if row[8] == row[9]] == []


@pytest.mark.parametrize("form", ["xlsx", "pdf", "zip", "docx", ""])
def test_other_formats_are_refused_in_words(house: House, incident: Any, form: str) -> None:
    answer = export(house.person("auditor1"), incident, format=form)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "format"


def test_a_wrong_language_or_an_unknown_wish_is_refused(house: House, incident: Any) -> None:
    assert export(house.person("auditor1"), incident, lang="de").status_code == 422
    assert export(house.person("auditor1"), incident, pin="1").status_code == 422


def test_many_are_streamed_as_one_bundle_a_line(house: House, tmp_path: Path) -> None:
    numbers = []
    for who, type_ in (("teller1", "group_visit"), ("teller3", "group_visit")):
        numbers.append(house.person(who).raise_(type_)["number"])
        house.advance(5)
    auditor = house.person("auditor1")
    answer = auditor.ask("GET", "/exports")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = answer.content.splitlines()
    assert [json.loads(line)["incident"]["number"] for line in lines] == numbers
    for line in lines:
        (tmp_path / "one.json").write_bytes(line)
        assert main([str(tmp_path / "one.json")]) == 0
    _, *rows = table(auditor.ask("GET", "/exports?format=csv").content)
    assert list(dict.fromkeys(row[0] for row in rows)) == numbers


def test_many_are_only_those_that_the_caller_sees_in_the_period_and_org(house: House) -> None:
    east = house.person("teller1").raise_("group_visit")["number"]
    house.person("supervisor1").raise_("media_covert")
    house.advance(3600)
    other = house.person("teller3").raise_("group_visit")["number"]

    def numbers(who: str, **query: Any) -> list[str]:
        answer = house.person(who).ask("GET", "/exports", params=query)
        assert answer.status_code == 200, answer.text
        return [json.loads(line)["incident"]["number"] for line in answer.content.splitlines()]

    assert len(numbers("auditor1")) == 3
    assert numbers("legal1") == [east, other]
    assert numbers("manager2") == [other]
    assert numbers("legal1", org="east-01") == [east]
    assert numbers("legal1", org="west") == []
    assert numbers("legal1", **{"from": "2026-03-11T02:30:00Z"}) == [other]
    assert numbers("legal1", to="2026-03-11T02:30:00Z") == [east]
    assert numbers("legal1", **{"from": "2026-03-11", "to": "2026-03-11"}) == [east, other]
    assert numbers("legal1", to="2026-03-10") == []


def test_a_bulk_export_is_on_record_before_it_begins(house: House) -> None:
    before = house.position
    house.person("legal1").ask("GET", "/exports?format=csv&org=east&from=2026-03-11")
    house.settle()
    assert house.position == before + 1


def test_who_exports_nothing_is_refused(house: House) -> None:
    assert house.person("teller1").ask("GET", "/exports").status_code == 403
    assert house.person("admin1").ask("GET", "/exports").status_code == 403
    assert house.nobody().ask("GET", "/exports").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2026-03-11T02:00:00"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01"},
        {"from": "2026-03-12", "to": "2026-03-11"},
        {"org": "nowhere"},
        {"org": ""},
        {"more": "1"},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(house: House, query: dict[str, str]) -> None:
    assert house.person("auditor1").ask("GET", "/exports", params=query).status_code == 422


def test_the_timeline_comes_in_parts_with_its_texts(house: House, incident: Any) -> None:
    teller = house.person("teller1")
    whole = teller.timeline(incident)
    seqs = [event["seq"] for event in whole["events"]]
    assert seqs == list(range(1, len(seqs) + 1))
    assert whole["head"] == {"seq": seqs[-1], "hash": whole["events"][-1]["hash"]}
    rest = teller.timeline(incident, after=seqs[-1] - 1)
    assert rest["events"] == whole["events"][-1:]
    assert [each["text"] for each in rest["sealed"].values()] == ["+86 要求见领导\n第二行"]
    assert rest["head"] == whole["head"]
    beyond = teller.timeline(incident, after=2**53 - 1)
    assert beyond == {"events": [], "sealed": {}, "devices": {}, "head": whole["head"]}


def test_the_timeline_gives_the_keys_that_its_devices_sign_with(house: House) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    tablet = house.tablet(public_key=base64.urlsafe_b64encode(spki).rstrip(b"=").decode())
    found, command_id = new_id(), new_id()
    said: dict[str, Any] = {
        "command_id": command_id,
        "incident": found,
        "command": "open",
        "data": {"type": "group_visit", "id": found},
        "occurred": None,
        "device_seq": 1,
    }
    raw = utils.decode_dss_signature(key.sign(canonical(said), ec.ECDSA(hashes.SHA256())))
    signature = b"".join(part.to_bytes(32) for part in raw)
    proof = {
        "seq": 1,
        "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
        "signed": canonical(said).decode(),
    }
    body = {"type": "group_visit", "id": found, "command_id": command_id, "device": proof}
    tablet.does("POST", "/incidents", body)
    timeline = house.person("auditor1").timeline(found)
    device = timeline["events"][0]["device"]
    assert device == {"id": tablet.device_id, **proof}
    told = timeline["devices"][device["id"]]
    assert told["name"] == "3 号柜台"
    assert base64.urlsafe_b64decode(told["public_key"] + "==") == spki


def test_the_timeline_says_from_where_to_catch_up(house: House, incident: Any) -> None:
    house.settle()
    answer = house.person("teller1").ask("GET", f"/incidents/{incident['id']}/timeline")
    assert int(answer.headers["Counterbell-Position"]) == house.position


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**53), "", "true"])
def test_a_place_in_the_timeline_is_a_whole_number(house: House, incident: Any, after: str) -> None:
    answer = house.person("teller1").ask(
        "GET", f"/incidents/{incident['id']}/timeline", params={"after": after}
    )
    assert answer.status_code == 422


def test_a_tablet_reads_the_timeline_of_what_it_raised_unless_it_is_discreet(house: House) -> None:
    tablet = house.tablet()
    own = tablet.raise_("group_visit")
    assert tablet.timeline(own)["events"][0]["actor"]["kind"] == "device"
    other = house.person("teller3").raise_("group_visit")
    covert = tablet.raise_("media_covert")
    for unseen in (other, covert):
        assert tablet.ask("GET", f"/incidents/{unseen['id']}/timeline").status_code == 404
    assert house.person("manager1").timeline(covert)["events"]


def test_the_key_is_written_once_and_stays(house: House) -> None:
    key = house.nobody().get("/audit/key")
    kept = house.data / "log.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert key["note_key"].startswith(f"{key['name']}+")
    house.host.tell("close")
    house.open()
    assert house.nobody().get("/audit/key") == key
