"""How often marketing may ask, who claims again, and whose matter it is (A4, A9, S9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.commands import Cancel, LinkCustomer, UnlinkCustomer
from escalation.customer import (
    FREQUENT_WITHIN,
    LOWERED,
    ORDINARY,
    PERIODS,
    REPEAT_WITHIN,
    Card,
    Customer,
    Limit,
    Mark,
    Matter,
    RiskProfile,
    changed,
    frequent_since,
    repeat_claims,
)
from escalation.customer_rights import (
    added_at,
    looked_up_at,
    marketed_at,
    may_change,
    seen_whole_at,
)
from escalation.marketing import CHANNELS, WHY, may_call
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.rights import Caller
from tests.builders import EVERYBODY, MORNING, Bank, typed

SHANGHAI = ZoneInfo("Asia/Shanghai")
CARD = Card("c", "east-01", "李建国", "6222", "u", MORNING)
MARK = Mark("u", MORNING, "客户说的")
DAY = timedelta(days=1)
moments = st.integers(0, 400 * 24 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes))


def asked(card: Card = CARD, at: datetime = MORNING, *contacts: datetime, channel: str = "phone"):
    return may_call(Customer((card,), contacts), channel, at, SHANGHAI)


def test_what_is_offered_fits_the_most_cautious_of_their_cards():
    def offered(offer: RiskProfile, *profiles: RiskProfile | None) -> tuple[str, ...]:
        cards = tuple(replace(CARD, risk_profile=each) for each in profiles)
        return may_call(Customer(cards), "email", MORNING, SHANGHAI, offer).reasons

    assert offered("balanced", "aggressive", "balanced", None) == ()
    assert offered("balanced", "aggressive", "conservative") == ("unsuitable",)
    assert offered("aggressive", "balanced") == ("unsuitable",)
    assert offered("balanced", None) == ("no_risk_profile",)
    assert offered("conservative", None) == ()


def test_three_a_month_are_usual_and_the_fourth_waits_until_the_first_is_a_month_old():
    contacts = [MORNING, MORNING + DAY, MORNING + 2 * DAY]
    assert asked(CARD, MORNING + 3 * DAY, *contacts[:2]).allowed
    said = asked(CARD, MORNING + 3 * DAY, *contacts)
    assert said.reasons == ("limit_reached",)
    assert said.not_before == MORNING + PERIODS["month"]
    assert asked(CARD, MORNING + PERIODS["month"], *contacts).allowed


@pytest.mark.parametrize("tag", ["high_sensitivity", "low_trust"])
def test_these_tags_lower_three_a_month_to_one_a_quarter_by_themselves(tag: str):
    assert CARD.allowed == ORDINARY
    tagged = replace(CARD, tags=(tag,))
    assert tagged.allowed == LOWERED
    assert asked(tagged, MORNING + 40 * DAY, MORNING).reasons == ("limit_reached",)
    assert asked(tagged, MORNING + PERIODS["quarter"], MORNING).allowed


def test_of_what_was_chosen_and_what_the_tags_ask_for_the_stricter_holds():
    assert replace(CARD, limit=Limit(5, "month")).allowed == Limit(5, "month")
    often = replace(CARD, limit=Limit(5, "month"), tags=("low_trust",))
    assert often.allowed == LOWERED
    assert replace(CARD, tags=("official",)).allowed == ORDINARY
    two_cards = Customer((CARD, replace(CARD, id="d", tags=("low_trust",))))
    assert two_cards.allowed == LOWERED


def test_who_refused_is_never_called_and_no_time_is_named():
    said = asked(replace(CARD, do_not_contact=MARK, call_back_after=MORNING + DAY))
    assert said.reasons == ("do_not_contact", "call_back_later")
    assert said.not_before is None


def test_a_refusal_on_any_of_their_cards_holds():
    other = replace(CARD, id="d", org="west-01", do_not_contact=MARK)
    assert may_call(Customer((CARD, other)), "email", MORNING, SHANGHAI).reasons == (
        "do_not_contact",
    )


@pytest.mark.parametrize(("hour", "allowed"), [(7, False), (8, True), (19, True), (20, False)])
def test_what_disturbs_is_done_in_the_daytime_of_the_branch(hour: int, *, allowed: bool):
    at = datetime(2026, 3, 11, hour, 0, tzinfo=SHANGHAI).astimezone(UTC)
    assert asked(CARD, at).allowed is allowed
    assert asked(CARD, at, channel="email").allowed
    if not allowed:
        day = 11 if hour < 8 else 12
        assert asked(CARD, at).not_before == datetime(2026, 3, day, 8, 0, tzinfo=SHANGHAI)


def test_without_a_card_nothing_stands_against_it():
    assert may_call(Customer(()), "email", MORNING, SHANGHAI).allowed


@given(
    at=moments,
    contacts=st.lists(moments, max_size=8),
    back=st.none() | moments,
    limit=st.builds(Limit, st.integers(1, 4), st.sampled_from(["month", "quarter"])),
    channel=st.sampled_from(CHANNELS),
)
def test_from_the_named_time_on_it_is_allowed_and_not_a_minute_before(
    at, contacts, back, limit, channel
):
    card = replace(CARD, limit=limit, call_back_after=back)
    said = asked(card, at, *contacts, channel=channel)
    assert set(said.reasons) <= WHY.keys()
    if said.allowed:
        assert said.not_before is None
        return
    assert said.not_before is not None
    assert said.not_before > at
    assert asked(card, said.not_before, *contacts, channel=channel).allowed
    before = said.not_before - timedelta(minutes=1)
    assert before < at or not asked(card, before, *contacts, channel=channel).allowed


def test_the_third_matter_within_ninety_days_mutes_and_ninety_days_apart_does_not():
    third = MORNING + FREQUENT_WITHIN
    times = [MORNING, MORNING + DAY, third]
    assert frequent_since(times, None) == third
    assert frequent_since([MORNING, MORNING + DAY, third + timedelta(seconds=1)], None) is None
    assert frequent_since(times[:2], None) is None
    assert Customer((CARD,), complaints=tuple(times)).tags == ("frequent_complainant",)
    said = may_call(Customer((CARD,), complaints=tuple(times)), "email", third, SHANGHAI)
    assert said.reasons == ("frequent_complainant",)


def test_a_lift_makes_the_count_begin_anew():
    times = [MORNING + n * DAY for n in range(5)]
    lifted = times[2] + timedelta(hours=1)
    assert frequent_since(times, lifted) is None
    assert frequent_since([*times, MORNING + 6 * DAY], lifted) == MORNING + 6 * DAY
    card = replace(CARD, unmuted=replace(MARK, at=lifted))
    assert not Customer((card,), complaints=tuple(times)).muted


@given(st.lists(moments, max_size=7), st.none() | moments)
def test_frequent_is_whoever_has_any_three_matters_within_ninety_days(times, lifted):
    counted = sorted(each for each in times if lifted is None or each > lifted)
    threes = [three[-1] for three in combinations(counted, 3) if three[-1] - three[0] <= 90 * DAY]
    assert frequent_since(times, lifted) == (min(threes) if threes else None)


def test_the_same_cause_or_money_again_within_a_year_is_a_repeat_claim():
    def matters(apart: timedelta, cause: str | None, *, money: bool) -> list[Matter]:
        return [Matter(MORNING, cause, money), Matter(MORNING + apart, cause, money)]

    same = "promises.benefit_late"
    assert repeat_claims(matters(REPEAT_WITHIN, same, money=True)) == ("same_cause", "money_again")
    assert repeat_claims(matters(REPEAT_WITHIN, None, money=True)) == ("money_again",)
    assert repeat_claims(matters(REPEAT_WITHIN, "other", money=False)) == ()
    assert repeat_claims(matters(REPEAT_WITHIN + DAY, same, money=True)) == ()
    once = [Matter(MORNING, same, money=True), Matter(MORNING, "privacy.data_use", money=False)]
    assert repeat_claims(once) == ()


def test_a_card_keeps_the_risk_profile():
    kept = changed(CARD, {"risk_profile": "conservative"}, MARK)
    assert (kept.risk_profile, kept.revision) == ("conservative", 2)
    assert changed(kept, {"tags": ()}, MARK).risk_profile == "conservative"


def test_a_change_counts_a_revision_and_none_changes_nothing():
    assert changed(CARD, {"name": "李建国"}, MARK) is CARD
    after = changed(CARD, {"tags": ("low_trust",), "contact_limit": Limit(1, "month")}, MARK)
    assert (after.tags, after.limit, after.revision) == (("low_trust",), Limit(1, "month"), 2)


@pytest.mark.parametrize(
    "change",
    [{"mute_marketing": True}, {"mute_marketing": False}, {"do_not_contact": True}],
    ids=str,
)
def test_a_decision_about_a_customer_has_its_reason(change: dict[str, bool]):
    with pytest.raises(Invalid):
        changed(CARD, change, replace(MARK, reason=""))
    assert changed(CARD, change, MARK).revision == 2


def test_muting_by_hand_and_lifting_it_name_the_person():
    muted = changed(CARD, {"mute_marketing": True}, MARK)
    assert (muted.muted, muted.unmuted) == (MARK, None)
    assert changed(muted, {"mute_marketing": True}, replace(MARK, by="v")) is muted
    later = replace(MARK, by="v")
    lifted = changed(muted, {"mute_marketing": False}, later)
    assert (lifted.muted, lifted.unmuted) == (None, later)


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_call_back_lies_ahead_and_not_too_far(days: int):
    with pytest.raises(Invalid):
        changed(CARD, {"call_back_after": MORNING + days * DAY}, MARK)
    assert changed(CARD, {"call_back_after": MORNING + 3 * DAY}, MARK).call_back_after


def who(rule, bank: Bank, org: str = "east-01") -> set[str]:
    return {name for name in EVERYBODY if org in rule(Caller(bank.person(name)), bank.directory)}


KEEPERS = {"manager1", "deputy1", "supervisor1", "regional1", "hqduty1"} | {
    "complaint1",
    "compliance1",
}


def test_who_may_what_with_cards_is_by_role_and_by_branch():
    bank = Bank()
    assert who(seen_whole_at, bank) == KEEPERS | {"legal1", "business1", "auditor1"}
    assert who(looked_up_at, bank) == who(seen_whole_at, bank) | {
        *("teller1", "teller2", "lobby1", "office1", "office2"),
    }
    assert who(added_at, bank) == KEEPERS | {"teller1", "teller2", "lobby1", "office1", "office2"}
    assert who(marketed_at, bank) == KEEPERS | {"business1"}
    assert who(marketed_at, bank, "west-01") == {"hqduty1", "compliance1"}
    on_a_tablet = Caller(bank.person("manager1"), "device", "east-01")
    assert seen_whole_at(on_a_tablet, bank.directory) == set()
    assert looked_up_at(Caller(None, "device", "east-01"), bank.directory) == set()


def test_marketing_neither_sets_its_own_limit_nor_lifts_a_mute_and_nobody_changes_the_unknown():
    bank = Bank()

    def able(name: str, *names: str, lifts: bool = False) -> bool:
        caller = Caller(bank.person(name))
        return may_change(caller, "east-01", names, bank.directory, lifts=lifts)

    assert able("business1", "risk_profile", "do_not_contact", "call_back_after")
    assert not able("business1", "contact_limit")
    assert not able("business1", "risk_profile", "mute_marketing")
    assert able("teller1", "do_not_contact", "call_back_after")
    assert not able("teller1", "tags")
    assert able("manager1", "tags", "name", "reference", "contact_limit", "mute_marketing")
    assert not able("manager1", "do_not_contact", lifts=True)
    assert able("compliance1", "do_not_contact", lifts=True)
    assert not able("auditor1", "do_not_contact")
    assert not able("compliance1", "org")


def test_a_matter_is_linked_to_a_card_that_its_linker_may_look_up():
    bank = Bank()
    case = bank.raises("teller1", "help")
    linked = [case.does("teller1", LinkCustomer("c", "east-01")) for _ in range(2)]
    assert (linked, case.state.customer) == ([["customer.linked"], []], "c")
    for org in (None, "east-02"):
        with pytest.raises(Invalid):
            case.does("teller1", LinkCustomer("d", org))
    assert case.does("complaint1", LinkCustomer("d", "east-02")) == ["customer.linked"]
    unlinked = [case.does("manager1", UnlinkCustomer()) for _ in range(2)]
    assert unlinked == [["customer.unlinked"], []]
    assert not case.state.customer


def test_only_who_works_on_it_says_whose_matter_it_is():
    case = Bank().raises("teller1", "help")
    with pytest.raises(Forbidden):
        case.does("legal1", LinkCustomer("c", "east-01"))
    with pytest.raises(Forbidden):
        case.does("legal1", UnlinkCustomer())


def test_a_matter_is_linked_after_its_end_but_not_once_it_was_taken_back():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    assert case.does("complaint1", LinkCustomer("c", "east-01")) == ["customer.linked"]
    gone = Bank().raises("teller1", "help")
    gone.does("manager1", Cancel(typed()))
    with pytest.raises(Refused, match="cancelled"):
        gone.does("teller1", LinkCustomer("c", "east-01"))
