"""Complaints, threats, the five customers and the rest: what each file says, line by line."""

import pytest

from playbooks.gates import gate_open, proposals, told_by_duty
from playbooks.load import load_library
from playbooks.model import Condition, Gate

LIBRARY = load_library()
PLAYBOOKS = LIBRARY.playbooks
AT_THE_COUNTER = {"media_declared", "media_covert", "group_visit", "disruptive_customer", "help"}
OTHERS = sorted(set(PLAYBOOKS) - AT_THE_COUNTER)
CUSTOMERS = ["exploding", "weeping", "evidence", "serving_agent", "departed_agent"]

NEVER_TO_EVIDENCE = (Condition("profile", "evidence"),)
#: Which fact, which value of a fact, whose word, and what keeps shut: every gate of the others.
GATES: dict[str, tuple[tuple[str, ...], tuple[Condition, ...], str | None, bool]] = {
    "promise_redress": ((), (), "compliance_officer", False),
    "supervisor_talks": ((), (), "compliance_officer", False),
    "tell_privacy": ((), (), "compliance_officer", False),
    "mention_liability": ((), (), "legal_officer", False),
    "correct_mistake": ((), (Condition("complaint_kind", "fact"),), None, True),
    "explain_calmly": ((), (Condition("complaint_kind", "perception"),), None, True),
    "stop_collection": ((), (Condition("card_topic", "collection"),), None, True),
    "care_for_them": (("who_vulnerable",), (), None, True),
    "legal_reads": (("who_lawyer",), (), None, True),
    "office_stands_by": (("threat_media",), (), None, True),
    "compliance_prepares": (("threat_regulator",), (), None, True),
    "region_prepares": (("threat_petition",), (), None, True),
    "legal_prepares": (("threat_court",), (), None, True),
    "tell_family": (("injury",), (), None, True),
    "call_police": (("injury", "major_loss"), (), None, True),
}
GATED = {
    "complaint_light": {"promise_redress", "correct_mistake", "explain_calmly"},
    "complaint_medium": {"promise_redress", "correct_mistake", "explain_calmly"},
    "complaint_heavy": {"supervisor_talks", "promise_redress", "correct_mistake", "explain_calmly"},
    "sensitive_identity": {"care_for_them", "legal_reads"},
    "threat": {"office_stands_by", "compliance_prepares", "region_prepares", "legal_prepares"},
    "customer_exploding": {"promise_redress"},
    "customer_weeping": {"promise_redress"},
    "customer_evidence": {"promise_redress"},
    "customer_serving_agent": {"correct_mistake", "explain_calmly"},
    "customer_departed_agent": {"mention_liability"},
    "cash_swallowed": set(),
    "investment_loss": {"promise_redress", "correct_mistake", "explain_calmly"},
    "card_complaint": {
        "promise_redress",
        "correct_mistake",
        "explain_calmly",
        "stop_collection",
    },
    "privacy_leak": {"tell_privacy", "promise_redress"},
    "injury_or_loss": {"call_police", "freeze_account", "tell_family"},
}
ONLY_COMPLIANCE = {
    (book, step)
    for book in ("complaint_heavy", "threat")
    for step in ("register_regulator", "answer_regulator")
}
HOUR = 3600
#: Starts, seconds or days, unit, met by: the clocks that only these playbooks have (S1-S3).
CLOCKS = {
    ("complaint_light", "first_response"): ("raised", 2 * HOUR, "plain", "step:first_response"),
    ("complaint_light", "resolution"): ("raised", 24 * HOUR, "plain", "step:tell_solution"),
    ("complaint_medium", "contact"): ("raised", HOUR, "plain", "step:first_contact"),
    ("complaint_medium", "progress"): ("raised", 2 * HOUR, "plain", "step:tell_progress"),
    ("complaint_medium", "resolution"): ("raised", 48 * HOUR, "plain", "step:tell_solution"),
    ("complaint_heavy", "report_up"): ("raised", HOUR // 2, "plain", "step:report_up"),
    ("complaint_heavy", "contingency"): ("raised", HOUR // 2, "plain", "step:start_contingency"),
    ("complaint_heavy", "supervisor_talks"): (
        "step:report_up",
        600,
        "plain",
        "step:supervisor_talks",
    ),
    ("complaint_heavy", "regulator_answer"): (
        "step:register_regulator",
        15,
        "days",
        "step:answer_regulator",
    ),
    ("threat", "regulator_answer"): (
        "step:register_regulator",
        15,
        "days",
        "step:answer_regulator",
    ),
    ("threat", "report_up"): ("raised", HOUR // 2, "plain", "step:report_up"),
    ("customer_evidence", "report_up"): ("raised", 600, "plain", "step:report_up"),
}


def gates(playbook: str) -> dict[str, Gate]:
    return {step.id: step.gate for step in PLAYBOOKS[playbook].steps if step.gate is not None}


def clock(playbook: str, name: str):
    return next(rule for rule in PLAYBOOKS[playbook].clocks if rule.name == name)


def test_each_of_the_other_situations_has_its_playbook():
    assert sorted(GATED) == OTHERS


@pytest.mark.parametrize("playbook", OTHERS)
def test_every_gate_is_in_the_table_and_no_other(playbook):
    assert set(gates(playbook)) == GATED[playbook]
    for step, gate in gates(playbook).items():
        if step == "freeze_account":
            assert gate.any_of == ("major_loss",)
            continue
        row = (gate.any_of, gate.opens_if, gate.clearance, gate.override)
        assert row == GATES[step], step
        assert gate.shut_if == (NEVER_TO_EVIDENCE if step == "promise_redress" else ())


def test_money_is_locked_to_who_collects_evidence_in_every_playbook():
    promises = [
        gates(playbook)["promise_redress"]
        for playbook in PLAYBOOKS
        if "promise_redress" in gates(playbook)
    ]
    assert len(promises) == 11
    for gate in promises:
        assert gate_open(gate, {}, cleared=True)
        assert not gate_open(gate, {"profile": "evidence"}, cleared=True)


def test_the_police_gate_of_an_injury_is_the_one_that_all_have():
    police = gates("injury_or_loss")["call_police"]
    assert police.override_by_anyone_if == ("danger_to_life",)


def test_only_compliance_deals_with_the_regulator():
    found = {(p.id, s.id) for p in PLAYBOOKS.values() for s in p.steps if p.id in OTHERS and s.only}
    assert found == ONLY_COMPLIANCE
    for playbook, step_id in ONLY_COMPLIANCE:
        step = PLAYBOOKS[playbook].step(step_id)
        assert step is not None
        assert step.only == ("compliance_officer",)


@pytest.mark.parametrize(("playbook", "name"), sorted(CLOCKS))
def test_the_clocks_of_the_complaints_run_as_the_domain_says(playbook, name):
    rule = clock(playbook, name)
    assert (rule.starts, rule.within, rule.unit) == CLOCKS[playbook, name][:3]
    assert CLOCKS[playbook, name][3] in rule.met_by


@pytest.mark.parametrize("playbook", OTHERS)
def test_the_form_starts_three_working_days_everywhere(playbook):
    rule = clock(playbook, "customer_contact")
    assert (rule.within, rule.unit, rule.starts) == (3, "working_days", "step:fill_record_form")
    form = PLAYBOOKS[playbook].step("fill_record_form")
    assert form is not None
    assert form.must


def test_progress_is_told_again_and_again_by_day_until_it_is_solved():
    rule = clock("complaint_medium", "progress")
    assert rule.again
    assert rule.ends == ("step:tell_solution", "closed")
    assert rule.between is not None
    assert (rule.between.opens, rule.between.closes) == ("08:00", "20:00")
    step = PLAYBOOKS["complaint_medium"].step("tell_progress")
    assert step is not None
    assert step.repeats


@pytest.mark.parametrize("playbook", ["complaint_heavy", "threat"])
def test_the_regulators_term_is_extended_by_compliance_in_the_steps_of_the_rules(playbook):
    rule = clock(playbook, "regulator_answer")
    assert rule.extend_to == (30, 60)
    assert rule.extended_by == ("compliance_officer",)


def test_whoever_is_obliged_to_know_is_told_by_the_fact_itself():
    rows = {
        "threat_media": "office_staff",
        "threat_regulator": "compliance_officer",
        "threat_petition": "regional_manager",
        "threat_court": "legal_officer",
        "who_official": "regional_manager",
        "who_lawyer": "legal_officer",
        "who_influential": "office_staff",
        "who_vulnerable": "lobby_manager",
    }
    for fact, role in rows.items():
        assert told_by_duty(PLAYBOOKS.values(), {fact: True}) == (role,)
        assert told_by_duty(PLAYBOOKS.values(), {fact: False}) == ()


@pytest.mark.parametrize(
    ("facts", "proposed"),
    [
        *(({"profile": customer}, [f"customer_{customer}"]) for customer in CUSTOMERS),
        ({"manners": ["arrogant", "professional"]}, ["sensitive_identity"]),
        ({"manners": ["media_involved"]}, ["media_declared"]),
        ({"threat_court": True}, ["threat"]),
        ({"threat_media": True, "who_lawyer": True}, ["sensitive_identity", "threat"]),
        ({"who_vulnerable": True}, ["sensitive_identity"]),
        ({"injury": True}, ["injury_or_loss"]),
        ({"major_loss": True}, ["injury_or_loss"]),
        ({"danger_to_life": True}, ["help"]),
        ({"recording_seen": True, "place": "counter"}, []),
    ],
)
def test_facts_propose_the_playbook_that_they_ask_for(facts, proposed):
    assert [playbook for playbook, _ in proposals(LIBRARY, ["complaint_light"], facts)] == proposed


def test_no_fact_proposes_the_covert_visit():
    assert PLAYBOOKS["media_covert"].proposed_when == ()


def test_what_only_facts_propose_has_no_tile():
    by_facts = {playbook.id for playbook in PLAYBOOKS.values() if playbook.tap.by_facts}
    assert by_facts == {"sensitive_identity", "threat", *(f"customer_{each}" for each in CUSTOMERS)}
    for playbook in by_facts:
        assert PLAYBOOKS[playbook].proposed_when


@pytest.mark.parametrize("playbook", OTHERS)
def test_the_last_level_is_the_one_where_somebody_always_is(playbook):
    assert PLAYBOOKS[playbook].ladder[-1].tell == ("hq_duty",)


@pytest.mark.parametrize("playbook", OTHERS)
def test_each_has_one_first_thing_to_do(playbook):
    [step] = [step for step in PLAYBOOKS[playbook].steps if step.containment]
    assert step.due is not None
    assert step.gate is None


@pytest.mark.parametrize("tier", ["complaint_light", "complaint_medium", "complaint_heavy"])
def test_a_complaint_is_closed_with_its_root_cause(tier):
    assert PLAYBOOKS[tier].needs_root_cause


def test_a_privacy_leak_is_compliances_first():
    leak = PLAYBOOKS["privacy_leak"]
    assert leak.ladder[0].tell[0] == "compliance_officer"
    assert "compliance_officer" in PLAYBOOKS["complaint_heavy"].inform


def test_the_exploding_customer_meets_one_speaker_after_the_other():
    steps = {step.id: step for step in PLAYBOOKS["customer_exploding"].steps}
    speakers = ["listen_first", "supervisor_speaks", "agree_line", "manager_speaks"]
    assert [step for step in steps if step in speakers] == speakers
    assert [steps[each].owner for each in speakers] == [
        "teller",
        "counter_supervisor",
        "counter_supervisor",
        "branch_manager",
    ]


def test_card_topics_have_their_own_words():
    assert [card.id for card in PLAYBOOKS["card_complaint"].cards] == [
        "card_credit_record",
        "card_interest_fees",
        "card_instalments",
        "card_collection",
    ]
