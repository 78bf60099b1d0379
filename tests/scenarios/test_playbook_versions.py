"""Playbooks are edited, cleared by two and published; who has begun keeps what they had (A5)."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from playbooks.load import load_library
from tests.clients import Client
from tests.house import House

DAY = 86400
TYPE = "group_visit"
SHIPPED = load_library().playbooks[TYPE].version
NEW = SHIPPED + 1
PATH = f"/playbooks/{TYPE}/versions"
NEW_WORDS = {"zh": "几位请随我来，里面有茶。", "en": "This way please, there is tea inside."}


def kind(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


def reworded(content: Mapping[str, Any], words: Mapping[str, str] = NEW_WORDS) -> dict[str, Any]:
    """The same playbook with another first sentence at the step that leads them away."""
    new = deepcopy(dict(content))
    step = next(each for each in new["steps"] if each["id"] == "divert")
    step["say"] = [dict(words), *step["say"][1:]]
    return new


def drafted(who: Client, path: str = PATH, **body: Any) -> Any:
    return who.does("POST", path, body)


def cleared(house: House, version: Any) -> Any:
    path = f"/playbooks/{version['playbook']}/versions/{version['id']}"
    house.person("admin1").does("POST", f"{path}/submit", {})
    house.person("compliance1").does("POST", f"{path}/clear", {"revision": version["revision"]})
    return house.person("legal1").does("POST", f"{path}/clear", {"revision": version["revision"]})


def edited_and_cleared(house: House) -> Any:
    admin = house.person("admin1")
    version = drafted(admin)
    path = f"{PATH}/{version['id']}"
    edited = admin.does("PATCH", path, {"content": reworded(version["content"]), "revision": 1})
    return cleared(house, edited)


def said(incident: Any, step: str = "divert") -> str:
    found = next(each for each in incident["steps"] if each["id"] == step)
    return str(found["say"][0]["zh"])


def test_a_playbook_is_edited_cleared_by_two_and_published_and_older_incidents_keep_the_old_text(
    house: House,
) -> None:
    teller = house.person("teller1")
    before = teller.raise_(TYPE)
    version = edited_and_cleared(house)
    assert (version["state"], version["version"], version["supersedes"]) == (
        "cleared",
        NEW,
        SHIPPED,
    )
    changed = [(each["part"], each["name"], each["field"]) for each in version["differences"]]
    assert changed == [("steps", "divert", "say")] * 2
    published = house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", {})
    assert (published["state"], published["in_force"]) == ("published", True)
    house.advance(120)
    after = teller.raise_(TYPE)
    assert after["playbooks"] == [{"id": TYPE, "version": NEW}]
    assert said(after) == NEW_WORDS["zh"]
    again = teller.incident(before)
    assert again["playbooks"] == [{"id": TYPE, "version": SHIPPED}]
    assert said(again) == said(before) != NEW_WORDS["zh"]
    tile = next(each for each in teller.get("/playbooks")["items"] if each["id"] == TYPE)
    assert tile["version"] == NEW
    house.reopened()
    assert said(house.again("teller1").incident(before)) == said(before)
    assert said(house.again("teller1").incident(after)) == NEW_WORDS["zh"]
    assert house.person("admin1").get(f"{PATH}/{SHIPPED}")["state"] == "retired"


def test_compliance_and_legal_are_two_people_who_have_not_written_it(house: House) -> None:
    admin = house.person("admin1")
    admin.does("PATCH", "/users/compliance1", {"roles": ROLES})
    compliance = house.anew("compliance1")
    version = drafted(compliance)
    path = f"{PATH}/{version['id']}"
    early = house.person("legal1").ask("POST", f"{path}/clear", {})
    assert (early.status_code, kind(early)) == (409, "not-submitted")
    compliance.does("POST", f"{path}/submit", {})
    own = compliance.ask("POST", f"{path}/clear", {})
    assert (own.status_code, kind(own)) == (409, "own-work")
    other = drafted(admin)
    path = f"{PATH}/{other['id']}"
    admin.does("POST", f"{path}/submit", {})
    assert compliance.does("POST", f"{path}/clear", {})["state"] == "submitted"
    twice = compliance.ask("POST", f"{path}/clear", {})
    assert (twice.status_code, kind(twice)) == (409, "second-person")
    unfinished = admin.ask("POST", f"{path}/publish", {})
    assert (unfinished.status_code, kind(unfinished)) == (409, "not-cleared")
    assert house.person("legal1").does("POST", f"{path}/clear", {})["state"] == "cleared"


def test_publishing_again_after_a_lost_answer_answers_as_the_first_time(house: House) -> None:
    version, admin = edited_and_cleared(house), house.person("admin1")
    path = f"{PATH}/{version['id']}"
    first = admin.does("POST", f"{path}/publish", {})
    house.advance(30)
    assert admin.does("POST", f"{path}/publish", {}) == first
    later = admin.ask("POST", f"{path}/publish", {"from": "2026-03-20"})
    assert kind(later) == "not-cleared"
    other = house.person("compliance1").ask("POST", f"{path}/publish", {})
    assert (other.status_code, kind(other)) == (409, "not-cleared")


ROLES = [
    {"role": "compliance_officer", "org": "hq"},
    {"role": "legal_officer", "org": "hq"},
]


def test_what_is_edited_after_it_was_cleared_has_to_be_cleared_anew(house: House) -> None:
    version, admin = edited_and_cleared(house), house.person("admin1")
    path = f"{PATH}/{version['id']}"
    other = reworded(version["content"], {"zh": "请坐，喝口水。", "en": "Please have a seat."})
    changed = admin.does("PATCH", path, {"content": other, "revision": version["revision"]})
    assert (changed["state"], changed["compliance"], changed["legal"]) == ("draft", None, None)
    stale = admin.ask("PATCH", path, {"content": other, "revision": version["revision"]})
    assert kind(stale) == "changed-meanwhile"
    assert kind(admin.ask("POST", f"{path}/publish", {})) == "not-cleared"
    admin.does("POST", f"{path}/submit", {})
    unread = house.person("legal1").ask("POST", f"{path}/clear", {"revision": version["revision"]})
    assert kind(unread) == "changed-meanwhile"


def test_compliance_sends_it_back_with_a_reason(house: House) -> None:
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    path = f"{PATH}/{version['id']}"
    admin.does("POST", f"{path}/submit", {})
    back = house.person("compliance1").does("POST", f"{path}/send-back", {"reason": "说得太满"})
    assert (back["state"], back["sent_back"]["reason"]) == ("draft", "说得太满")
    assert back["sent_back"]["by"]["username"] == "compliance1"


def test_forbidden_wording_is_refused_with_its_place_and_nothing_is_kept(house: House) -> None:
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    words = {"zh": "您放心，我们保证办好。", "en": "It is guaranteed."}
    content = reworded(version["content"], words)
    answer = admin.ask("PATCH", f"{PATH}/{version['id']}", {"content": content})
    assert (answer.status_code, kind(answer)) == (422, "forbidden-wording")
    first, second = answer.json()["places"]
    assert first["path"][:1] + first["path"][2:] == ["steps", "say", 0, "zh"]
    assert (first["language"], first["wording"], first["start"], first["end"]) == (
        "zh",
        "保证",
        6,
        8,
    )
    assert (second["language"], second["wording"], second["start"]) == ("en", "guaranteed", 6)
    assert admin.get(f"{PATH}/{version['id']}")["revision"] == 1


def test_a_script_that_promotes_without_a_risk_notice_is_refused(house: House) -> None:
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    path = f"{PATH}/{version['id']}"
    words = {"zh": "这款产品年化 3%。", "en": "Its yield is 3 %, and it carries risk."}
    answer = admin.ask("PATCH", path, {"content": reworded(version["content"], words)})
    assert (answer.status_code, kind(answer)) == (422, "forbidden-wording")
    (place,) = answer.json()["places"]
    assert (place["language"], place["wording"]) == ("zh", "年化")
    assert "state the risk" in answer.json()["errors"][0]["detail"]
    words["zh"] += "理财有风险。"
    content = reworded(version["content"], words)
    admin.does("PATCH", path, {"content": content, "revision": version["revision"]})


def test_a_fault_in_a_draft_is_told_with_its_place_in_both_languages(house: House) -> None:
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    content = deepcopy(version["content"])
    content["steps"][1]["title"]["en"] = " "
    content["ladder"][1]["after"] = 0
    for language, blank in (("zh", "不能空着。"), ("en", "Must not be blank.")):
        answer = admin.ask(
            "PATCH",
            f"{PATH}/{version['id']}",
            {"content": content},
            headers={"Accept-Language": language},
        )
        assert answer.status_code == 422
        errors = {each["field"]: each["detail"] for each in answer.json()["errors"]}
        assert errors["content.steps.1.title.en"] == blank
        assert "content.ladder.1.after" in errors


def test_published_from_tomorrow_it_holds_from_midnight_by_the_head_offices_clock(
    house: House,
) -> None:
    """It is 10:00 in Shanghai; midnight there is 16:00 in UTC, for every branch at once."""
    version = edited_and_cleared(house)
    path = f"{PATH}/{version['id']}"
    coming = house.person("admin1").does("POST", f"{path}/publish", {"from": "2026-03-12"})
    assert (coming["publish_from"], coming["in_force"]) == ("2026-03-11T16:00:00.000Z", False)
    house.jump(14 * 3600 - 1)
    assert house.anew("teller1").raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": SHIPPED}]
    house.advance(100)
    house.reopened()
    assert house.again("teller1").raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": NEW}]


def test_what_is_to_come_comes_by_itself_without_a_restart(house: House) -> None:
    version = edited_and_cleared(house)
    teller = house.person("teller1").listens()
    body = {"from": "2026-03-11T10:30:00+08:00"}
    house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", body)
    house.advance(1790)
    assert teller.raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": SHIPPED}]
    house.advance(100)
    teller.hears("playbooks")
    assert teller.raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": NEW}]


ADDED: dict[str, Any] = {
    "steps": [
        {
            "id": "lock_side_door",
            "after": "note_who",
            "title": {"zh": "锁上侧门", "en": "Lock the side door"},
            "owner": "guard",
            "due": 60,
        }
    ],
    "lines": [{"step": "divert", "say": [NEW_WORDS]}],
}


def published_addition(house: House, org: str = "east-01", **content: Any) -> Any:
    version = drafted(house.person("manager1"), org=org, content={**ADDED, **content})
    cleared(house, version)
    return house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", {})


def steps_of(incident: Any) -> list[str]:
    return [each["id"] for each in incident["steps"]]


def test_a_branch_adds_a_step_for_itself_and_takes_none_away(house: House) -> None:
    before = house.person("teller1").raise_(TYPE)
    version = published_addition(house)
    assert (version["addition"], version["org"]["id"], version["version"]) == (True, "east-01", 1)
    house.advance(120)
    here = house.person("teller1").raise_(TYPE)
    elsewhere = house.person("teller3").raise_(TYPE)
    assert steps_of(elsewhere) == steps_of(before)
    assert [each for each in steps_of(here) if each != "lock_side_door"] == steps_of(before)
    assert steps_of(here).index("lock_side_door") == steps_of(here).index("note_who") + 1
    divert = next(each for each in here["steps"] if each["id"] == "divert")
    assert divert["say"][-1] == NEW_WORDS
    assert steps_of(house.person("teller1").incident(before)) == steps_of(before)
    house.reopened()
    assert steps_of(house.again("teller1").incident(here)) == steps_of(here)


def test_an_addition_that_takes_away_or_loosens_is_refused(house: House) -> None:
    manager, step = house.person("manager1"), ADDED["steps"][0]
    wrong: dict[str, Any] = {
        "ladder": {"ladder": []},
        "another step of that name": {"steps": [{**step, "id": "divert"}]},
        "one of another playbook": {"steps": [{**step, "id": "give_interview"}]},
        "containment": {"steps": [{**step, "containment": True}]},
        "done by itself": {"steps": [{**step, "completed_by_raising": True}]},
        "a gate of a step that is not theirs": {"lines": [{"step": "call_police", "gate": None}]},
        "a step that is not there": {"lines": [{"step": "nowhere", "say": [NEW_WORDS]}]},
    }
    for what, content in wrong.items():
        answer = manager.ask("POST", PATH, {"org": "east-01", "content": content})
        assert (what, answer.status_code) == (what, 422)
    for org in ("east-02", "east", "hq"):
        assert manager.ask("POST", PATH, {"org": org, "content": ADDED}).status_code == 403


def test_a_new_version_from_above_is_inherited_and_the_addition_stays(house: House) -> None:
    published_addition(house)
    version = edited_and_cleared(house)
    house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", {})
    here = house.person("teller1").raise_(TYPE)
    assert here["playbooks"] == [{"id": TYPE, "version": NEW}]
    assert said(here) == NEW_WORDS["zh"]
    assert "lock_side_door" in steps_of(here)


def test_a_version_with_which_an_addition_could_not_live_is_refused(house: House) -> None:
    published_addition(house)
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    content = deepcopy(version["content"])
    content["steps"] = [each for each in content["steps"] if each["id"] != "divert"]
    path = f"{PATH}/{version['id']}"
    admin.does("PATCH", path, {"content": content})
    answer = admin.ask("POST", f"{path}/submit", {})
    assert (answer.status_code, kind(answer)) == (409, "conflicts-with-additions")
    assert answer.json()["errors"][0]["field"] == f"east-01.{TYPE}.lines.0.step"


def test_after_a_quarter_it_holds_still_and_compliance_and_legal_are_reminded(
    house: House,
) -> None:
    version = edited_and_cleared(house)
    path = f"{PATH}/{version['id']}"
    house.person("admin1").does("POST", f"{path}/publish", {})
    house.jump(92 * DAY)
    legal, admin = house.anew("legal1").listens(), house.anew("admin1")
    house.looks()
    assert legal.hears("library")["state"] == "due"
    house.looks()
    assert len(legal.heard("library")) == 1
    shelf = {each["id"]: each["in_force"] for each in admin.get("/library")["items"]}
    assert (shelf[TYPE]["due_again"], shelf[TYPE]["in_force"]) == (True, True)
    assert house.anew("teller1").raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": NEW}]
    legal.does("POST", f"{path}/clear", {})
    house.anew("compliance1").does("POST", f"{path}/clear", {})
    assert admin.get(path)["due_again"] is False


def test_what_came_with_the_product_is_cleared_by_nobody_until_this_bank_has(house: House) -> None:
    shelf = house.person("legal1").get("/library")["items"]
    found = next(each["in_force"] for each in shelf if each["id"] == TYPE)
    assert (found["state"], found["shipped"], found["due_again"]) == ("shipped", True, True)
    assert (found["compliance"], found["legal"], found["authors"]) == (None, None, [])
    for who in ("legal1", "compliance1"):
        house.person(who).does("POST", f"{PATH}/{found['id']}/clear", {})
    again = house.person("auditor1").get(f"{PATH}/{found['version']}")
    assert (again["state"], again["due_again"]) == ("shipped", False)
    assert again["legal"]["by"]["username"] == "legal1"


def test_a_draft_from_an_older_version_is_not_published_over_a_newer_one(house: House) -> None:
    first, admin = edited_and_cleared(house), house.person("admin1")
    late = cleared(house, drafted(admin))
    admin.does("POST", f"{PATH}/{first['id']}/publish", {})
    answer = admin.ask("POST", f"{PATH}/{late['id']}/publish", {})
    assert (answer.status_code, kind(answer)) == (409, "based-on-older")


def test_what_is_to_come_can_be_withdrawn_and_what_holds_cannot(house: House) -> None:
    version, admin = edited_and_cleared(house), house.person("admin1")
    path = f"{PATH}/{version['id']}"
    admin.does("POST", f"{path}/publish", {"from": "2026-03-12"})
    assert admin.does("DELETE", path)["state"] == "retired"
    house.jump(DAY)
    teller = house.anew("teller1")
    assert teller.raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": SHIPPED}]
    held = house.anew("admin1").ask("DELETE", f"{PATH}/{SHIPPED}")
    assert (held.status_code, kind(held)) == (409, "in-force")


def test_covert_playbooks_are_not_read_on_a_tablet(house: House) -> None:
    tablet = house.tablet(org="east-01").with_pin("manager1")
    assert tablet.ask("GET", "/library").status_code == 403
    assert tablet.ask("GET", "/playbooks/media_covert/versions/1").status_code == 403
    tablet.close()


def refused_at(answer: Any) -> list[str]:
    """Where a draft was refused."""
    assert answer.status_code == 422, answer.text
    return [each["field"] for each in answer.json()["errors"]]


def test_a_playbook_is_not_made_to_call_nobody_by_accident(house: House) -> None:
    admin, version = house.person("admin1"), drafted(house.person("admin1"))
    path, content = f"{PATH}/{version['id']}", version["content"]
    first, *_, top = content["ladder"]
    wrong = [first, {"after": 60, "tell": []}, {**top, "after": 60}]
    refused = admin.ask("PATCH", path, {"content": {**content, "ladder": wrong}})
    assert refused_at(refused) == ["content.ladder.1.tell", "content.ladder.2.after"]
    short = {**content, "ladder": content["ladder"][:-1]}
    place = f"content.ladder.{len(short['ladder']) - 1}.tell"
    assert refused_at(admin.ask("PATCH", path, {"content": short})) == [place]
    assert admin.get(path)["content"] == content
    begun = drafted(admin, content={**short, "version": version["version"] + 1})
    late = admin.ask("POST", f"{PATH}/{begun['id']}/submit", {})
    assert refused_at(late) == [place]


def test_a_branch_has_no_way_to_change_ladder_clocks_or_gates_from_above(house: House) -> None:
    manager = house.person("manager1")
    above = manager.get(f"{PATH}/{SHIPPED}")["content"]
    police = next(each for each in above["steps"] if each["id"] == "call_police")
    addition = drafted(manager, org="east-01")
    path = f"{PATH}/{addition['id']}"
    for content, place in (
        ({"ladder": above["ladder"][:1]}, "ladder"),
        ({"clocks": []}, "clocks"),
        ({"clocks": [{**above["clocks"][0], "within": 30}]}, "clocks"),
        ({"repeat_every": 3600}, "repeat_every"),
        ({"inform": []}, "inform"),
        ({"steps": [{**police, "gate": None}]}, "steps.0.gate"),
        ({"steps": [{k: v for k, v in police.items() if k != "gate"}]}, "steps.0.id"),
        ({"lines": [{"step": "call_police", "gate": {"any_of": ["who_lawyer"]}}]}, "lines.0.gate"),
        ({"lines": [{"step": "call_police", "only": ["teller"]}]}, "lines.0.only"),
        ({"steps": [{"id": "x", "title": NEW_WORDS, "owner": "admin"}]}, "steps.0.owner"),
    ):
        assert refused_at(manager.ask("PATCH", path, {"content": content})) == [f"content.{place}"]
    answer = manager.ask("PATCH", path, {"content": {"clocks": []}})
    assert "only be added to" in answer.json()["errors"][0]["detail"]
