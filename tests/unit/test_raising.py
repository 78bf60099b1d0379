"""A tap, a second tap of the same, and taking it back (contract, section 3)."""

from datetime import timedelta

import pytest

from escalation.commands import AddNote, Cancel, Open, ReportLate
from escalation.refusal import Forbidden, Invalid, Refused
from tests.builders import LIBRARY, Bank, Case, NotSeen, names, typed


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "group_visit")


def reporters(case):
    return names(report.user for report in case.state.reports if not report.withdrawn)


def test_a_tap_opens_the_playbook_and_alerts_and_tells(case):
    assert case.types() == [
        "incident.opened",
        "step.completed",
        "alert.raised",
        "alert.informed",
    ]


def test_the_opening_names_the_playbook_by_its_hash(case):
    data = case.events[0].data
    book = LIBRARY["group_visit"]
    assert data["playbook"] == {"id": "group_visit", "version": book.version, "sha256": book.sha256}
    assert data["number"] == "CB-2603-0001"
    assert data["type"] == "group_visit"
    assert data["title"] == book.title.as_json()


def test_the_step_that_the_tap_itself_is_stands_done_by_the_reporter(case):
    done = case.state.progress_of("report_superior")
    assert (done.state, done.by) == ("done", "id-of-teller1")


def test_facts_and_note_of_the_tap_are_kept_and_sealed(bank):
    case = bank.raises(
        "teller1",
        "group_visit",
        facts={"head_count": 6, "demand": typed("退款")},
        note=typed("围在柜台"),
    )
    assert case.state.facts["head_count"] == 6
    assert set(case.state.facts["demand"]) == {"sealed"}
    assert "退款" not in str([event.data for event in case.events])
    assert "围在柜台" not in str([event.data for event in case.events])
    assert case.of("note.added")


def test_the_times_of_a_late_tap_are_its_own_and_its_ladder_counts_from_the_receipt(bank):
    happened = bank.now - timedelta(minutes=20)
    case = bank.raises("teller1", "group_visit", happened=happened)
    assert case.state.opened_at == happened
    assert case.state.opened_recorded_at == bank.now
    assert case.due()["ladder"] == 60


@pytest.mark.parametrize(
    ("who", "branch", "may"),
    [
        ("teller1", "east-01", True),
        ("guard1", "east-01", True),
        ("office1", "east-01", True),
        ("manager1", "east-01", True),
        ("regional1", "east-01", True),
        ("regional1", "west-01", False),
        ("hqduty1", "west-01", True),
        ("teller3", "east-01", False),
        ("manager2", "east-01", False),
        ("complaint1", "east-01", False),
        ("office2", "east-01", False),
        ("compliance1", "east-01", False),
        ("auditor1", "east-01", False),
        ("admin1", "east-01", False),
    ],
)
def test_who_may_raise_where(bank, who, branch, may):
    if may:
        assert bank.raises(who, "group_visit", branch)
    else:
        with pytest.raises(NotSeen):
            bank.raises(who, "group_visit", branch)


def test_a_paired_tablet_raises_with_nobody_signed_in_at_its_own_branch_only(bank):
    case = bank.raises(None, "help", device="tablet-1")
    assert case.events[0].actor.kind == "device"
    assert case.state.reports[0].device == "tablet-1"
    with pytest.raises(NotSeen):
        bank.raises(None, "help", "east-02", device="tablet-1")


def test_an_unknown_member_of_staff_as_subject_is_refused_and_nothing_has_happened(bank):
    with pytest.raises(Invalid):
        bank.raises("teller1", "group_visit", facts={"subject_staff": "nobody"})
    assert bank.cases == []


def test_a_second_tap_joins_without_a_second_alert_and_its_words_are_kept(case):
    types = case.joined_by("teller2", facts={"head_count": 9}, note=typed())
    assert types == ["incident.joined", "facts.recorded", "note.added"]
    assert reporters(case) == {"teller1", "teller2"}
    assert case.state.facts["head_count"] == 9
    assert case.state.reports[1].alias != case.state.id


def test_a_second_tap_joins_even_what_has_just_been_closed(case):
    case.closed_by("manager1")
    assert case.joined_by("teller2") == ["incident.joined"]
    assert case.state.status == "closed"


def test_the_only_reporter_takes_it_back_within_a_minute_and_it_is_cancelled(bank, case):
    bank.later(60)
    assert case.does("teller1", Cancel(typed("误触"))) == ["incident.cancelled"]
    assert case.state.status == "cancelled"
    assert case.due() == {}
    assert "误触" not in str(case.events[-1].data)


def test_after_a_minute_a_reporter_takes_nothing_back(bank, case):
    bank.later(60.001)
    with pytest.raises(Forbidden):
        case.does("teller1", Cancel(typed()))


def test_a_cancel_that_was_done_in_time_counts_though_it_arrives_late(bank, case):
    in_time = bank.now + timedelta(seconds=50)
    bank.later(300)
    case.does("teller1", Cancel(typed()), happened=in_time)
    assert case.state.status == "cancelled"


