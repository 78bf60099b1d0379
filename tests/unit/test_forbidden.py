"""Forbidden wording is found where it stands, and a risk notice is none (A5)."""

import pytest

from playbooks.forbidden import faults_in_script, forbidden_in
from tests.builders import LIBRARY


@pytest.mark.parametrize(
    ("text", "start", "wording"),
    [
        ("我们保证三天到账", 2, "保证"),
        ("这款产品零风险", 4, "零风险"),
        ("这款产品没有任何风险", 4, "没有任何风险"),
        ("Your return is guaranteed.", 15, "guaranteed"),
        ("This is ZERO RISK for you", 8, "ZERO RISK"),
        ("You cannot lose money", 4, "cannot lose"),
    ],
)
def test_forbidden_wording_is_found_with_its_place(text: str, start: int, wording: str):
    (place,) = forbidden_in(text)
    assert (place.start, place.length, place.wording) == (start, len(wording), wording)
    assert text[place.start : place.start + place.length] == wording


@pytest.mark.parametrize(
    "text",
    [
        "投资有风险，我们不能保证收益",
        "本产品不保本",
        "Returns are not guaranteed.",
        "We cannot guarantee an outcome.",
        "会按规定评估，24 小时内答复",
        "a risk notice",
    ],
)
def test_a_risk_notice_is_no_forbidden_wording(text: str):
    assert forbidden_in(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "这个产品保 本 保 息",
        "这个产品保-本",
        "这个产品保\u200b本",
        "這個產品保證收益",
        "零風險",
        "只賺不賠",
        "１００％安全",
        "ｇｕａｒａｎｔｅｅｄ return",
        "gu\u0430rant\u0435ed return",
        "g\u00fcaranteed return",
        "GUARANT\u0395ED",
        "g u a r a n t e e d",
        "guar\u00adantee",
        "我们guarantee收益",
        "no\u00a0 risk",
        "risk\u2011free",
        "You can\u2019t lose",
        "我们不得不保证",
        "We can never not guarantee it.",
    ],
)
def test_forbidden_wording_is_found_however_it_is_written(text: str):
    found = forbidden_in(text)
    assert found
    assert all(text[at.start : at.start + at.length] == at.wording for at in found)


@pytest.mark.parametrize(
    "text",
    [
        "由银行担保，本产品有风险",
        "由银行担保。本产品有风险",
        "由银行担保\n本产品有风险",
        "本產品不保證收益",
        "Returns are ｎｏｔ guaranteed.",
        "without risking anything",
    ],
)
def test_what_only_looks_like_it_is_none(text: str):
    assert forbidden_in(text) == ()


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("这款产品年化 3.5%", "年化"),
        ("業績比較基準是百分之四", "業績比較基準"),
        ("Its yield is 4 %.", "yield"),
        ("Ask about the expected return", "expected return"),
    ],
)
def test_a_script_that_speaks_of_earnings_states_the_risk(text: str, wording: str):
    (place,) = faults_in_script(text)
    assert (place.wording, place.unwarned) == (wording, True)
    assert all("风险" in each or "risk" in each for each in place.why)
    assert faults_in_script(f"{text}；理财有风险") == ()
    assert faults_in_script(f"{text}; it carries risk") == ()
    assert forbidden_in(text) == ()


def test_what_is_forbidden_stays_so_beside_a_risk_notice():
    (place,) = faults_in_script("年化 4%，保本，有风险")
    assert (place.wording, place.unwarned) == ("保本", False)


def test_every_place_is_found():
    assert [place.start for place in forbidden_in("保证收益，零风险，不保证")] == [0, 5]


def test_no_script_of_the_library_has_staff_say_it():
    said = [
        text
        for book in LIBRARY.values()
        for step in book.steps
        for both in step.say
        for text in (both.zh, both.en)
    ]
    assert said
    assert {text for text in said if faults_in_script(text)} == set()
