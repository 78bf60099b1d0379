"""Three or more customers come together (domain.md, G1-G5), from the tap to the end."""

from typing import Any

from tests.house import House
from tests.scenarios.steps import names, step

TYPE = "group_visit"
AT_THE_BRANCH = {"supervisor1", "lobby1", "guard1", "manager1", "deputy1", "office1", "teller2"}


def channel_state(recipients: list[Any], username: str) -> str:
    told = next(each for each in recipients if each["user"]["username"] == username)
    return str(told["channels"][0]["state"])


def test_a_tap_reaches_manager_and_office_within_a_heartbeat(house: House) -> None:
    manager, office = house.person("manager1").listens(), house.person("office1").listens()
    group = house.person("teller1").raise_(TYPE)
    for receiver in (manager, office):
        alert = receiver.hears("alert", incident_id=group["id"])
        assert alert["level"] == 1
        assert alert["type"] == TYPE
        assert alert["branch"] == {"id": "east-01", "name": "城东支行营业部"}
        assert alert["raised_at"] == "2026-03-11T02:00:00.000Z"
        assert alert["reason"] == "raised"
        assert alert["urgency"] == "immediate"
        assert alert["title"] == {"zh": "群体来访", "en": "Group visit"}
        assert (alert["repeat"], alert["discreet"], alert["drill"]) == (0, False, False)


def test_business_line_complaints_and_the_whole_branch_are_informed_at_once(house: House) -> None:
    listening = [
        house.person(name).listens() for name in ("business1", "complaint1", "guard1", "teller2")
    ]
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    for each in listening:
        told = each.hears("inform", incident_id=group["id"])
        assert "level" not in told
        assert told["branch"]["id"] == "east-01"
        each.hears_nothing("alert")
    manager.hears("alert")
    manager.hears_nothing("inform")
    assert names(group["informed"]) == AT_THE_BRANCH - {"manager1", "office1"} | {
        "business1",
        "complaint1",
    }


def test_the_teller_sees_who_was_reached_who_saw_it_and_who_took_charge(house: House) -> None:
    teller = house.person("teller1")
    manager = house.person("manager1").listens()
    group = teller.raise_(TYPE)
    recipients = group["alerts"][0]["recipients"]
    assert names(recipients) == {"manager1", "office1"}
    assert channel_state(recipients, "office1") == "unreachable"

    alert = manager.hears("alert")
    house.settle()
    assert channel_state(teller.incident(group)["alerts"][0]["recipients"], "manager1") == "sent"

    receipt = {"alert_id": alert["alert_id"], "repeat": 0}
    assert manager.socket.asks("received", receipt) == {"ok": True}
    after = teller.incident(group)["alerts"][0]["recipients"]
    assert channel_state(after, "manager1") == "delivered"
    assert manager.socket.asks("seen", receipt) == {"ok": True}
    after = teller.incident(group)["alerts"][0]["recipients"]
    assert channel_state(after, "manager1") == "seen"

    house.advance(20)
    manager.command(group, "acknowledge", eta_minutes=2)
    now = teller.incident(group)
    assert now["status"] == "acknowledged"
    assert now["in_charge"]["username"] == "manager1"
    assert now["eta_minutes"] == 2
    assert now["acknowledged_at"] == "2026-03-11T02:00:20.000Z"
    assert now["alerts"][0]["acknowledged_by"]["username"] == "manager1"


def test_taking_charge_tells_the_others_that_the_alert_is_over(house: House) -> None:
    office = house.person("office1").listens()
    group = house.person("teller1").raise_(TYPE)
    alert = office.hears("alert")
    house.person("manager1").command(group, "acknowledge")
    over = office.hears("alert_over")
    assert over["alert_id"] == alert["alert_id"]
    assert over["incident_id"] == group["id"]
    assert over["because"] == "acknowledged"
    assert over["by"]["username"] == "manager1"


