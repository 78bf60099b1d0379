"""At least once, shown once, with providers that fail in every way at once (F5)."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.clients import Client
from tests.fakes_providers.push_service import FakePushService
from tests.fakes_providers.webhook_receiver import FakeReceiver
from tests.faults.living import LONG
from tests.faults.providers import (
    BusyWeCom,
    Post,
    PushPost,
    WebhookPost,
    WeComPost,
)
from tests.house import Host, House, Template

RAISERS = ("teller1", "teller3", "teller4")
TYPES = ("group_visit", "disruptive_customer", "media_declared", "help")
ROUNDS = 34 if LONG else 5
"""Twelve incidents each: some four hundred in the long form."""
SEEDS = range(5) if LONG else range(1)
PUBLIC = "https://counterbell.bank.example"
PATIENCE = 1.0
ROUND = 59
"""Seconds; the second level fires after 60."""


class Bank(NamedTuple):
    house: House
    posts: dict[str, Post]

    @property
    def top(self) -> Client:
        return self.house.person("hqduty1")

    def tells_the_time(self) -> None:
        """The providers have clocks, too."""
        for post in self.posts.values():
            post.fake.now = self.house.now

    def waiting_for(self, incident: Any) -> list[tuple[Post, Any]]:
        """Whom its alerts have not reached by the channel that they have."""
        return [
            (self.posts[name], alert)
            for alert in incident["alerts"]
            for told in alert["recipients"]
            if (name := told["user"]["username"]) in self.posts
            and not self.posts[name].has(alert, incident)
        ]


@pytest.fixture
def bank(host: Host, template: Template, tmp_path: Path) -> Iterator[Bank]:
    data = template.copied_to(tmp_path / "data")
    house = House(host, data, template.tokens, environ={"COUNTERBELL_PUBLIC_URL": PUBLIC})
    with ExitStack() as stack:
        stack.callback(house.close)
        key = house.person("manager2").get("/push/key")["key"]
        hooks = [stack.enter_context(FakeReceiver(house.now)) for _ in range(2)]
        wecom = stack.enter_context(BusyWeCom(house.now))
        push = stack.enter_context(FakePushService(key, house.now))
        for name, hook in zip(("manager1", "hqduty1"), hooks, strict=True):
            house.gives(name, hook.address, secret=hook.secret)
        house.gives("office1", wecom.address, kind="wecom")
        house.gives("manager2", push.address, kind="webpush", secret=push.secret)
        house.waits_for_providers(PATIENCE)
        posts: dict[str, Post] = {
            "manager1": WebhookPost(hooks[0]),
            "hqduty1": WebhookPost(hooks[1]),
            "office1": WeComPost(wecom),
            "manager2": PushPost(push),
        }
        yield Bank(house, posts)


@pytest.mark.timeout(3600 if LONG else 500)
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_arrives_nothing_is_shown_twice_and_an_answer_ends_it(
    bank: Bank, seed: int
) -> None:
    chance = random.Random(seed)
    for post in bank.posts.values():
        post.becomes_unwell(chance)
    left: list[str] = []
    alerts = 0
    for _ in range(ROUNDS):
        bank.tells_the_time()
        raised = [bank.house.person(who).raise_(type_) for who in RAISERS for type_ in TYPES]
        alerts += sum(len(each["alerts"]) for each in raised)
        answered = [bank.top.command(each, "acknowledge") for each in chance.sample(raised, 4)]
        bank.house.settle()
        before = [spoken_of(bank, each) for each in answered]
        bank.house.advance(ROUND)
        assert [spoken_of(bank, each) for each in answered] == before, "answered, and paged again"
        ended = {each["id"] for each in answered}
        for each in raised:
            if each["id"] in ended or not bank.waiting_for(bank.top.incident(each)):
                bank.top.command(each, "cancel", reason="下一轮")
            else:
                left.append(each["id"])
        bank.house.advance(2)
    for post in bank.posts.values():
        post.fake.moods = []
    bank.tells_the_time()
    bank.house.advance(60)
    missed = [each for each in left if bank.waiting_for(bank.top.incident(each))]
    assert missed == []
    for post in bank.posts.values():
        if isinstance(post, WebhookPost):
            assert set(post.shown().values()) == {1}, "shown twice"
    assert_nothing_after_a_yes(bank)
    assert alerts >= ROUNDS * len(RAISERS) * len(TYPES)


def spoken_of(bank: Bank, incident: Any) -> int:
    """Requests about it, to anybody."""
    shown = bank.top.incident(incident)
    return sum(
        post.asked_about(alert, shown) for post in bank.posts.values() for alert in shown["alerts"]
    )


def assert_nothing_after_a_yes(bank: Bank) -> None:
    """What a provider has said yes to is not sent again: no more yeses than messages."""
    metrics = bank.house.person("admin1").ask("GET", "/metrics").text.splitlines()
    said_yes = {
        line.split('"')[1]: float(line.split()[1])
        for line in metrics
        if line.startswith("counterbell_outbox_sent_total{")
    }
    hooks = [post for post in bank.posts.values() if isinstance(post, WebhookPost)]
    assert 0 < said_yes["webhook"] <= sum(len(post.shown()) for post in hooks)
