"""Two tap the same thing; one sends twice; one takes it back (contract, section 3)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.clients import new_id
from tests.house import House
from tests.scenarios.steps import types

TYPE = "group_visit"


def reporters(incident: Any) -> list[str]:
    return [each["user"]["username"] for each in incident["reported_by"]]


def tapped_at_the_same_moment(house: House, *names: str) -> list[Any]:
    ready = Barrier(len(names))

    def tap(name: str) -> Any:
        client = house.person(name)
        ready.wait()
        return client.ask("POST", "/incidents", {"type": TYPE, "id": new_id()})

    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(tap, names))


def test_two_taps_at_the_same_moment_are_one_incident_two_reporters_one_alert(
    house: House,
) -> None:
    manager = house.person("manager1").listens()
    first, second = sorted(
        tapped_at_the_same_moment(house, "teller1", "teller2"),
        key=lambda answer: -answer.status_code,
    )
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["Location"] == f"/api/v1/incidents/{first.json()['id']}"
    assert second.json()["id"] == first.json()["id"]
    assert sorted(reporters(manager.incident(first.json()))) == ["teller1", "teller2"]
    assert len(manager.heard("alert")) == 1
    assert len(manager.incidents()) == 1


def test_within_a_minute_either_side_a_tap_joins_and_after_it_does_not(house: House) -> None:
    first = house.person("teller1").raise_(TYPE)
    house.advance(60)
    joined = house.person("teller2").raise_(TYPE)
    assert joined["id"] == first["id"]
    house.advance(0.001)
    assert house.person("lobby1").raise_(TYPE)["id"] != first["id"]


def test_other_branches_types_and_drills_do_not_join(house: House) -> None:
    first = house.person("manager1").raise_(TYPE)
    ids = {
        first["id"],
        house.person("teller3").raise_(TYPE)["id"],
        house.person("teller1").raise_("disruptive_customer")["id"],
        house.person("manager1").raise_(TYPE, drill=True)["id"],
    }
    assert len(ids) == 4


def test_a_joined_tap_brings_its_facts_and_note_and_its_id_answers_as_an_alias(
    house: House,
) -> None:
    house.person("teller1").raise_(TYPE, facts={"head_count": 3})
    mine = new_id()
    teller2 = house.person("teller2")
    joined = teller2.raise_(TYPE, id=mine, facts={"who_lawyer": True}, note="有人在拍")
    assert joined["facts"] == {"head_count": 3, "who_lawyer": True}
    assert teller2.incident(mine)["id"] == joined["id"]
    told = teller2.timeline(mine)
    assert types(told).count("incident.joined") == 1
    assert "有人在拍" in [each["text"] for each in told["sealed"].values()]
    teller2.ticks(mine, "note_who")


def test_one_undoes_hers_and_the_other_stands(house: House) -> None:
    manager = house.person("manager1").listens()
    first = house.person("teller1").raise_(TYPE)
    mine = new_id()
    house.person("teller2").raise_(TYPE, id=mine)
    house.advance(30)
    after = house.person("teller2").command(mine, "cancel", reason="点错了")
    assert after["status"] == "open"
    assert types(manager.timeline(first))[-1] == "incident.report_withdrawn"
    withdrawn = [each.get("withdrawn", False) for each in after["reported_by"]]
    assert withdrawn == [False, True]
    manager.hears_nothing("alert_over")
    gone = house.person("teller1").command(first, "cancel", reason="散了")
    assert gone["status"] == "cancelled"
    manager.hears("alert_over", because="cancelled")


def test_a_manager_ends_it_all(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("teller2").raise_(TYPE)
    house.advance(3600)
    house.person("teller1").refused(group, "cancel", 403, "forbidden", reason="算了")
    ended = house.person("manager1").command(group, "cancel", reason="误报")
    assert ended["status"] == "cancelled"
    assert house.person("teller1").raise_(TYPE)["id"] != group["id"]


def test_who_did_not_report_it_cannot_cancel_it(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("teller2").refused(group, "cancel", 403, "forbidden", reason="没有的事")


def test_the_same_raise_sent_again_is_answered_again_and_changes_nothing(house: House) -> None:
    teller, manager = house.person("teller1"), house.person("manager1").listens()
    body = {"type": TYPE, "id": new_id(), "command_id": new_id(), "note": "来了五个人"}
    first = teller.ask("POST", "/incidents", body)
    house.settle()
    position = house.position
    house.advance(45)
    again = teller.ask("POST", "/incidents", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json()["id"] == first.json()["id"] == body["id"]
    assert again.json()["revision"] == first.json()["revision"]
    house.settle()
    assert house.position == position
    assert len(manager.heard("alert")) == 1


def test_a_command_sent_again_gives_the_incident_as_it_is_now(house: House) -> None:
    teller = house.person("teller1")
    group = teller.raise_(TYPE)
    tick = {"step": "divert", "command_id": new_id()}
    teller.command(group, "complete-step", **tick)
    now = house.person("manager1").command(group, "acknowledge")
    again = teller.command(group, "complete-step", **tick)
    assert again["revision"] == now["revision"]
    assert again["status"] == "acknowledged"


@pytest.mark.parametrize("place", ["body", "header"])
def test_the_same_id_with_other_content_is_a_conflict(house: House, place: str) -> None:
    teller = house.person("teller1")
    group = teller.raise_(TYPE)
    command_id = new_id()
    in_body = {"command_id": command_id} if place == "body" else {}
    headers = {} if place == "body" else {"Idempotency-Key": command_id}
    path = f"/incidents/{group['id']}/add-note"
    first = teller.ask("POST", path, {"text": "一", **in_body}, headers=headers)
    assert first.status_code == 200
    revision = first.json()["revision"]
    for other in ({"text": "二"}, {"text": "一", "occurred": None}):
        answer = teller.ask("POST", path, {**other, **in_body}, headers=headers)
        same = other["text"] == "一"
        assert answer.status_code == (200 if same else 409), answer.text
        if not same:
            assert answer.json()["type"].endswith("idempotency-conflict")
    someone_else = house.person("teller2")
    answer = someone_else.ask("POST", path, {"text": "一", **in_body}, headers=headers)
    assert answer.status_code == 409
    elsewhere = teller.ask("POST", "/incidents", {"type": TYPE, **in_body}, headers=headers)
    assert elsewhere.status_code == 409
    assert teller.incident(group)["revision"] == revision


def test_a_refused_command_may_be_sent_again_under_its_id(house: House) -> None:
    teller = house.person("teller1")
    storm = teller.raise_("disruptive_customer")
    tick = {"step": "call_police", "command_id": new_id()}
    teller.refused(storm, "complete-step", 409, "step-locked", **tick)
    teller.command(storm, "record-facts", facts={"injury": True})
    teller.command(storm, "complete-step", **tick)


def test_the_key_is_looked_up_before_the_state(house: House) -> None:
    manager = house.person("manager1")
    group = manager.raise_(TYPE)
    note = {"text": "记一笔", "command_id": new_id()}
    manager.command(group, "add-note", **note)
    manager.command(group, "cancel", reason="误报")
    assert manager.command(group, "add-note", **note)["status"] == "cancelled"


def test_a_hundred_notes_at_once_beside_strangers_and_refusals_are_each_kept_once(
    house: House,
) -> None:
    group = house.person("teller1").raise_(TYPE)
    staff = [house.person(name) for name in ("teller1", "teller2", "guard1", "manager1")]
    stranger = house.person("teller3")

    def note(at: int) -> int:
        if at % 5 == 0:
            answer = stranger.ask("POST", f"/incidents/{group['id']}/add-note", {"text": "?"})
        elif at % 5 == 1:
            answer = staff[0].ask("POST", f"/incidents/{group['id']}/close", {})
        else:
            body = {"text": f"第 {at} 条"}
            answer = house.again(staff[at % 4].username).ask(
                "POST", f"/incidents/{group['id']}/add-note", body
            )
        return answer.status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(note, range(100)))
    assert [statuses[at] for at in range(100) if at % 5 == 0] == [404] * 20
    assert [statuses[at] for at in range(100) if at % 5 == 1] == [422] * 20
    assert [statuses[at] for at in range(100) if at % 5 > 1] == [200] * 60
    notes = types(house.person("manager1").timeline(group)).count("note.added")
    assert notes == 60
