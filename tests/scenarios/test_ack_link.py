"""Taking charge straight from a message, by its link: without signing in, for one person, once."""

import re
from typing import Any

import pytest
import requests

from backend.outgoing.ack_links import acknowledge_link
from backend.secret import kept_secret
from tests.clients import Client, new_id
from tests.fakes import VirtualClock
from tests.house import House
from tests.provider import Provider
from tests.scenarios.steps import types

TYPE = "group_visit"
DAY = 24 * 3600


class Link:
    """What somebody's message leads to, opened in a browser that nobody is signed in to."""

    def __init__(self, house: House, alert_id: str, username: str) -> None:
        me = house.person(username).get("/auth/me")
        secret = kept_secret(house.data / "secret.key", VirtualClock())
        link = acknowledge_link("http://bank", secret, alert_id, me["id"], house.now)
        assert link is not None
        self._url = link.replace("http://bank", house.url)

    def opened(self, lang: str = "en", method: str = "GET") -> requests.Response:
        return requests.request(method, self._url, headers={"Accept-Language": lang}, timeout=30)

    def pressed(self, lang: str = "en") -> requests.Response:
        return self.opened(lang, "POST")


@pytest.fixture
def manager(house: House) -> Client:
    return house.person("manager1").listens()


def raised(house: House, manager: Client, type_: str = TYPE) -> tuple[Any, dict[str, Any]]:
    incident = house.person("teller1").raise_(type_)
    return incident, manager.hears("alert", incident_id=incident["id"])