def test_while_other_reports_stand_a_reporter_withdraws_only_their_own(case):
    case.joined_by("teller2")
    assert case.does("teller1", Cancel(typed())) == ["incident.report_withdrawn"]
    assert case.state.status == "open"
    assert reporters(case) == {"teller2"}
    assert "ladder" in case.due(), "the alarm goes on"
    case.does("teller2", Cancel(typed()))
    assert case.state.status == "cancelled"


def test_what_was_withdrawn_is_not_withdrawn_again(case):
    case.joined_by("teller2")
    case.does("teller1", Cancel(typed()))
    with pytest.raises(Forbidden):
        case.does("teller1", Cancel(typed()))


def test_a_second_tap_of_ones_own_does_not_make_the_first_young_again(bank, case):
    bank.later(50)
    case.joined_by("teller1")
    bank.later(30)
    assert case.does("teller1", Cancel(typed())) == ["incident.report_withdrawn"]
    assert case.state.status == "open"


def test_others_who_are_no_managers_cancel_nothing(case):
    for who in ("teller2", "office1", "complaint1", "auditor1"):
        with pytest.raises(Forbidden):
            case.does(who, Cancel(typed()))


@pytest.mark.parametrize("who", ["manager1", "deputy1", "supervisor1", "regional1", "hqduty1"])
def test_a_manager_ends_it_all_at_any_time(bank, case, who):
    case.joined_by("teller2")
    case.acknowledged_by("manager1")
    bank.later(5000)
    assert case.does(who, Cancel(typed())) == ["incident.cancelled"]


def test_a_paired_tablet_takes_back_what_it_raised(bank):
    case = bank.raises(None, "help", device="tablet-1")
    with pytest.raises(NotSeen):
        case.does(None, Cancel(typed()), device="tablet-2")
    assert case.does(None, Cancel(typed()), device="tablet-1") == ["incident.cancelled"]


def test_who_signs_in_on_the_tablet_takes_back_what_it_raised(bank):
    case = bank.raises(None, "help", device="tablet-1")
    assert case.does("teller2", Cancel(typed()), device="tablet-1") == ["incident.cancelled"]


def test_a_paired_tablet_alone_does_nothing_else(bank):
    case = bank.raises(None, "help", device="tablet-1")
    with pytest.raises(Forbidden):
        case.does(None, AddNote(typed()), device="tablet-1")


def test_cancelling_erases_nothing(case):
    before = list(case.events)
    case.does("teller1", Cancel(typed()))
    assert case.events[: len(before)] == before
    assert case.alerted(level=1) == {"manager1", "office1"}


def test_a_cancelled_incident_takes_no_more_commands(case):
    case.does("teller1", Cancel(typed()))
    with pytest.raises(Refused) as refused:
        case.does("manager1", Cancel(typed()))
    assert refused.value.kind == "cancelled"


def test_what_came_too_late_is_kept_with_its_reason_and_sealed(bank, case):
    case.closed_by("manager1")
    late = ReportLate("add-note", {"text": typed("他们走了")}, "closed")
    context = bank.context(bank.caller("teller1"), happened=bank.now - timedelta(hours=1))
    assert case.decides(late, context) == ["report.late"]
    event = case.events[-1]
    assert (event.data["command"], event.data["because"]) == ("add-note", "closed")
    assert "他们走了" not in str(event.data)
    assert event.occurred.estimate == bank.now - timedelta(hours=1)
    assert case.state.status == "closed"


def test_a_tap_with_a_bad_signature_is_accepted_and_the_fault_is_on_record(bank):
    context = bank.context(bank.caller("teller1", "tablet-1"))
    case = Case(bank)
    case.decides(
        Open("i1", "help", "east-01"), context._replace(device_fault="the signature is wrong")
    )
    assert case.events[0].device is None
    assert case.events[0].data["device_fault"] == "the signature is wrong"


SIGNED = {"id": "tablet-1", "seq": 4, "signature": "x", "signed": "{}"}


def test_a_signature_stands_on_the_first_event_that_its_command_caused(bank, case):
    case.does("teller2", AddNote(typed()), signed=SIGNED)
    assert case.events[-1].device == SIGNED
    context = bank.context(bank.caller("teller1", "tablet-1"), device=SIGNED)
    before = len(case.events)
    joined = Open(bank.new_id(), "group_visit", "east-01", note=typed())
    case.decides(joined, context)
    assert [event.device for event in case.events[before:]] == [SIGNED, None]


def test_what_the_rules_do_happens_at_the_receipt_however_late_the_deed(bank):
    case = bank.raises("teller1", "group_visit", happened=bank.now - timedelta(hours=1))
    raised = case.of("alert.raised")[0]
    assert (raised.occurred.basis, raised.occurred.estimate) == ("server", bank.now)
    assert case.events[0].occurred.estimate == bank.now - timedelta(hours=1)


def test_what_the_rules_do_is_the_systems_and_never_signed_by_a_tablet(bank):
    case = bank.raises("teller1", "group_visit", device="tablet-1")
    for event in case.events:
        assert (event.actor.kind == "system") == event.type.startswith("alert.")
