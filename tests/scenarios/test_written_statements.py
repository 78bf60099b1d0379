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


def test_others_who_see_the_incident_see_that_somebody_has_begun_and_not_what(
    house: House,
) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "款项追查中", "contact": CONTACT, "draft": 0}
    house.person("complaint1").command(complaint, "draft-statement", **body)
    teller = house.person("teller1")
    (draft,) = teller.incident(complaint)["statement_drafts"]
    assert (draft["lang"], draft["by"]["username"]) == ("zh", "complaint1")
    answer = teller.ask("GET", f"/incidents/{complaint['id']}")
    assert "款项追查中" not in answer.text
    issued_by(house, complaint, draft=words(house, complaint)["draft"])
    assert teller.incident(complaint)["statement_drafts"] == []


def test_searching_does_not_tell_what_a_statement_says_to_who_may_not_read_it(
    house: House,
) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "款项追查中", "contact": CONTACT, "draft": 0}
    house.person("complaint1").command(complaint, "draft-statement", **body)
    house.person("teller1").command(complaint, "add-note", text="客户在等回音")

    def found(who: str, typed: str) -> list[str]:
        return [each["id"] for each in house.person(who).incidents(q=typed)]

    for who in ("complaint1", "compliance1", "manager1"):
        assert found(who, "款项追查") == [complaint["id"]]
    assert found("teller1", "款项追查") == []
    assert found("teller1", "等回音") == [complaint["id"]]
    issued_by(house, complaint, draft=words(house, complaint)["draft"])
    assert found("teller1", "款项追查") == []


def test_the_paper_of_a_draft_is_the_one_that_issuing_makes(house: House) -> None:
    complaint = heavy(house)
    body = {"lang": "zh", "text": "说明如下", "contact": CONTACT, "draft": 0}
    officer = house.person("complaint1")
    officer.command(complaint, "draft-statement", **body)
    draft = words(house, complaint)
    (issued,) = issued_by(house, complaint, draft=draft["draft"])
    path = f"/incidents/{complaint['id']}/statements/{issued['id']}"
    assert officer.ask("GET", path).content.decode() == draft["paper"]


def test_the_invitation_in_it_is_the_one_that_was_made(house: House) -> None:
    complaint = heavy(house)
    officer = house.person("complaint1")
    assert "服务座谈会，或在网点开放日" in words(house, complaint)["text"]
    invited = {"invited_to": "open_day", "agreed_on": "2026-03-20"}
    officer.ticks(complaint, "invite_review", record=invited)
    said = words(house, complaint)["text"]
    assert "和您约好了 2026-03-20 的网点开放日" in said
    assert "座谈会" not in said
    assert "open day on 2026-03-20" in words(house, complaint, lang="en")["text"]


def test_no_words_of_a_statement_on_a_counters_tablet_whoever_signs_in_there(
    house: House,
) -> None:
    complaint = heavy(house)
    (issued,) = issued_by(house, complaint)
    there = house.tablet().with_pin("complaint1")
    assert there.ask("GET", f"/incidents/{complaint['id']}").status_code == 200
    path = f"/incidents/{complaint['id']}/statement"
    assert there.ask("GET", path).status_code == 403
    assert there.ask("GET", f"{path}s/{issued['id']}").status_code == 403
    body = {"lang": "zh", "text": "说明", "contact": CONTACT, "draft": 0}
    there.refused(complaint, "draft-statement", 403, "forbidden", **body)


def test_a_statement_of_a_discreet_incident_is_not_there_for_who_may_not_see_it(
    house: House,
) -> None:
    covert = house.person("teller1").raise_("media_covert")
    (issued,) = issued_by(house, covert)
    path = f"/incidents/{covert['id']}/statement"
    tablet = house.tablet()
    for each in (path, f"{path}s/{issued['id']}"):
        for reader in (house.person("guard1"), tablet.with_pin("complaint1")):
            assert reader.ask("GET", each).status_code == 404, each
        nobody_there = tablet.ask("GET", each.replace(covert["id"], new_id()))
        alone = tablet.ask("GET", each)
        assert (alone.status_code, alone.text) == (403, nobody_there.text)


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
