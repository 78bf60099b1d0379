"""Beyond the socket: an alert goes out on people's own channels until somebody has it."""

from typing import Any

from backend.outgoing.places import MOST_WAITING
from tests.house import House
from tests.provider import Provider
from tests.scenarios.steps import channels, levels, reached_by, types

TYPE = "media_declared"


def identity(message: dict[str, Any]) -> tuple[str, int]:
    return message["alert_id"], message["repeat"]


def test_somebody_with_only_a_channel_is_reached_and_their_level_is_not_left(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    group = house.person("teller1").raise_(TYPE)
    (message,) = provider.gets("manager1")
    assert message["incident_id"] == group["id"]
    assert message["level"] == 1
    assert levels(group) == [1]
    house.settle()
    shown = channels(house.person("teller1").incident(group), "manager1")
    assert shown["webhook"]["state"] == "sent"
    assert shown["socket"]["state"] == "queued"


def test_who_has_the_app_and_a_channel_gets_it_on_both_and_one_look_is_enough(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = [500, 500, 500, 500]
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    alert = manager.hears("alert", incident_id=group["id"])
    provider.gets("manager1")
    manager.socket.asks("seen", {"alert_id": alert["alert_id"], "repeat": 0})
    house.advance(59)
    assert len(provider.got("manager1")) == 1
    assert channels(manager.incident(group), "manager1")["socket"]["state"] == "seen"


def test_a_cancelled_incident_pages_nobody_any_more(house: House, provider: Provider) -> None:
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = [503] * 50
    teller = house.person("teller1")
    group = teller.raise_(TYPE)
    provider.gets("manager1")
    teller.command(group, "cancel", reason="点错了")
    house.settle()
    tried = len(provider.got("manager1"))
    house.advance(600)
    assert len(provider.got("manager1")) == tried


def test_what_is_refused_with_500_is_sent_once_more_under_the_same_name(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = [500]
    group = house.person("teller1").raise_(TYPE)
    house.advance(2)
    first, again = provider.gets("manager1", 2)
    assert identity(first) == identity(again)
    house.advance(50)
    assert len(provider.got("manager1")) == 2
    timeline = house.person("teller1").timeline(group)
    assert "alert.failed" not in types(timeline)
    assert (
        channels(house.person("teller1").incident(group), "manager1")["webhook"]["state"] == "sent"
    )


def test_what_is_taken_before_the_line_is_cut_is_in_doubt_and_sent_again(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = ["cut", "cut"]
    house.person("teller1").raise_(TYPE)
    house.advance(10)
    assert len({identity(each) for each in provider.gets("manager1", 3)}) == 1
    house.advance(45)
    assert len(provider.got("manager1")) == 3


def test_after_three_tries_it_is_on_record_and_goes_on_being_tried(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = [500] * 4
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    house.advance(50)
    assert len(provider.gets("manager1", 5)) == 5
    failed = [each for each in manager.timeline(group)["events"] if each["type"] == "alert.failed"]
    assert len(failed) == 1
    assert failed[0]["data"]["detail"] == "对方回答 500 / the other side answered 500"
    assert channels(manager.incident(group), "manager1")["webhook"]["state"] == "sent"


def test_when_nobody_of_a_level_can_be_delivered_to_the_next_is_asked_at_once(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1", "office1", "deputy1")
    provider.answers["manager1"] = [404]
    provider.answers["office1"] = [410]
    group = house.person("teller1").raise_(TYPE)
    assert levels(group) == [1]
    assert provider.gets("deputy1")[0]["level"] == 2
    house.settle()
    shown = house.person("teller1").incident(group)
    assert [each["raised_at"] for each in shown["alerts"]] == ["2026-03-11T02:00:00.000Z"] * 2
    assert shown["alerts"][1]["reason"] == "unreachable"
    assert channels(shown, "office1")["webhook"]["state"] == "failed"
    assert (
        channels(shown, "office1")["webhook"]["detail"]
        == "对方回答 410 / the other side answered 410"
    )
    assert channels(shown, "office1")["socket"]["state"] == "failed"
    timeline = types(house.person("teller1").timeline(group))
    assert timeline.count("alert.failed") == 2
    assert "alert.escalated" in timeline
    assert len(provider.got("office1")) == 1, "what will never be taken is not tried again"


def test_a_yes_that_says_no_inside_is_a_no(house: House, provider: Provider) -> None:
    for name in ("manager1", "office1", "deputy1"):
        house.gives(name, provider.url(name), kind="wecom")
    provider.answers["manager1"] = [{"errcode": 45009, "errmsg": "freq out of limit"}]
    provider.answers["manager1"] += [{"errcode": 0}]
    provider.answers["office1"] = [{"errcode": 93000, "errmsg": "invalid webhook url"}]
    group = house.person("teller1").raise_(TYPE)
    house.advance(50)
    assert len(provider.gets("manager1", 2)) == 2, "it was only busy"
    assert len(provider.got("office1")) == 1
    shown = house.person("teller1").incident(group)
    assert channels(shown, "manager1")["wecom"]["state"] == "sent"
    assert channels(shown, "office1")["wecom"]["state"] == "failed"
    assert levels(shown) == [1]


def test_a_provider_that_hangs_keeps_nobody_else_waiting(house: House) -> None:
    with Provider() as slow, Provider() as quick:
        for at in range(12):
            slow.answers[f"line-{at}"] = ["hang"]
            house.gives("manager1", slow.url(f"line-{at}"))
        house.gives("office1", quick.url("office1"))
        house.person("teller1").raise_(TYPE)
        slow.gets("line-0")
        quick.gets("office1")
        house.person("teller2").raise_("disruptive_customer")
        quick.gets("office1", 2)
        slow.lets_go()
        house.settle()


def test_a_crowd_before_a_provider_that_hangs_is_turned_away_and_comes_back(house: House) -> None:
    lines = [f"line-{at}" for at in range(MOST_WAITING + 20)]
    with Provider() as slow, Provider() as quick:
        for line in lines:
            slow.answers[line] = ["hang"]
            house.gives("manager1", slow.url(line))
        house.gives("office1", quick.url("office1"))
        house.person("teller1").raise_(TYPE)
        quick.gets("office1")
        slow.gets("line-0")
        slow.lets_go()
        house.advance(59)
        house.advance(59)
        for line in lines:
            assert len({identity(each) for each in slow.gets(line, 2)}) == 1


def test_what_was_on_its_way_when_the_server_died_is_sent_again(
    own_house: House, provider: Provider
) -> None:
    house = own_house
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = ["hang"]
    group = house.person("teller1").raise_(TYPE)
    (first,) = provider.gets("manager1")
    house.killed_and_restarted(after=5)
    house.advance(20)
    assert len(provider.got("manager1")) == 1, "somebody else may still be sending it"
    house.advance(6)
    again = provider.gets("manager1", 2)[1]
    assert identity(first) == identity(again)
    shown = house.person("teller1").incident(group)
    assert channels(shown, "manager1")["webhook"]["state"] == "sent"


def test_what_was_committed_before_the_server_died_is_sent_when_it_is_back(
    own_house: House, provider: Provider
) -> None:
    house = own_house
    reached_by(house, provider, "manager1")
    provider.answers["manager1"] = [500] * 3
    house.person("teller1").raise_(TYPE)
    provider.gets("manager1")
    house.killed_and_restarted(after=58)
    house.advance(60)
    assert len({identity(each) for each in provider.gets("manager1", 4)}) == 1


def test_a_channel_that_was_switched_off_meanwhile_gets_nothing(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "hqduty1")
    group = house.person("teller4").raise_(TYPE)
    provider.gets("hqduty1")
    house.host.tell("switch_off", username="hqduty1")
    house.advance(120)
    assert len(provider.got("hqduty1")) == 1
    shown = house.person("hqduty1").incident(group)
    assert list(channels(shown, "hqduty1")) == ["socket"]


def test_a_discreet_alert_says_nothing_but_that_there_is_one(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    covert = house.person("teller1").raise_("media_covert")
    (message,) = provider.gets("manager1")
    assert message["title"] == {"zh": "内部提醒", "en": "Internal notice"}
    assert "type" not in message
    assert message["alert_id"] == covert["alerts"][0]["id"]


def test_reminders_to_the_same_person_go_out_as_one_message_within_a_minute(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, "manager1")
    manager = house.person("manager1")
    first = house.person("teller1").raise_(TYPE)
    second = house.person("teller2").raise_("disruptive_customer")
    for each in (first, second):
        manager.command(each, "acknowledge")
        for step in manager.incident(each)["steps"]:
            if step["state"] == "ready" and step["containment"]:
                manager.ticks(each, step["id"])
    house.settle()
    before = len(provider.got("manager1"))
    house.advance(179.999)  # after two minutes their steps are nearly late
    assert provider.got("manager1")[before:] == []
    house.advance(0.001)
    (message,) = provider.got("manager1")[before:]
    reminders = [message, *message["also"]]
    assert {each["incident_id"] for each in reminders} == {first["id"], second["id"]}
    assert {each["urgency"] for each in reminders} == {"soon"}
    assert len({identity(each) for each in reminders}) == len(reminders) > 2


def test_one_row_that_breaks_the_sender_is_set_aside_and_stops_nobody(
    house: House, provider: Provider
) -> None:
    house.gives("manager1", "nowhere", kind="broken")
    reached_by(house, provider, "office1")
    group = house.person("teller1").raise_(TYPE)
    provider.gets("office1")
    house.advance(55)
    shown = channels(house.person("teller1").incident(group), "manager1")
    assert shown["broken"]["state"] == "failed"
    metrics = house.person("admin1").ask("GET", "/metrics").text
    assert "counterbell_outbox_parked_total 1.0" in metrics
    assert 'counterbell_outbox_sent_total{kind="webhook"} 1.0' in metrics
    assert "counterbell_outbox_waiting 0.0" in metrics
    faults = house.host.faults()
    assert sum("delivery_parked" in line for line in faults) == 1
    assert not any("nowhere" in line for line in faults)