def test_the_checklist_is_open_with_words_and_taboos_in_both_languages(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    divert = step(group, "divert")
    assert divert["state"] == "ready"
    assert divert["containment"] is True
    for text in (*divert["say"], *divert["avoid"], divert["title"]):
        assert text["zh"]
        assert text["en"]
    assert step(group, "prepare_room")["owner"] == "lobby_manager"
    assert step(group, "report_superior")["state"] == "done"
    assert step(group, "report_superior")["done_by"]["username"] == "teller1"


def test_a_tick_appears_at_the_others_at_once_with_who_and_when(house: House) -> None:
    teller, lobby = house.person("teller1").listens(), house.person("lobby1")
    group = teller.raise_(TYPE)
    teller.hears("incident", revision=group["revision"])
    house.advance(35)
    ticked = lobby.ticks(group, "prepare_room", note="二楼接待室")
    news = teller.hears("incident", revision=ticked["revision"])
    assert news["incident_id"] == group["id"]
    done = step(teller.incident(group), "prepare_room")
    assert done["state"] == "done"
    assert done["done_by"]["username"] == "lobby1"
    assert done["done_at"] == "2026-03-11T02:00:35.000Z"
    assert done["note"] == "二楼接待室"


def test_a_step_is_done_once(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("lobby1").ticks(group, "divert")
    house.advance(5)
    problem = house.person("guard1").refused(
        group, "complete-step", 409, "step-done", step="divert"
    )
    assert problem["done_by"]["username"] == "lobby1"
    assert step(house.person("guard1").incident(group), "divert")["done_at"].endswith("00.000Z")


def test_everyone_at_the_branch_handles_complaints_and_nobody_of_another_branch(
    house: House,
) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("guard1").ticks(group, "note_who")
    house.person("teller2").ticks(group, "listen_first")
    house.person("teller3").refused(group, "complete-step", 404, "not-found", step="divert")
    house.person("manager2").refused(group, "acknowledge", 404, "not-found")


def test_the_manager_contains_and_closes_it(house: House) -> None:
    manager = house.person("manager1")
    group = house.person("teller1").raise_(TYPE, facts={"head_count": 5})
    manager.command(group, "acknowledge")
    problem = manager.refused(group, "contain", 409, "containment-open")
    assert problem["steps"] == ["divert"]
    manager.refused(group, "close", 409, "not-contained", resolution="谈好了", outcome="settled")
    house.person("lobby1").ticks(group, "divert")
    house.advance(60)
    contained = manager.command(group, "contain", summary="都在接待室")
    assert contained["status"] == "contained"
    assert contained["contained_at"] == "2026-03-11T02:01:00.000Z"
    closed = manager.command(group, "close", resolution="已登记", outcome="to_procedure")
    assert closed["status"] == "closed"
    manager.refused(group, "add-note", 409, "closed", text="还有一句")


def test_three_heads_on_another_incident_propose_the_group_and_one_command_adds_it(
    house: House,
) -> None:
    complaint = house.person("complaint1").listens()
    teller = house.person("teller1")
    angry = teller.raise_("disruptive_customer")
    two = teller.command(angry, "record-facts", facts={"head_count": 2})
    assert two["suggestions"] == []
    four = teller.command(angry, "record-facts", facts={"head_count": 4})
    assert [each["playbook"] for each in four["suggestions"]] == [TYPE]
    assert four["suggestions"][0]["because"]["zh"]
    complaint.hears_nothing("inform")

    both = teller.command(angry, "add-playbook", playbook=TYPE, reason="来了四个人")
    complaint.hears("inform", incident_id=angry["id"])
    assert [each["id"] for each in both["playbooks"]] == ["disruptive_customer", TYPE]
    assert both["suggestions"] == []
    ids = [each["id"] for each in both["steps"]]
    assert len(ids) == len(set(ids))
    assert {"divert", "lead_away", "call_police"} <= set(ids)
    teller.refused(angry, "add-playbook", 409, "attached-already", playbook=TYPE)


def test_a_group_of_three_from_the_first_tap_needs_no_proposal(house: House) -> None:
    group = house.person("teller1").raise_(TYPE, facts={"head_count": 3})
    assert group["facts"]["head_count"] == 3
    assert group["suggestions"] == []


def test_the_record_form_starts_the_three_working_days(house: House) -> None:
    teller = house.person("teller1")
    group = teller.raise_(TYPE)
    record = {"customer_name": "王先生", "contact": "13800000000", "demand": "退还手续费"}
    teller.refused(group, "complete-step", 422, "invalid", step="fill_record_form")
    done = teller.ticks(group, "fill_record_form", record=record)
    clock = next(each for each in done["clocks"] if each["name"] == "customer_contact")
    # Wednesday; the third working day is Monday, which ends at 24:00 in Shanghai.
    assert clock["due_at"] == "2026-03-16T16:00:00.000Z"
    assert step(done, "fill_record_form")["recorded"]["customer_name"] == "王先生"
    met = house.person("complaint1").ticks(group, "contact_customer")
    clock = next(each for each in met["clocks"] if each["name"] == "customer_contact")
    assert clock["state"] == "met"


def test_a_drill_is_for_managers_and_says_so(house: House) -> None:
    office = house.person("office1").listens()
    answer = house.person("teller1").ask("POST", "/incidents", {"type": TYPE, "drill": True})
    assert answer.status_code == 403
    drill = house.person("manager1").raise_(TYPE, drill=True)
    assert drill["drill"] is True
    assert office.hears("alert")["drill"] is True
    real = house.person("teller1").raise_(TYPE)
    assert real["id"] != drill["id"]
