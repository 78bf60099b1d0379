"""Who speaks for a group, who is in which room (G2, G4), what the office told the media (M5)."""

from datetime import timedelta

import pytest

from escalation.commands import AddPlaybook
from escalation.dealing_commands import (
    LeadToRoom,
    LeaveRoom,
    NameRepresentative,
    RecordPressStatement,
    WithdrawRepresentative,
)
from escalation.refusal import Forbidden, Invalid, Refused
from tests.builders import Bank, Case, typed

PRESS = RecordPressStatement(typed("李记者"), typed("晚报"), typed("为什么"), typed("正在核实"))


def group() -> Case:
    return Bank().raises("teller1", "group_visit")


def named(case: Case, times: int) -> None:
    for _ in range(times):
        case.does("lobby1", NameRepresentative(typed("红衣女士")))


def test_five_may_speak_for_a_group_and_a_sixth_is_refused():
    case = group()
    named(case, 5)
    with pytest.raises(Refused, match="at most 5 representatives"):
        named(case, 1)
    first = next(iter(case.state.dealings.representatives))
    case.does("lobby1", WithdrawRepresentative(first))
    named(case, 1)
    speaking = [each for each in case.state.dealings.representatives.values() if each.until is None]
    assert len(speaking) == 5
    assert "红衣女士" not in str([event.data for event in case.events])
    with pytest.raises(Invalid):
        case.does("lobby1", WithdrawRepresentative(first))


def test_representatives_belong_to_a_group():
    case = Bank().raises("teller1", "disruptive_customer")
    with pytest.raises(Refused, match="group visit"):
        named(case, 1)
    case.does("teller1", AddPlaybook("group_visit"))
    named(case, 1)


def test_people_are_in_a_room_from_then_until_then():
    case = group()
    case.bank.later(120)
    case.does("lobby1", LeadToRoom(typed("三位女士"), typed("接待室"), 3))
    (stay,) = case.state.dealings.stays.values()
    assert (stay.people, stay.since, stay.until) == (3, case.bank.now, None)
    case.bank.later(600)
    left = case.bank.now - timedelta(seconds=60)
    case.does("lobby1", LeaveRoom(stay.id, left))
    assert case.state.dealings.stays[stay.id].until == left
    with pytest.raises(Invalid):
        case.does("lobby1", LeaveRoom(stay.id))


@pytest.mark.parametrize("minutes", [-1, 61])
def test_a_moment_lies_between_the_beginning_and_now(minutes):
    case = group()
    opened = case.bank.now
    case.bank.later(3600)
    at = opened + timedelta(minutes=minutes)
    with pytest.raises(Invalid):
        case.does("lobby1", LeadToRoom(typed(), typed(), at=at))


def test_nobody_leaves_before_they_came():
    case = group()
    opened = case.bank.now
    case.bank.later(600)
    case.does("lobby1", LeadToRoom(typed(), typed()))
    stay = next(iter(case.state.dealings.stays))
    with pytest.raises(Invalid):
        case.does("lobby1", LeaveRoom(stay, opened))


@pytest.mark.parametrize("people", [0, 1000])
def test_a_room_holds_people(people):
    with pytest.raises(Invalid):
        group().does("lobby1", LeadToRoom(typed(), typed(), people))


def test_only_the_office_puts_words_to_the_media_on_record():
    case = Bank().raises("teller1", "media_declared")
    for who in ("teller1", "manager1", "regional1", "complaint1"):
        with pytest.raises(Forbidden):
            case.does(who, PRESS)
    assert case.does("office1", PRESS) == ["press_statement.recorded"]
    (told,) = case.state.dealings.press.values()
    assert told.by == "id-of-office1"
    assert "正在核实" not in str([event.data for event in case.events])


def test_words_to_the_media_belong_to_a_media_visit():
    case = group()
    with pytest.raises(Refused, match="media visit"):
        case.does("office1", PRESS)
