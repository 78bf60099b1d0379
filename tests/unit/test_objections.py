"""An answer is used when compliance and legal have both cleared it this quarter (A3, A5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from escalation.clearance import GOOD_FOR, Clearance, check_second, clearing_role
from escalation.objection import Objection, Words, check_wording, inherited_by, writes_at
from escalation.refusal import Refused
from escalation.rights import Caller
from tests.builders import MORNING, Bank, person

WORDS = Words("为什么亏了？", "Why did it lose?", "我陪您看说明。", "Let us read the terms.")
DRAFT = Objection("o", "east-01", "收益", None, None, WORDS, 1, "u", MORNING)
CLEARED = replace(
    DRAFT,
    compliance=Clearance("c", MORNING),
    legal=Clearance("l", MORNING + timedelta(days=3)),
)


def test_one_clearance_is_none():
    assert DRAFT.status(MORNING) == "draft"
    assert replace(CLEARED, legal=None).status(MORNING) == "draft"
    assert replace(CLEARED, compliance=None).clear_again_by is None
    assert CLEARED.status(MORNING) == "cleared"


def test_a_quarter_after_the_earlier_clearance_it_is_out_of_use():
    assert CLEARED.clear_again_by == MORNING + GOOD_FOR
    assert CLEARED.status(MORNING + GOOD_FOR - timedelta(seconds=1)) == "cleared"
    assert CLEARED.status(MORNING + GOOD_FOR) == "expired"


def test_what_is_retired_is_used_no_more():
    assert replace(CLEARED, retired=True).status(MORNING) == "retired"


def test_one_person_with_both_roles_clears_it_once():
    bank = Bank()
    both = person("both1", ("compliance_officer", "hq"), ("legal_officer", "hq"))
    bank.hires(both)
    first = clearing_role(Caller(both), DRAFT, bank.directory)
    assert first == "compliance_officer"
    half = replace(DRAFT, compliance=Clearance(both.id, MORNING))
    assert clearing_role(Caller(both), half, bank.directory) == "legal_officer"
    with pytest.raises(Refused, match="two different people"):
        check_second(half, "legal_officer", both.id)


def test_compliance_of_another_region_clears_nothing_here():
    bank = Bank()
    elsewhere = person("west1", ("compliance_officer", "west"))
    bank.hires(elsewhere)
    assert clearing_role(Caller(elsewhere), DRAFT, bank.directory) is None
    assert clearing_role(Caller(bank.person("legal1")), DRAFT, bank.directory) == "legal_officer"
    assert clearing_role(Caller(bank.person("manager1")), DRAFT, bank.directory) is None


def test_forbidden_wording_in_an_answer_is_refused_with_each_place():
    words = replace(WORDS, answer_zh="我们保证退款，零风险", answer_en="It is guaranteed")
    with pytest.raises(Refused) as refused:
        check_wording(words)
    assert refused.value.kind == "forbidden-wording"
    assert refused.value.extra["places"] == [
        {"field": "answer_zh", "start": 2, "length": 2, "wording": "保证"},
        {"field": "answer_zh", "start": 7, "length": 3, "wording": "零风险"},
        {"field": "answer_en", "start": 6, "length": 10, "wording": "guaranteed"},
    ]
    check_wording(replace(WORDS, objection_zh="你们保证过收益"))


def test_an_answer_that_promotes_without_a_risk_notice_is_refused():
    with pytest.raises(Refused) as refused:
        check_wording(replace(WORDS, answer_zh="同类产品年化 3% 左右"))
    assert [each["wording"] for each in refused.value.extra["places"]] == ["年化"]
    check_wording(replace(WORDS, answer_zh="同类产品年化 3% 左右，有风险"))


def test_branches_inherit_from_above_and_write_their_own():
    bank = Bank()
    teller, manager = Caller(bank.person("teller1")), Caller(bank.person("manager1"))
    assert writes_at(teller, bank.directory) == set()
    assert writes_at(manager, bank.directory) == {"east-01"}
    assert inherited_by(teller, bank.directory) == {"east-01", "east", "hq"}
    assert inherited_by(Caller(bank.person("admin1")), bank.directory) == set()