def said(answer: requests.Response) -> str:
    """The page's words alone."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<body>")[2]).split())


def test_a_manager_takes_charge_from_the_message_and_everybody_sees_it(
    house: House, manager: Client
) -> None:
    incident, alert = raised(house, manager)
    link = Link(house, alert["alert_id"], "manager1")
    page = link.opened("zh")
    assert page.status_code == 200
    assert "城东支行营业部" in said(page)
    assert "我来负责" in said(page)
    assert "03-11 10:00 上报" in said(page)
    done = link.pressed("zh")
    assert done.status_code == 200
    assert "好了，由你负责" in said(done)
    over = manager.hears("alert_over", alert_id=alert["alert_id"])
    assert (over["because"], over["by"]["username"]) == ("acknowledged", "manager1")
    now = manager.incident(incident)
    assert (now["status"], now["in_charge"]["username"]) == ("acknowledged", "manager1")
    events = manager.get(f"/incidents/{incident['id']}/timeline")["events"]
    taken = next(each for each in events if each["type"] == "alert.acknowledged")
    assert taken["actor"]["name"] == "周敏"
    assert taken["data"]["by_link"] is True


def test_the_link_comes_with_the_message_to_whoever_has_no_app_open(house: House) -> None:
    with Provider() as provider:
        house.gives("manager1", provider.url("manager1"))
        incident = house.person("teller1").raise_(TYPE)
        (message,) = provider.gets("manager1")
    link = message["acknowledge"].replace("http://localhost:", "http://127.0.0.1:")
    assert link.startswith(f"{house.url}/a/")
    assert requests.post(link, timeout=30).status_code == 200
    now = house.person("teller1").incident(incident)
    assert now["in_charge"]["username"] == "manager1"


def test_the_ladder_stops_at_a_press(house: House, manager: Client) -> None:
    deputy = house.person("deputy1").listens()
    _, alert = raised(house, manager)
    house.advance(30)
    Link(house, alert["alert_id"], "manager1").pressed()
    house.advance(60)
    deputy.hears_nothing("alert", reason="no_answer")


def test_looking_changes_nothing_however_a_scanner_looks(house: House, manager: Client) -> None:
    incident, alert = raised(house, manager)
    link = Link(house, alert["alert_id"], "manager1")
    before = manager.get(f"/incidents/{incident['id']}/timeline")["events"]
    for method in ("GET", "GET", "HEAD", "OPTIONS"):
        assert link.opened(method=method).status_code == 200
    assert link.opened(method="PUT").status_code == 405
    assert link.opened(method="DELETE").status_code == 405
    assert manager.get(f"/incidents/{incident['id']}/timeline")["events"] == before
    assert manager.incident(incident)["status"] == "open"


def test_a_second_press_does_nothing_more_and_says_who_is_in_charge(
    house: House, manager: Client
) -> None:
    incident, alert = raised(house, manager)
    link = Link(house, alert["alert_id"], "manager1")
    link.pressed()
    house.advance(60)
    again = link.pressed()
    assert "You are in charge" in said(again)
    assert "Done" not in said(again)
    assert "Since 03-11 10:00" in said(again)
    happened = types(manager.get(f"/incidents/{incident['id']}/timeline"))
    assert happened.count("alert.acknowledged") == 1


def test_who_comes_second_learns_who_has_it(house: House, manager: Client) -> None:
    incident, alert = raised(house, manager)
    manager.command(incident, "acknowledge")
    office = Link(house, alert["alert_id"], "office1")
    for answer in (office.opened(), office.pressed()):
        assert "周敏 is in charge" in said(answer)
        assert "<button" not in answer.text
    assert manager.incident(incident)["in_charge"]["username"] == "manager1"


def test_what_is_over_is_not_taken_up_again_also_not_after_a_reopening(
    house: House, manager: Client
) -> None:
    incident, alert = raised(house, manager)
    link, other = (Link(house, alert["alert_id"], name) for name in ("manager1", "office1"))
    link.pressed()
    manager.command(incident, "cancel", reason="误报")
    assert "It is over" in said(other.pressed())
    assert "It is over" in said(link.pressed())
    happened = types(manager.get(f"/incidents/{incident['id']}/timeline"))
    assert happened.count("alert.acknowledged") == 1


def test_after_a_reopening_an_old_link_takes_nothing(house: House, manager: Client) -> None:
    incident, alert = raised(house, manager, "help")
    link = Link(house, alert["alert_id"], "manager1")
    link.pressed()
    for step in manager.incident(incident)["steps"]:
        if step["containment"] and step["state"] == "ready":
            manager.ticks(incident, step["id"])
    manager.command(incident, "contain")
    manager.command(incident, "close", resolution="好了", outcome="settled", root_cause="other")
    manager.command(incident, "reopen", reason="又来了")
    manager.command(incident, "hand-over", to="deputy1")
    assert "高磊 is in charge" in said(link.pressed())
    assert manager.incident(incident)["in_charge"]["username"] == "deputy1"


def test_the_call_to_act_after_an_acknowledgement_has_a_link_that_works(
    house: House, manager: Client
) -> None:
    deputy = house.person("deputy1").listens()
    incident, first = raised(house, manager)
    Link(house, first["alert_id"], "manager1").pressed()
    house.advance(180)
    again = deputy.hears("alert", reason="act_within")
    answer = Link(house, again["alert_id"], "deputy1").pressed()
    assert answer.status_code == 200
    alerts = {each["id"]: each for each in deputy.incident(incident)["alerts"]}
    assert alerts[again["alert_id"]]["acknowledged_by"]["username"] == "deputy1"


def test_a_link_lasts_a_day(house: House, manager: Client) -> None:
    _, alert = raised(house, manager)
    link = Link(house, alert["alert_id"], "manager1")
    house.jump(DAY - 1)
    assert link.opened().status_code == 200
    house.jump(1)
    for answer in (link.opened(), link.pressed()):
        assert answer.status_code == 410
        assert "expired" in said(answer)


def test_each_wrong_link_gets_the_same_page(house: House, manager: Client) -> None:
    _, alert = raised(house, manager)
    never_told = Link(house, alert["alert_id"], "teller4")
    of_nothing = Link(house, new_id(), "manager1")
    good = Link(house, alert["alert_id"], "manager1")
    good._url = good._url[:-2] + ("AA" if good._url[-2:] != "AA" else "BB")
    answers = [
        answer
        for link in (never_told, of_nothing, good)
        for answer in (link.opened(), link.pressed())
    ]
    answers += [
        requests.get(f"{house.url}/a/{bad}", headers={"Accept-Language": "en"}, timeout=30)
        for bad in ("x", "%E2%82%AC", "a" * 3000, "{name}")
    ]
    assert {answer.status_code for answer in answers} == {404}
    pages = {answer.text for answer in answers if "text/html" in answer.headers["Content-Type"]}
    assert len(pages) == 1


def test_whoever_has_left_or_is_spoken_of_has_no_link_any_more(
    house: House, manager: Client
) -> None:
    office = house.person("office1").listens()
    incident, alert = raised(house, manager)
    office.hears("alert")
    manager.command(incident, "record-facts", facts={"subject_staff": "office1"})
    assert Link(house, alert["alert_id"], "office1").pressed().status_code == 404
    link = Link(house, alert["alert_id"], "manager1")
    house.person("admin1").does("PATCH", "/users/manager1", {"active": False})
    assert link.pressed().status_code == 404
    assert house.person("deputy1").incident(incident)["status"] == "open"


def test_a_discreet_page_names_neither_type_nor_branch(house: House, manager: Client) -> None:
    _, alert = raised(house, manager, "media_covert")
    link = Link(house, alert["alert_id"], "manager1")
    for lang in ("zh", "en"):
        for words in ("媒体", "暗访", "城东", "edia", "overt"):
            assert words not in link.opened(lang).text
    assert "内部提醒" in said(link.opened("zh"))
    assert "you are in charge" in said(link.pressed())
    assert "城东" not in link.opened("zh").text


def test_the_page_runs_no_script_is_kept_nowhere_and_tells_no_other_site(
    house: House, manager: Client
) -> None:
    _, alert = raised(house, manager)
    page = Link(house, alert["alert_id"], "manager1").opened()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert (
        requests.get(f"{house.url}/a/look.css", timeout=30)
        .headers["Content-Type"]
        .startswith("text/css")
    )
