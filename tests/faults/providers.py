"""Three providers that are badly unwell, in an order that a seed decides."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from typing import Any

from tests.fakes_providers.http_server import Asked, Reply, json_reply
from tests.fakes_providers.push_service import FakePushService
from tests.fakes_providers.robots import FakeWeCom
from tests.fakes_providers.webhook_receiver import FakeReceiver

TROUBLES = ("status-500", "status-503", "too-many", "hang", "late", "cut")
"""``late`` and ``cut`` take the message and do not say so."""
MANY = 5000


class BusyWeCom(FakeWeCom):
    """``busy``: it says 200, and no inside."""

    def _unwell(self, mood: str) -> Reply:
        if mood == "busy":
            return json_reply({"errcode": 45009, "errmsg": "api freq out of limit"})
        return super()._unwell(mood)


class Post(ABC):
    """What comes to one person, whatever their provider."""

    troubles: tuple[str, ...] = TROUBLES

    def __init__(self, fake: FakeReceiver | FakePushService | FakeWeCom) -> None:
        self.fake = fake

    def becomes_unwell(self, chance: random.Random) -> None:
        """From now on half of what it is asked goes wrong."""
        bad = self.troubles
        self.fake.moods = [chance.choice((*bad, *["well"] * len(bad))) for _ in range(MANY)]

    @abstractmethod
    def asked_about(self, alert: Any, incident: Any) -> int:
        """How many requests, well or unwell, spoke of an alert."""

    @abstractmethod
    def has(self, alert: Any, incident: Any) -> bool:
        """It came through. ``alert`` and ``incident`` as the API shows them."""


class ReadablePost(Post):
    """What a provider is asked for can be read on the way."""

    def asked_about(self, alert: Any, incident: Any) -> int:
        return sum(self._is_about(each, alert, incident) for each in list(self.fake.asked))

    @abstractmethod
    def _is_about(self, asked: Asked, alert: Any, incident: Any) -> bool:
        """The request speaks of that alert."""


class WebhookPost(ReadablePost):
    """Keyed by (alert_id, repeat)."""

    fake: FakeReceiver

    def shown(self) -> Counter[tuple[str, int]]:
        """How often each was shown by a receiver that knows deliveries by their ids."""
        return Counter((each["alert_id"], each["repeat"]) for each in self.fake.taken)

    def has(self, alert: Any, incident: Any) -> bool:
        return (alert["id"], alert["repeat"]) in self.shown()

    def _is_about(self, asked: Asked, alert: Any, incident: Any) -> bool:
        return bool(asked.json["alert_id"] == alert["id"])


class PushPost(Post):
    """A browser: what it shows under one name again takes the place of the first."""

    fake: FakePushService

    def has(self, alert: Any, incident: Any) -> bool:
        names = {(each["alert_id"], each["repeat"]) for each, _ in list(self.fake.taken)}
        return (alert["id"], alert["repeat"]) in names

    def asked_about(self, alert: Any, incident: Any) -> int:
        """Only what it could read, for the rest is encrypted."""
        return sum(each["alert_id"] == alert["id"] for each, _ in list(self.fake.taken))


class WeComPost(ReadablePost):
    """A group chat: words, no ids. Type, branch and minute say which alert it is."""

    troubles = (*TROUBLES, "busy", "page")
    fake: FakeWeCom

    def has(self, alert: Any, incident: Any) -> bool:
        return any(self._is_in(text, alert, incident) for text in list(self.fake.taken))

    def _is_about(self, asked: Asked, alert: Any, incident: Any) -> bool:
        return self._is_in(asked.json["text"]["content"], alert, incident)

    def _is_in(self, text: str, alert: Any, incident: Any) -> bool:
        hour = f"{(int(alert['raised_at'][11:13]) + 8) % 24:02}{alert['raised_at'][13:16]}"
        words = (incident["title"]["zh"], incident["branch"]["name"], f" {hour} ")
        return all(word in text for word in words)
