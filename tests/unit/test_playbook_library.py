"""The product's own playbooks: what the contract fixes about them, asserted outright."""

import pytest

from playbooks.load import LIBRARY, check, load_library
from playbooks.model import EVERYONE, Gate

PLAYBOOKS = load_library().playbooks
MEETING_CUSTOMERS = ["media_declared", "media_covert", "group_visit", "disruptive_customer"]
STEPS = [(playbook, step) for playbook in PLAYBOOKS.values() for step in playbook.steps]

LADDER = [
    (0, ("branch_manager", "office_staff")),
    (60, ("deputy_manager", "counter_supervisor")),
    (180, ("regional_manager",)),
    (300, ("hq_duty",)),
]
INFORM = {
    "media_declared": {"complaint_officer", "compliance_officer"},
    "media_covert": {"complaint_officer"},
    "group_visit": {"business_line", "complaint_officer", EVERYONE},
    "disruptive_customer": {"lobby_manager", "guard", "counter_supervisor"},
    "help": {EVERYONE},
}
SEVERITY = {
    "media_declared": "high",
    "media_covert": "high",
    "group_visit": "high",
    "disruptive_customer": "high",
    "help": "critical",
}

POLICE = (("injury", "major_loss"), None, True, ("danger_to_life",))
REDRESS = ((), "compliance_officer", False, ())
#: any_of, clearance, override, override_by_anyone_if: every gate of these (D4, S6); the others'
#: are in test_situation_playbooks.py.
GATES = {
    ("disruptive_customer", "call_police"): POLICE,
    ("group_visit", "call_police"): POLICE,
    ("help", "call_police"): POLICE,
    ("disruptive_customer", "promise_redress"): REDRESS,
    ("group_visit", "promise_redress"): REDRESS,
}
#: Every step that some roles alone may do (M4, M5).
ONLY = {
    ("media_declared", "receive_visitor"): ("office_staff",),
    ("media_declared", "give_interview"): ("office_staff",),
}
CONTAINMENT = {
    "media_declared": ["offer_seat"],
    "media_covert": ["lead_to_procedure"],
    "group_visit": ["divert"],
    "disruptive_customer": ["lead_away"],
    "help": ["make_safe"],
}
REQUIRED_STEPS = {
    "media_declared": {"check_identity", "call_office", "give_interview", "assess_risk"},
    "media_covert": {"call_office", "assess_risk"},
    "group_visit": {"prepare_room", "divert", "check_identity", "call_police"},
    "disruptive_customer": {"lead_away", "steady_others", "check_identity", "call_police"},
    "help": {"steady_others", "call_police"},
}
CLOCKS = {
    "customer_contact": ("step:fill_record_form", 3, "working_days", ("step:contact_customer",)),
    "call_back": ("closed", 7 * 24 * 3600, "plain", ()),
    "offer_answer": ("step:announce_assessment", 24 * 3600, "plain", ("step:promise_redress",)),
}


def ids(playbook_id: str) -> list[str]:
    return [step.id for step in PLAYBOOKS[playbook_id].steps]


def as_row(gate: Gate) -> tuple[tuple[str, ...], str | None, bool, tuple[str, ...]]:
    return gate.any_of, gate.clearance, gate.override, gate.override_by_anyone_if


def test_the_library_has_no_fault():
    assert check(LIBRARY) == []


def test_the_library_has_a_playbook_for_each_situation_at_the_counter():
    assert set(PLAYBOOKS) >= set(INFORM)


@pytest.mark.parametrize("playbook", INFORM)
def test_the_ladder_climbs_as_the_contract_says(playbook):
    ladder = PLAYBOOKS[playbook].ladder
    assert [(level.after, level.tell) for level in ladder] == LADDER
    assert PLAYBOOKS[playbook].repeat_every == 120
    assert PLAYBOOKS[playbook].act_within == 180


@pytest.mark.parametrize("playbook", INFORM)
def test_those_whom_the_contract_names_are_informed_at_the_tap(playbook):
    assert set(PLAYBOOKS[playbook].inform) == INFORM[playbook]
    assert len(PLAYBOOKS[playbook].inform) == len(INFORM[playbook])


@pytest.mark.parametrize("playbook", SEVERITY)
def test_the_severity_is_the_expected_one(playbook):
    assert PLAYBOOKS[playbook].severity == SEVERITY[playbook]


def test_every_gate_of_the_library_is_in_the_table_and_no_other():
    found = {
        (p.id, s.id): as_row(s.gate) for p, s in STEPS if s.gate is not None and p.id in INFORM
    }
    assert found == GATES


def test_every_only_of_the_library_is_in_the_table_and_no_other():
    assert {(p.id, s.id): s.only for p, s in STEPS if s.only and p.id in INFORM} == ONLY


