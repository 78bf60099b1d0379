"""How other alerting systems have failed people, one scenario each; here it goes another way.

Two servers with one database: ``tests/integration/test_two_processes.py`` for PostgreSQL (each
deadline fires once though both watch it, each message goes out once), and
``test_real_time.py`` for the embedded database, which a second server is not let near.
"""

from typing import Any

from tests.clients import Client
from tests.house import House
from tests.provider import Provider
from tests.scenarios.steps import channels, levels, reached_by, types

TYPE = "media_declared"
BROWSER = (
    '{"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7V'
    'd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}'
)
"""The keys of RFC 8291's own example."""
RUNGS = ("manager1", "deputy1", "regional1", "hqduty1")


def all_rungs_listen(house: House) -> dict[str, Client]:
    """Somebody of every level has the app open, and a line of this moment."""
    for name in RUNGS:
        person = house.person(name)
        person.close()
        person.listens()
    return {name: house.person(name) for name in RUNGS}


def raised_at(incident: Any) -> list[str]:
    """Minutes and seconds of its alerts, in order."""
    return [each["raised_at"][14:19] for each in incident["alerts"]]


def test_the_level_with_nobody_on_it_is_passed_at_once_and_not_waited_for(house: House) -> None:
    # West-01 has its teller and nobody else; elsewhere the alert would wait for an empty rota.
    top = house.person("hqduty1").listens()
    group = house.person("teller4").raise_(TYPE)
    alert = top.hears("alert", incident_id=group["id"])
    assert alert["level"] == 4
    assert alert["reason"] == "unreachable"
    assert alert["branch"]["id"] == "west-01"
    assert levels(group) == [4]
    passed = [each for each in top.timeline(group)["events"] if each["type"] == "alert.escalated"]
    assert [each["data"]["because"] for each in passed] == ["empty", "empty", "empty"]
    house.advance(120)
    assert top.hears("alert", repeat=1)["alert_id"] == alert["alert_id"]


def test_the_acknowledged_alert_pages_nobody_any_more_not_even_after_a_crash(
    own_house: House, provider: Provider
) -> None:
    house = own_house
    reached_by(house, provider, "manager1", "office1", "deputy1")
    provider.answers["manager1"] = [500] * 50
    group = house.person("teller1").raise_(TYPE)
    provider.gets("manager1")
    house.person("office1").command(group, "acknowledge")
    house.settle()
    tried = len(provider.got("manager1"))
    house.killed_and_restarted(after=60)
    house.advance(110)
    assert len(provider.got("manager1")) == tried
    assert provider.got("deputy1") == []


def test_the_acknowledgement_after_which_nothing_is_done_does_not_hold_for_ever(
    house: House,
) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_("group_visit")
    rungs["manager1"].hears("alert")
    rungs["manager1"].command(group, "acknowledge")
    house.advance(179.999)
    rungs["deputy1"].hears_nothing("alert")
    house.advance(0.001)
    for name in ("manager1", "deputy1"):
        assert rungs[name].hears("alert", reason="act_within")["level"] == 2
    # And if that is not answered either, it goes on to the top, and repeats there.
    house.advance(600)
    assert rungs["hqduty1"].hears("alert", level=4, repeat=1)


def test_the_restart_in_a_waiting_step_loses_no_level_and_repeats_none(own_house: House) -> None:
    house = own_house
    all_rungs_listen(house)
    group = house.person("teller1").raise_("group_visit")
    house.advance(60)
    house.person("deputy1").hears("alert", level=2)
    house.killed_and_restarted(after=10)
    rungs = all_rungs_listen(house)
    house.advance(110)
    rungs["regional1"].hears("alert", level=3)
    house.killed_and_restarted()
    rungs = all_rungs_listen(house)
    house.advance(120)
    rungs["hqduty1"].hears("alert", level=4)
    shown = house.person("teller1").incident(group)
    assert levels(shown) == [1, 2, 3, 4]
    assert raised_at(shown) == ["00:00", "01:00", "03:00", "05:00"]


def test_the_phone_whose_push_subscription_died_is_forgotten_and_the_next_is_asked_at_once(
    house: House, provider: Provider
) -> None:
    house.gives("manager1", provider.url("manager1"), kind="webpush", secret=BROWSER)
    provider.answers["manager1"] = [410]
    reached_by(house, provider, "deputy1")
    group = house.person("teller1").raise_(TYPE)
    provider.gets("manager1")
    assert provider.gets("deputy1")[0]["level"] == 2
    house.settle()
    manager = house.person("manager1")
    shown = manager.incident(group)
    assert raised_at(shown) == ["00:00", "00:00"]
    assert channels(manager.incident(group), "manager1")["webpush"]["state"] == "failed"
    assert manager.get("/users/me/channels") == []
    house.advance(59)
    assert len(provider.got("manager1")) == 1


def test_the_last_phone_whose_push_subscription_died_is_on_record_as_nobody_to_reach(
    house: House, provider: Provider
) -> None:
    house.gives("hqduty1", provider.url("hqduty1"), kind="webpush", secret=BROWSER)
    provider.answers["hqduty1"] = [410]
    group = house.person("teller4").raise_(TYPE)
    provider.gets("hqduty1")
    house.settle()
    top = house.person("hqduty1")
    assert channels(top.incident(group), "hqduty1")["webpush"]["state"] == "failed"
    assert types(top.timeline(group)).count("alert.exhausted") == 1
    house.advance(120)
    assert len(provider.got("hqduty1")) == 1
    # Opening the app, they find it waiting.
    assert top.listens().hears("alert", incident_id=group["id"])["level"] == 4


def test_the_provider_that_says_yes_and_does_nothing_stops_no_ladder(
    house: House, provider: Provider
) -> None:
    reached_by(house, provider, *RUNGS)
    group = house.person("teller1").raise_(TYPE)
    house.advance(300)
    for name in RUNGS:
        assert len(provider.gets(name)) == 1
    shown = house.person("teller1").incident(group)
    assert levels(shown) == [1, 2, 3, 4]
    assert channels(shown, "hqduty1")["webhook"]["state"] == "sent"
    house.advance(120)
    first, again = provider.gets("hqduty1", 2)
    assert again["alert_id"] == first["alert_id"]
    assert (first["repeat"], again["repeat"]) == (0, 1)
