"""The written statement (A8) on real screens: begun by one, changed and issued by another."""

import hashlib
from typing import Any

from playwright.sync_api import expect

from tests.browser.screen import Screen, Screens
from tests.house import House

CONTACT = "李静，021-5555 0101"


def heavy(house: House) -> Any:
    """A heavy complaint that is about to be closed."""
    complaint = house.person("teller1").raise_("complaint_heavy")
    manager = house.person("manager1")
    manager.command(complaint, "acknowledge")
    manager.ticks(complaint, "freeze_account")
    form = {"customer_name": "王女士", "contact": "13800000000", "demand": "追回三万元"}
    manager.ticks(complaint, "fill_record_form", record=form)
    return manager.command(complaint, "contain")


def written(screen: Screen) -> str:
    """What stands in the field."""
    label = screen.words.pattern("dealings.statement.text")
    return screen.page.get_by_role("textbox", name=label).input_value()


def writes(screen: Screen, text: str) -> None:
    label = screen.words.pattern("dealings.statement.text")
    screen.page.get_by_role("textbox", name=label).fill(text)


def test_from_the_record_to_the_paper_by_two_people_and_no_typed_word_is_lost(
    screens: Screens, house: House
) -> None:
    complaint = heavy(house)
    officer = screens.tablet().signed_in("complaint1")
    officer.opens(f"/duty/incidents/{complaint['id']}").reads("dealings.statement.warn.soon")
    officer.presses("dealings.statement.write").reads("dealings.statement.fromRecord")
    assert "王女士" in written(officer)
    compliance = screens.phone("en").signed_in("compliance1")
    compliance.opens(f"/papers/{complaint['id']}/statement")
    compliance.reads("dealings.statement.fromRecord")

    officer.fills("dealings.statement.contact", CONTACT)
    officer.presses("dealings.statement.save").reads("dealings.statement.saved")
    expect(compliance.page.get_by_label("Contact")).to_have_value(CONTACT)

    mine = f"{written(compliance)}\n\n款项已保证追回。"
    writes(compliance, mine)
    compliance.reads("dealings.statement.unsaved")
    writes(officer, f"{written(officer)}\n\n会回电。")
    officer.presses("dealings.statement.save").reads("dealings.statement.saved")
    compliance.reads("dealings.statement.newerHow")
    assert written(compliance) == mine
    compliance.presses("dealings.statement.mine").no_longer_reads("dealings.statement.newerHow")

    compliance.presses("dealings.statement.issue")
    compliance.presses_in_sheet("dealings.statement.issueGo")
    expect(compliance.page.get_by_text("“保证”").first).to_be_visible()
    assert written(compliance) == mine
    writes(compliance, mine.replace("已保证追回", "已追回"))
    compliance.presses("dealings.statement.issue")
    compliance.presses_in_sheet("dealings.statement.issueGo")
    compliance.reads("dealings.statement.proof.true")
    expect(compliance.page.locator(".letter")).to_contain_text("款项已追回。")
    officer.reads("dealings.statement.proof.true")

    shown = house.person("manager1").incident(complaint)
    (issued,) = shown["statements"]
    assert issued["by"]["username"] == "compliance1"
    path = f"/incidents/{complaint['id']}/statements/{issued['id']}"
    paper = house.person("manager1").ask("GET", path).content
    assert hashlib.sha256(paper).hexdigest() == issued["sha256"]


def test_without_a_line_words_are_kept_and_nothing_is_issued(
    screens: Screens, house: House
) -> None:
    complaint = heavy(house)
    officer = screens.desk().signed_in("complaint1")
    officer.opens(f"/papers/{complaint['id']}/statement").reads("dealings.statement.fromRecord")
    screens.line.cut()
    writes(officer, "款项正在追查。")
    officer.fills("dealings.statement.contact", CONTACT).reads("dealings.statement.offline")
    expect(officer.button("dealings.statement.issue").first).to_be_disabled()
    officer.presses("dealings.statement.save").reads("dealings.statement.waiting")
    screens.line.restore()
    officer.reads("dealings.statement.saved")
    draft = house.person("complaint1").get(f"/incidents/{complaint['id']}/statement")
    assert draft["text"] == "款项正在追查。"


def test_on_a_counters_tablet_it_is_said_that_there_is_one_and_not_what_it_says(
    screens: Screens, house: House
) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "款项已追回。", "contact": CONTACT, "draft": 0}
    house.person("complaint1").command(complaint, "issue-statement", **body)
    counter = screens.tablet().paired(house).gives_pin("complaint1")
    counter.opens(f"/counter/incidents/{complaint['id']}").reads("dealings.statement.title")
    expect(counter.button("dealings.statement.read")).to_have_count(0)
    counter.opens(f"/papers/{complaint['id']}/statement")
    counter.reads("dealings.statement.noRight")
    expect(counter.page.get_by_text("款项已追回")).to_have_count(0)


def test_the_auditor_goes_from_the_timeline_to_the_paper(screens: Screens, house: House) -> None:
    complaint = heavy(house)
    words = {"lang": "zh", "text": "款项追查中", "contact": "罗佳", "draft": 0}
    house.person("complaint1").command(complaint, "issue-statement", **words)
    events = house.person("auditor1").get(f"/incidents/{complaint['id']}/timeline")["events"]
    (issued,) = [each["seq"] for each in events if each["type"] == "statement.issued"]
    desk = screens.desk().signed_in("auditor1").is_at("/audit")
    desk.opens(f"/audit/{complaint['id']}?event={issued}")
    desk.page.get_by_role("link", name=desk.words.text("auditor.detail.statement")).click()
    desk.is_at(f"/papers/{complaint['id']}/statement")
    desk.page.get_by_text(complaint["number"]).first.wait_for()