def test_the_interview_has_no_gate_to_override_and_may_be_skipped():
    interview = PLAYBOOKS["media_declared"].step("give_interview")
    assert interview is not None
    assert interview.gate is None
    assert not interview.must


@pytest.mark.parametrize("playbook", CONTAINMENT)
def test_each_playbook_has_its_containment_step(playbook):
    steps = PLAYBOOKS[playbook].steps
    assert [step.id for step in steps if step.containment] == CONTAINMENT[playbook]
    for step in steps:
        if step.containment:
            assert step.gate is None
            assert not step.must


@pytest.mark.parametrize("playbook", REQUIRED_STEPS)
def test_the_steps_that_others_rely_on_are_there(playbook):
    assert set(ids(playbook)) >= REQUIRED_STEPS[playbook]


@pytest.mark.parametrize("playbook", MEETING_CUSTOMERS)
def test_the_complaint_procedure_ends_with_the_form_and_then_the_contact(playbook):
    order = ids(playbook)
    assert order.index("fill_record_form") < order.index("contact_customer")
    form = PLAYBOOKS[playbook].step("fill_record_form")
    assert form is not None
    assert form.must
    assert [field.name for field in form.record] == [
        "customer_name",
        "identity",
        "relation",
        "authority",
        "contact",
        "demand",
        "product",
        "amount_yuan",
        "materials",
        "told_customer",
        "contact_way",
        "call_before",
        "call_at",
    ]


def test_only_media_visits_keep_what_was_said_and_only_groups_have_representatives():
    assert {book.id for book in PLAYBOOKS.values() if book.press} == {
        "media_declared",
        "media_covert",
    }
    spoken_for = {book.id: book.representatives for book in PLAYBOOKS.values()}
    assert {book: most for book, most in spoken_for.items() if most} == {"group_visit": 5}


@pytest.mark.parametrize("playbook", ["group_visit", "disruptive_customer"])
def test_saying_that_it_will_be_assessed_comes_before_any_answer_about_money(playbook):
    order = ids(playbook)
    assert order.index("announce_assessment") < order.index("promise_redress")


@pytest.mark.parametrize(
    ("playbook", "names"),
    [
        ("media_declared", ["customer_contact", "call_back"]),
        ("media_covert", ["customer_contact", "call_back"]),
        ("group_visit", ["customer_contact", "offer_answer", "call_back"]),
        ("disruptive_customer", ["customer_contact", "offer_answer", "call_back"]),
    ],
)
def test_the_clocks_run_as_the_contract_says(playbook, names):
    clocks = PLAYBOOKS[playbook].clocks
    assert [clock.name for clock in clocks] == names
    for clock in clocks:
        row = (clock.starts, clock.within, clock.unit, clock.met_by)
        assert row == CLOCKS[clock.name]


@pytest.mark.parametrize("playbook", INFORM)
def test_a_playbook_stays_a_short_list(playbook):
    assert 7 <= len(PLAYBOOKS[playbook].steps) <= 12


def test_the_step_that_the_tap_itself_completes_comes_first_where_there_is_one():
    for playbook, step in STEPS:
        if step.completed_by_raising:
            assert playbook.steps[0] is step


def test_a_locked_step_has_no_deadline_of_its_own():
    assert [(p.id, s.id) for p, s in STEPS if s.gate is not None and s.due is not None] == []


def test_the_tiles_stand_in_their_order_and_the_covert_one_is_never_drawn():
    drawn = sorted((p.tap.order, p.id) for p in PLAYBOOKS.values() if not p.tap.hidden)
    assert [id for _, id in drawn][:3] == ["media_declared", "group_visit", "disruptive_customer"]
    assert drawn[-1][1] == "help"
    assert len({order for order, _ in drawn}) == len(drawn)
    assert [p.id for p in PLAYBOOKS.values() if p.tap.hidden] == ["media_covert"]


def test_only_the_covert_visit_is_discreet():
    assert [p.id for p in PLAYBOOKS.values() if p.discreet] == ["media_covert"]


def test_a_covert_step_belongs_to_somebody_with_a_phone():
    with_phones = {"branch_manager", "office_staff", "counter_supervisor", "complaint_officer"}
    assert {step.owner for step in PLAYBOOKS["media_covert"].steps} <= with_phones


def test_a_covert_visit_first_tells_what_not_to_do():
    covert = PLAYBOOKS["media_covert"]
    first = next(step for step in covert.steps if not step.completed_by_raising)
    assert first.id == "stay_quiet"
    assert first.avoid
    assert not first.say
    assert covert.advice[0].zh.startswith("不要")


def test_the_help_tile_says_how_to_call_the_police():
    assert any("110" in text.zh and "110" in text.en for text in PLAYBOOKS["help"].advice)
