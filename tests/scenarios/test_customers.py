"""Five customers to recognise, who they are and what they threaten (domain.md, T1-T5, P1, P2)."""

from tests.house import House
from tests.scenarios.steps import clock, names, step, types


def test_the_exploding_customer_climbs_three_speakers(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    manager = house.person("manager1").listens()
    teller = house.person("teller1")
    storm = teller.raise_("disruptive_customer")
    seen = teller.command(storm, "record-facts", facts={"profile": "exploding"})
    assert [each["playbook"] for each in seen["suggestions"]] == ["customer_exploding"]
    both = teller.command(storm, "add-playbook", playbook="customer_exploding")
    assert len([each for each in both["steps"] if each["id"] == "lead_away"]) == 1
    supervisor.hears("alert", incident_id=storm["id"])

    teller.ticks(storm, "listen_first")
    first = supervisor.command(storm, "acknowledge")
    assert first["in_charge"]["username"] == "supervisor1"
    house.advance(60)
    supervisor.ticks(storm, "supervisor_speaks")
    supervisor.ticks(storm, "agree_line")
    second = supervisor.command(storm, "hand-over", to="manager1", reason="请负责人出面")
    assert second["in_charge"]["username"] == "manager1"
    manager.hears("inform", incident_id=storm["id"])
    house.advance(120)
    calm = manager.ticks(storm, "manager_speaks")
    spoke = ["listen_first", "supervisor_speaks", "manager_speaks"]
    assert [step(calm, each)["done_by"]["username"] for each in spoke] == [
        "teller1",
        "supervisor1",
        "manager1",
    ]


def test_a_speaker_who_does_not_come_is_called(house: House) -> None:
    manager = house.person("manager1").listens()
    supervisor = house.person("supervisor1").listens()
    storm = house.person("teller1").raise_("customer_exploding")
    manager.command(storm, "acknowledge")
    house.person("lobby1").ticks(storm, "lead_away")
    house.advance(181)
    alert = supervisor.hears("alert", incident_id=storm["id"], reason="step")
    assert alert["urgency"] == "soon"


def test_who_collects_evidence_gets_no_promise_and_is_reported_within_minutes(
    house: House,
) -> None:
    manager = house.person("manager1").listens()
    supervisor = house.person("supervisor1").listens()
    teller = house.person("teller1")
    case = teller.raise_("complaint_light")
    supervisor.command(case, "acknowledge")
    manager.hears_nothing("alert", incident_id=case["id"])
    house.person("compliance1").command(case, "clear-step", step="promise_redress")
    assert step(teller.incident(case), "promise_redress")["state"] == "ready"

    seen = teller.command(case, "record-facts", facts={"profile": "evidence"})
    assert step(seen, "promise_redress")["state"] == "locked"
    supervisor.refused(
        case, "complete-step", 409, "step-locked", step="promise_redress", override_reason="就这次"
    )
    both = teller.command(case, "add-playbook", playbook="customer_evidence")
    manager.hears("alert", incident_id=case["id"])
    assert clock(both, "report_up")["due_at"] == "2026-03-11T02:10:00.000Z"
    assert {"complaint1", "compliance1"} <= names(both["informed"])
    house.advance(300)
    told = manager.ticks(case, "report_up", record={"reported_to": "区域值班"})
    assert clock(told, "report_up")["state"] == "met"
    assert step(told, "keep_material")["state"] == "ready"


def test_an_evidence_collector_whom_nobody_reports_raises_an_alarm(house: House) -> None:
    manager = house.person("manager1").listens()
    case = house.person("teller1").raise_("customer_evidence")
    manager.command(case, "acknowledge")
    manager.ticks(case, "say_accepted")
    house.advance(601)
    assert clock(manager.incident(case), "report_up")["state"] == "missed"
    assert "clock.missed" in types(manager.timeline(case))


def test_a_departed_agent_and_the_customer_are_separated(house: House) -> None:
    manager = house.person("manager1").listens()
    teller = house.person("teller1")
    case = teller.raise_("disruptive_customer")
    seen = teller.command(case, "record-facts", facts={"profile": "departed_agent"})
    assert [each["playbook"] for each in seen["suggestions"]] == ["customer_departed_agent"]
    teller.command(case, "add-playbook", playbook="customer_departed_agent")
    manager.command(case, "acknowledge")
    house.person("lobby1").ticks(case, "lead_away")
    assert manager.refused(case, "contain", 409, "containment-open")["steps"] == ["separate_agent"]
    house.person("lobby1").ticks(case, "separate_agent")
    manager.command(case, "contain")
    house.person("supervisor1").ticks(case, "receive_customer")


def test_liability_is_mentioned_only_in_words_that_legal_has_cleared(house: House) -> None:
    manager = house.person("manager1").listens()
    case = house.person("teller1").raise_("customer_departed_agent")
    manager.refused(
        case, "complete-step", 409, "step-locked", step="mention_liability", override_reason="气人"
    )
    house.person("compliance1").refused(
        case, "clear-step", 403, "forbidden", step="mention_liability"
    )
    house.person("legal1").command(case, "clear-step", step="mention_liability", reason="照此说")
    assert step(manager.ticks(case, "mention_liability"), "mention_liability")["state"] == "done"


def test_each_threat_tells_its_own_people_at_once(house: House) -> None:
    house.person("manager1").listens()
    legal = house.person("legal1").listens()
    compliance = house.person("compliance1").listens()
    teller = house.person("teller1")
    case = teller.raise_("disruptive_customer")
    legal.hears_nothing("inform")
    teller.command(case, "record-facts", facts={"threat_court": True})
    legal.hears("inform", incident_id=case["id"])
    compliance.hears_nothing("inform")
    flagged = teller.command(case, "record-facts", facts={"threat_regulator": True})
    compliance.hears("inform", incident_id=case["id"])
    assert {"threat_court", "threat_regulator"} <= set(flagged["flags"])
    assert [each["playbook"] for each in flagged["suggestions"]] == ["threat"]
    both = teller.command(case, "add-playbook", playbook="threat")
    ready = {each["id"] for each in both["steps"] if each["state"] == "ready"}
    assert {"legal_prepares", "compliance_prepares"} <= ready
    assert not {"office_stands_by", "region_prepares"} & ready


def test_a_lawyer_is_noted_early_and_legal_knows(house: House) -> None:
    house.person("manager1").listens()
    legal = house.person("legal1").listens()
    case = house.person("teller1").raise_("complaint_light", facts={"who_lawyer": True})
    legal.hears("inform", incident_id=case["id"])
    assert [each["playbook"] for each in case["suggestions"]] == ["sensitive_identity"]


def test_an_injury_opens_the_police_step_and_proposes_first_aid(house: House) -> None:
    house.person("manager1").listens()
    teller = house.person("teller1")
    case = teller.raise_("disruptive_customer")
    hurt = teller.command(case, "record-facts", facts={"injury": True})
    assert [each["playbook"] for each in hurt["suggestions"]] == ["injury_or_loss"]
    both = teller.command(case, "add-playbook", playbook="injury_or_loss")
    assert step(both, "call_police")["state"] == "ready"
    assert step(both, "tell_family")["state"] == "ready"
    assert step(both, "freeze_account")["state"] == "locked"
    assert both["severity"] == "critical"


def test_a_machine_keeps_cash_and_the_customer_hears_that_it_is_safe(house: House) -> None:
    lobby = house.person("lobby1").listens()
    case = house.person("teller1").raise_("cash_swallowed")
    lobby.hears("alert", incident_id=case["id"])
    lobby.ticks(case, "comfort_first")
    done = lobby.ticks(case, "agree_day", record={"credited_by": "2026-03-16"})
    assert step(done, "agree_day")["recorded"]["credited_by"] == "2026-03-16"


def test_the_topic_of_a_card_complaint_opens_its_words(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    case = house.person("teller1").raise_("card_complaint")
    assert step(case, "stop_collection")["state"] == "locked"
    noted = supervisor.ticks(case, "note_topic", record={"topic": "collection"})
    assert noted["facts"]["card_topic"] == "collection"
    assert step(noted, "stop_collection")["state"] == "ready"


def test_an_investment_loss_names_what_did_not_fit(house: House) -> None:
    manager = house.person("manager1").listens()
    case = house.person("teller1").raise_("investment_loss")
    record = {
        "risk_profile": "conservative",
        "mismatch": "稳健型买了股票基金",
        "cause": "marketing",
    }
    for missing in ("risk_profile", "mismatch"):
        unnamed = {name: said for name, said in record.items() if name != missing}
        manager.refused(case, "complete-step", 422, step="look_at_sale", record=unnamed)
    refused = manager.refused(case, "complete-step", 422, step="look_at_sale", record={})
    assert {each["field"] for each in refused["errors"]} >= {
        "record.risk_profile",
        "record.mismatch",
    }
    looked = manager.ticks(case, "look_at_sale", record=record)
    assert step(looked, "look_at_sale")["recorded"] == record
