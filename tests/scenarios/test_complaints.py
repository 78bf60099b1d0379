"""Complaints in three tiers (domain.md, S1-S7, A8), from the tap to the written statement."""

from tests.house import House
from tests.scenarios.steps import clock, names, step, types

HOUR = 3600


def test_a_light_complaint_has_two_hours_and_a_day_and_a_named_contact(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    complaint = house.person("teller1").raise_("complaint_light")
    supervisor.hears("alert", incident_id=complaint["id"])
    assert clock(complaint, "first_response")["due_at"] == "2026-03-11T04:00:00.000Z"
    assert clock(complaint, "resolution")["due_at"] == "2026-03-12T02:00:00.000Z"
    supervisor.command(complaint, "acknowledge")
    house.advance(600)
    answered = supervisor.ticks(complaint, "first_response", record={"named_contact": "陈敏"})
    assert clock(answered, "first_response")["state"] == "met"
    solved = house.person("complaint1").ticks(complaint, "tell_solution")
    assert clock(solved, "resolution")["state"] == "met"


def test_nobody_closes_a_complaint_without_its_root_cause(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    complaint = house.person("teller1").raise_("complaint_light")
    supervisor.command(complaint, "acknowledge")
    supervisor.ticks(complaint, "first_response")
    supervisor.command(complaint, "contain")
    closing = {"resolution": "道了歉", "outcome": "settled"}
    supervisor.refused(complaint, "close", 409, "root-cause-missing", **closing)
    closed = supervisor.command(complaint, "close", root_cause="communication.defensive", **closing)
    assert closed["status"] == "closed"
    assert clock(closed, "call_back")["due_at"] == "2026-03-18T02:00:00.000Z"


def test_whether_it_was_our_mistake_opens_the_right_words(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    complaint = house.person("teller1").raise_("complaint_medium")
    assert step(complaint, "correct_mistake")["state"] == "locked"
    assert step(complaint, "explain_calmly")["state"] == "locked"
    judged = supervisor.ticks(complaint, "judge_kind", record={"kind": "perception"})
    assert judged["facts"]["complaint_kind"] == "perception"
    assert step(judged, "explain_calmly")["state"] == "ready"
    assert step(judged, "correct_mistake")["state"] == "locked"
    house.person("teller1").refused(
        complaint, "complete-step", 409, "step-locked", step="correct_mistake"
    )
    other = supervisor.command(complaint, "record-facts", facts={"complaint_kind": "fact"})
    assert step(other, "correct_mistake")["state"] == "ready"


def test_progress_is_told_every_two_hours_until_it_is_solved(house: House) -> None:
    house.person("manager1").listens()
    officer = house.person("complaint1").listens()
    complaint = house.person("teller1").raise_("complaint_medium")
    house.person("manager1").command(complaint, "acknowledge")
    house.person("supervisor1").ticks(complaint, "first_contact")
    told = []
    for _ in range(3):
        house.advance(HOUR)
        after = officer.ticks(complaint, "tell_progress", record={"told": "产品部门在核"})
        told.append(clock(after, "progress")["due_at"])
        assert step(after, "tell_progress")["state"] == "ready"
        assert step(after, "tell_progress")["done_by"]["username"] == "complaint1"
    assert told == [f"2026-03-11T0{hour}:00:00.000Z" for hour in (5, 6, 7)]

    house.advance(2 * HOUR)
    missed = officer.incident(complaint)
    assert clock(missed, "progress")["state"] == "missed"
    officer.hears("alert", incident_id=complaint["id"], reason="clock")
    officer.ticks(complaint, "tell_progress")
    solved = officer.ticks(complaint, "tell_solution", record={"solution": "权益已补发"})
    assert clock(solved, "progress")["state"] == "met"
    assert clock(solved, "resolution")["state"] == "met"


def test_nobody_is_called_by_night(house: House) -> None:
    house.person("manager1").listens()
    complaint = house.person("teller1").raise_("complaint_medium")
    house.person("manager1").command(complaint, "acknowledge")
    house.advance(8 * HOUR + 60)
    evening = house.person("complaint1").ticks(complaint, "tell_progress")
    assert clock(evening, "progress")["due_at"] == "2026-03-12T00:00:00.000Z"


def test_a_promise_of_money_waits_for_compliance(house: House) -> None:
    house.person("manager1").listens()
    manager = house.person("manager1")
    complaint = house.person("teller1").raise_("complaint_heavy")
    promise = {"step": "promise_redress", "override_reason": "客户急"}
    for who in ("teller1", "manager1", "regional1"):
        house.person(who).refused(complaint, "complete-step", 409, "step-locked", **promise)
    said = manager.ticks(complaint, "announce_assessment")
    assert clock(said, "offer_answer")["due_at"] == "2026-03-12T02:00:00.000Z"
    house.person("compliance1").command(complaint, "clear-step", step="promise_redress")
    kept = manager.ticks(complaint, "promise_redress")
    assert clock(kept, "offer_answer")["state"] == "met"


def test_a_heavy_complaint_starts_report_and_contingency_together_each_with_its_proof(
    house: House,
) -> None:
    manager = house.person("manager1").listens()
    complaint = house.person("teller1").raise_("complaint_heavy")
    half_an_hour = "2026-03-11T02:30:00.000Z"
    for name in ("report_up", "contingency"):
        assert clock(complaint, name)["due_at"] == half_an_hour
    manager.command(complaint, "acknowledge")
    assert "compliance1" in names(complaint["informed"])

    house.advance(300)
    reported = manager.ticks(complaint, "report_up", record={"reported_to": "许建国"})
    assert clock(reported, "report_up")["state"] == "met"
    assert clock(reported, "contingency")["state"] == "running"
    assert clock(reported, "supervisor_talks")["due_at"] == "2026-03-11T02:15:00.000Z"
    house.advance(60)
    started = manager.ticks(complaint, "start_contingency", record={"plan": "一号预案"})
    assert clock(started, "contingency")["state"] == "met"
    met = [each for each in manager.timeline(complaint)["events"] if each["type"] == "clock.met"]
    assert [(each["data"]["name"], each["data"]["by"]) for each in met] == [
        ("report_up", "step:report_up"),
        ("contingency", "step:start_contingency"),
    ]


def test_a_supervisor_talks_with_compliances_authority_in_hand(house: House) -> None:
    supervisor = house.person("supervisor1").listens()
    compliance = house.person("compliance1").listens()
    complaint = house.person("teller1").raise_("complaint_heavy")
    supervisor.command(complaint, "acknowledge")
    supervisor.ticks(complaint, "report_up")
    talks = {"step": "supervisor_talks", "override_reason": "客户等不及"}
    supervisor.refused(complaint, "complete-step", 409, "step-locked", **talks)
    house.advance(480)
    compliance.hears("alert", incident_id=complaint["id"], reason="clock")
    compliance.command(complaint, "clear-step", step="supervisor_talks", reason="按口径谈")
    talked = supervisor.ticks(complaint, "supervisor_talks")
    assert clock(talked, "supervisor_talks")["state"] == "met"
    assert "step.cleared" in types(supervisor.timeline(complaint))


def test_the_loss_is_stopped_first_and_the_loop_is_closed_in_writing(house: House) -> None:
    manager = house.person("manager1").listens()
    complaint = house.person("teller1").raise_("complaint_heavy")
    manager.command(complaint, "acknowledge")
    assert manager.refused(complaint, "contain", 409, "containment-open")["steps"] == [
        "freeze_account"
    ]
    manager.ticks(complaint, "freeze_account", record={"stopped": "尾号 1024 止付"})
    manager.command(complaint, "contain")
    skipping = {"step": "written_statement", "reason": "客户不要"}
    manager.refused(complaint, "skip-step", 409, "step-locked", **skipping)
    written = house.person("complaint1").ticks(
        complaint,
        "written_statement",
        record={"statement": "处理经过如下", "sent_on": "2026-03-12"},
    )
    assert step(written, "written_statement")["recorded"]["sent_on"] == "2026-03-12"
    house.person("complaint1").ticks(complaint, "invite_review", record={"invited_to": "open_day"})


def test_a_promise_is_paused_and_extended_with_a_name_and_a_reason(house: House) -> None:
    manager = house.person("manager1").listens()
    teller = house.person("teller1")
    complaint = teller.raise_("complaint_medium")
    manager.command(complaint, "acknowledge")
    more = {"clock": "resolution", "until": "2026-03-16T02:00:00Z", "reason": "产品方还在核"}
    teller.refused(complaint, "extend-clock", 403, "forbidden", **more)
    manager.refused(complaint, "extend-clock", 422, "invalid", **{**more, "clock": "tea"})
    manager.refused(complaint, "extend-clock", 422, "invalid", **{**more, "until": "明天"})
    extended = manager.command(complaint, "extend-clock", **more)
    assert clock(extended, "resolution")["due_at"] == "2026-03-16T02:00:00.000Z"
    away = {"clock": "progress", "until": "2026-03-11T08:00:00+08:00", "reason": "客户在飞机上"}
    manager.refused(complaint, "pause-clock", 422, "invalid", **away)
    paused = manager.command(
        complaint, "pause-clock", **{**away, "until": "2026-03-11T12:00:00+08:00"}
    )
    assert clock(paused, "progress")["state"] == "paused"
    house.advance(2 * HOUR + 1)
    running = clock(manager.incident(complaint), "progress")
    assert running == {
        "name": "progress",
        "due_at": "2026-03-11T06:00:00.000Z",
        "met_at": None,
        "state": "running",
    }
    extension = next(
        each for each in manager.timeline(complaint)["events"] if each["type"] == "clock.extended"
    )
    assert extension["actor"]["name"]
    assert set(extension["data"]["reason"]) == {"sealed"}


def test_the_regulators_term_starts_with_compliances_word(house: House) -> None:
    house.person("manager1").listens()
    complaint = house.person("teller1").raise_("complaint_heavy")
    house.person("manager1").refused(
        complaint, "complete-step", 403, "forbidden", step="register_regulator"
    )
    compliance = house.person("compliance1")
    signed = compliance.ticks(complaint, "register_regulator", record={"received_on": "2026-03-11"})
    assert clock(signed, "regulator_answer")["due_at"] == "2026-03-26T16:00:00.000Z"
    thirty = {"clock": "regulator_answer", "until": "2026-04-10T16:00:00Z", "reason": "情况复杂"}
    house.person("manager1").refused(complaint, "extend-clock", 403, "forbidden", **thirty)
    longer = compliance.command(complaint, "extend-clock", **thirty)
    assert clock(longer, "regulator_answer")["due_at"] == "2026-04-10T16:00:00.000Z"


def test_a_privacy_leak_reaches_compliance_first_and_waits_for_its_word(house: House) -> None:
    compliance = house.person("compliance1").listens()
    manager = house.person("manager1").listens()
    leak = house.person("teller1").raise_("privacy_leak")
    assert compliance.hears("alert", incident_id=leak["id"])["level"] == 1
    manager.command(leak, "acknowledge")
    manager.refused(
        leak, "complete-step", 409, "step-locked", step="tell_privacy", override_reason="客户在问"
    )
    compliance.command(leak, "clear-step", step="tell_privacy")
    assert step(manager.ticks(leak, "tell_privacy"), "tell_privacy")["state"] == "done"
