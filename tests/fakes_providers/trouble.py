"""What may go wrong on the way to any provider, and what a channel must make of it."""

from dataclasses import dataclass

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, Channel, Message, Undelivered
from tests.fakes import VirtualClock
from tests.fakes_providers.http_server import FakeServer

NAME = "localhost"
PATIENT = 60.0
"""Seconds: this machine may be busy with other things."""
IMPATIENT = 0.2
"""Seconds, for servers that would keep us waiting for ever."""


@dataclass(frozen=True)
class Trouble:
    """``takes``: the provider has the message all the same. ``empty``: it still says yes."""

    mood: str
    seconds: float = PATIENT
    takes: bool = False
    after: int | None = None


TROUBLES = (
    Trouble("status-500"),
    Trouble("status-503"),
    Trouble("too-many", after=7),
    Trouble("redirect"),
    Trouble("cut", takes=True),
    Trouble("hang", IMPATIENT),
    Trouble("drip", IMPATIENT),
    Trouble("late", IMPATIENT, takes=True),
)
any_trouble = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: each.mood)


def refusal(way: Channel, to: Address, message: Message, outside: WayOut) -> Undelivered:
    """What the channel says of a message that it could not hand over."""
    with pytest.raises(Undelivered) as caught:
        way.send(to, message, outside)
    return caught.value


def expect_another_try(
    way: Channel, to: Address, message: Message, fake: FakeServer, trouble: Trouble
) -> None:
    """Trouble passes: it is told without the address, and the next try is a success."""
    fake.moods = [trouble.mood]
    hosts = ("127.0.0.1",)
    short = WayOut(VirtualClock(), hosts, None, seconds=trouble.seconds)
    fault = refusal(way, to, message, short)
    assert fault.again
    assert fault.after == trouble.after
    expect_discreet(fault, to)
    assert not any(asked.path == "/elsewhere" for asked in fake.asked)
    before = len(fake.taken)
    assert (before > 0) == trouble.takes
    way.send(to, message, WayOut(VirtualClock(), hosts, None, seconds=PATIENT))
    assert fake.taken


def expect_discreet(fault: Undelivered, to: Address) -> None:
    """No address, key or token stands in what people read of it; Chinese comes first."""
    for hidden in (to.address, to.secret, "127.0.0.1", "key=", "token"):
        assert not hidden or hidden not in fault.detail
    chinese, _, english = fault.detail.partition(" / ")
    assert english.isascii()
    assert not chinese.isascii()
