"""After a heavy complaint the customer has it in writing (A8), and the timeline has its hash."""

import hashlib
from pathlib import Path
from typing import Any

from backend.verify import main
from tests.clients import new_id
from tests.house import House

FORM = {"customer_name": "王女士", "contact": "13800000000", "demand": "追回三万元"}
CONTACT = "李静，021-5555"


def heavy(house: House) -> Any:
    """Raised, the form filled in, found to be our mistake."""
    complaint = house.person("teller1").raise_("complaint_heavy")
    manager = house.person("manager1")
    manager.command(complaint, "acknowledge")
    manager.ticks(complaint, "freeze_account")
    manager.ticks(complaint, "fill_record_form", record=FORM)
    return manager.ticks(complaint, "judge_kind", record={"kind": "fact", "grounds": "转账记录"})


def words(house: House, complaint: Any, who: str = "complaint1", lang: str = "zh") -> Any:
    return house.person(who).get(f"/incidents/{complaint['id']}/statement", params={"lang": lang})


def test_a_statement_begins_with_what_is_on_record_is_changed_by_two_and_issued_by_one(
    house: House, tmp_path: Path
) -> None:
    complaint = heavy(house)
    first = words(house, complaint)
    for said in ("王女士", "追回三万元", "确有差错", "转账记录", "先止损", "座谈会"):
        assert said in first["text"]
    assert first["draft"] == 0
    officer, compliance = house.person("complaint1"), house.person("compliance1")
    body = {"lang": "zh", "text": first["text"] + "\n\n款项已追回。", "contact": CONTACT}
    officer.command(complaint, "draft-statement", draft=0, **body)
    again = words(house, complaint, "compliance1")
    assert again["text"].endswith("款项已追回。")
    assert again["by"]["username"] == "complaint1"
    compliance.refused(complaint, "issue-statement", 409, "changed-meanwhile", draft=0, **body)
    body = {**body, "draft": again["draft"], "command_id": new_id()}
    (issued,) = compliance.command(complaint, "issue-statement", **body)["statements"]
    assert len(compliance.command(complaint, "issue-statement", **body)["statements"]) == 1
    assert issued["by"]["username"] == "compliance1"
    path = f"/incidents/{complaint['id']}/statements/{issued['id']}"
    paper = house.person("manager1").ask("GET", path).content
    assert hashlib.sha256(paper).hexdigest() == issued["sha256"]
    for said in ("款项已追回。", CONTACT, complaint["number"], "城东支行营业部"):
        assert said in paper.decode()
    auditor = house.person("auditor1")
    events = auditor.timeline(complaint)["events"]
    (event,) = [each for each in events if each["type"] == "statement.issued"]
    assert event["data"]["sha256"] == issued["sha256"]
    assert "款项已追回" not in str(events)
    bundle = auditor.ask("GET", f"/incidents/{complaint['id']}/export", params={"format": "json"})
    (tmp_path / "case.json").write_bytes(bundle.content)
    assert issued["sha256"] in bundle.text
    assert main([str(tmp_path / "case.json")]) == 0


def test_a_statement_in_english_for_who_reads_english(house: House) -> None:
    complaint = heavy(house)
    draft = words(house, complaint, lang="en")
    assert "we made a mistake" in draft["text"]
    assert "review talk" in draft["text"]


def test_forbidden_wording_is_refused_with_its_place(house: House) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "我们保证全部追回。", "contact": CONTACT, "draft": 0}
    officer = house.person("complaint1")
    problem = officer.refused(complaint, "issue-statement", 422, "forbidden-wording", **body)
    (place,) = problem["places"]
    assert (place["field"], place["start"], place["wording"]) == ("text", 2, "保证")
    assert officer.incident(complaint)["statements"] == []


def test_only_complaint_officers_and_compliance_write_statements(house: House) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "说明", "contact": CONTACT, "draft": 0}
    for who in ("teller1", "manager1", "legal1"):
        person = house.person(who)
        for command in ("draft-statement", "issue-statement"):
            person.refused(complaint, command, 403, "forbidden", **body)
        answer = person.ask("GET", f"/incidents/{complaint['id']}/statement")
        assert answer.status_code == 403


def issued_by(house: House, complaint: Any, **more: Any) -> Any:
    body = {"lang": "zh", "text": "说明如下", "contact": CONTACT, "draft": 0, **more}
    return house.person("complaint1").command(complaint, "issue-statement", **body)["statements"]


def test_the_same_words_are_issued_once_and_by_one(house: House) -> None:
    complaint = heavy(house)
    issued_by(house, complaint)
    body = {"lang": "zh", "text": "说明如下", "contact": CONTACT, "draft": 0}
    second = house.person("compliance1")
    second.refused(complaint, "issue-statement", 409, "changed-meanwhile", **body)
    assert len(second.incident(complaint)["statements"]) == 1


def test_the_paper_is_taken_by_who_writes_or_exports_and_by_nobody_else(house: House) -> None:
    complaint = heavy(house)
    (issued,) = issued_by(house, complaint)
    path = f"/incidents/{complaint['id']}/statements/{issued['id']}"
    answers = {
        who: house.person(who).ask("GET", path).status_code
        for who in ("complaint1", "compliance1", "manager1", "auditor1", "teller1", "teller3")
    }
    assert answers == {
        "complaint1": 200,
        "compliance1": 200,
        "manager1": 200,
        "auditor1": 200,
        "teller1": 403,
        "teller3": 404,
    }


def test_a_step_may_be_ticked_without_and_the_list_of_papers_says_that_there_is_none(
    house: House,
) -> None:
    complaint = heavy(house)
    body = {"statement": "已当面说明"}
    done = house.person("complaint1").ticks(complaint, "written_statement", record=body)
    assert done["statements"] == []
