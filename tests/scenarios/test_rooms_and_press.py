"""A group has five voices and a room; the media hear the office, and it is written down."""

from tests.clients import new_id
from tests.house import House

PRESS = {
    "who": "李记者",
    "outlet": "晚报",
    "press_card": "B1234",
    "asked": "为什么取不出来",
    "said": "正在核实，有结果正式答复",
}


def test_a_sixth_representative_is_refused_until_one_goes(house: House) -> None:
    group = house.person("teller1").raise_("group_visit", facts={"head_count": 9})
    lobby = house.person("lobby1")
    for number in range(1, 6):
        group = lobby.command(group, "name-representative", who=f"{number} 号代表")
    sixth = {"who": "6 号代表"}
    problem = lobby.refused(group, "name-representative", 409, "representatives-full", **sixth)
    assert "5" in problem["detail"]
    first = group["representatives"][0]["id"]
    lobby.command(group, "withdraw-representative", representative=first)
    group = lobby.command(group, "name-representative", **sixth)
    speaking = [each["who"] for each in group["representatives"] if each["until"] is None]
    assert speaking == ["2 号代表", "3 号代表", "4 号代表", "5 号代表", "6 号代表"]


def test_who_is_in_which_room_now_is_on_the_incident_with_its_times(house: House) -> None:
    group = house.person("teller1").raise_("group_visit")
    lobby = house.person("lobby1")
    house.advance(120)
    lobby.command(group, "lead-to-room", who="五位代表", room="接待室", people=5)
    there = lobby.command(group, "lead-to-room", who="其他人", room="贵宾室", people=4)["stays"]
    assert [(each["room"], each["people"], each["until"]) for each in there] == [
        ("接待室", 5, None),
        ("贵宾室", 4, None),
    ]
    assert there[0]["since"] == "2026-03-11T02:02:00.000Z"
    assert there[0]["led_by"]["username"] == "lobby1"
    house.advance(1800)
    lobby = house.anew("lobby1")
    body = {"stay": there[1]["id"], "at": "2026-03-11T02:30:00Z"}
    after = lobby.command(group, "leave-room", **body)["stays"]
    assert after[1]["until"] == "2026-03-11T02:30:00.000Z"
    lobby.refused(group, "leave-room", 422, "invalid", stay=there[1]["id"])


def test_an_agent_and_the_customer_are_led_apart(house: House) -> None:
    visit = house.person("teller1").raise_("disruptive_customer")
    teller = house.person("teller1")
    teller.command(visit, "record-facts", facts={"profile": "departed_agent"})
    visit = teller.command(visit, "add-playbook", playbook="customer_departed_agent")
    lobby = house.person("lobby1")
    lobby.ticks(visit, "separate_agent")
    lobby.command(visit, "lead-to-room", who="客户本人", room="接待室", people=1)
    stays = lobby.command(visit, "lead-to-room", who="陪同人", room="大堂", people=1)["stays"]
    assert [(each["who"], each["room"]) for each in stays] == [
        ("客户本人", "接待室"),
        ("陪同人", "大堂"),
    ]


def test_what_the_media_were_told_is_recorded_by_the_office_alone_and_exported(
    house: House,
) -> None:
    visit = house.person("teller1").raise_("media_declared")
    for who in ("teller1", "manager1", "complaint1"):
        house.person(who).refused(visit, "record-press-statement", 403, "forbidden", **PRESS)
    office = house.person("office1")
    body = {**PRESS, "command_id": new_id()}
    (told,) = office.command(visit, "record-press-statement", **body)["press_statements"]
    assert len(office.command(visit, "record-press-statement", **body)["press_statements"]) == 1
    assert {name: told[name] for name in PRESS} == PRESS
    assert told["by"]["username"] == "office1"
    auditor = house.person("auditor1")
    assert "正在核实" not in str(auditor.timeline(visit)["events"])
    path = f"/incidents/{visit['id']}/export"
    paper = auditor.ask("GET", path, params={"format": "csv", "lang": "en"}).content.decode()
    assert "Told the media" in paper
    assert "正在核实，有结果正式答复" in paper


def test_words_to_the_media_of_another_incident_are_refused(house: House) -> None:
    visit = house.person("teller1").raise_("help")
    house.person("office1").refused(visit, "record-press-statement", 409, "not-media", **PRESS)
