"""A tablet was offline for ten minutes and comes back by ``/sync`` (contract, sections 3 and 7)."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from escalation.timeline import canonical
from tests.clients import Tablet, new_id
from tests.house import House
from tests.scenarios.steps import names, step, types

TYPE = "group_visit"


class Queue:
    """What a tablet with clocks of its own keeps while it is offline.

    ``ahead``: its wall clock shows so many seconds more than the truth.
    """

    def __init__(self, house: House, *, ahead: float = 0, mono: int = 5_000_000) -> None:
        self._house = house
        self._ahead = timedelta(seconds=ahead)
        self._started = house.now - timedelta(milliseconds=mono)
        self.run = new_id()
        self.time_token: str | None = None
        self.commands: list[dict[str, Any]] = []

    def does(self, command: str, incident: str, **data: Any) -> str:
        """Keep a command at its deed."""
        command_id = new_id()
        self.commands.append(
            {
                "command_id": command_id,
                "incident": incident,
                "command": command,
                "data": data,
                "occurred": {
                    "device_at": self._wall(),
                    "mono_ms": self._mono(),
                    "session": self.run,
                    "time_token": self.time_token,
                },
            }
        )
        return command_id

    def restarts(self) -> None:
        """Its monotonic clock begins anew."""
        self._started = self._house.now
        self.run = new_id()

    def body(self) -> dict[str, Any]:
        """What it sends when it is back."""
        return {
            "device_now": self._wall(),
            "mono_now": self._mono(),
            "session": self.run,
            "commands": self.commands,
        }

    def _wall(self) -> str:
        return (self._house.now + self._ahead).isoformat()

    def _mono(self) -> int:
        return (self._house.now - self._started) // timedelta(milliseconds=1)


def sent(tablet: Tablet, queue: Queue) -> list[str]:
    answer = tablet.does("POST", "/sync", queue.body())
    assert [each["command_id"] for each in answer["results"]] == [
        each["command_id"] for each in queue.commands
    ]
    return [each["outcome"] for each in answer["results"]]


def occurred(timeline: Any, type_: str) -> Any:
    return next(each for each in timeline["events"] if each["type"] == type_)["occurred"]


class Signing:
    """A tablet's own key, with which it signs what it keeps."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = self._key.public_key().public_bytes(serialization.Encoding.DER, form)
        self.public = _text(der)

    def signs(self, command: dict[str, Any], seq: int) -> None:
        """Sign a kept command, once and for all."""
        command.pop("device", None)
        said = canonical({**command, "device_seq": seq})
        raw = utils.decode_dss_signature(self._key.sign(said, ec.ECDSA(hashes.SHA256())))
        signature = _text(b"".join(part.to_bytes(32) for part in raw))
        command["device"] = {"seq": seq, "signature": signature, "signed": said.decode()}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("ahead", [0, 4 * 3600, -90])
def test_what_was_raised_ten_minutes_ago_is_dated_then_whatever_its_wall_clock_shows(
    house: House, ahead: float
) -> None:
    manager = house.person("manager1").listens()
    tablet = house.tablet()
    queue, group = Queue(house, ahead=ahead), new_id()
    tapped_at = house.now
    queue.does("open", group, type=TYPE, branch="east-01", facts={"head_count": 4})
    house.advance(600)
    assert sent(tablet, queue) == ["applied"]

    shown = manager.incident(group)
    assert shown["opened_at"] == "2026-03-11T02:00:00.000Z"
    assert shown["reported_by"][0]["at"] == "2026-03-11T02:00:00.000Z"
    assert shown["reported_by"][0]["late"] is True
    assert shown["reported_by"][0]["device"] == tablet.device_id
    when = occurred(manager.timeline(group), "incident.opened")
    assert when["basis"] == "measured"
    assert when["estimate"] == "2026-03-11T02:00:00.000Z"
    assert moment(when["not_before"]) <= tapped_at <= moment(when["not_after"])
    assert manager.hears("alert")["raised_at"] == "2026-03-11T02:10:00.000Z"


def test_the_same_sent_again_is_repeated_and_alerts_nobody(house: House) -> None:
    manager = house.person("manager1").listens()
    tablet = house.tablet()
    queue, group = Queue(house), new_id()
    queue.does("open", group, type=TYPE)
    house.advance(600)
    assert sent(tablet, queue) == ["applied"]
    house.settle()
    revision, position = manager.incident(group)["revision"], house.position
    house.advance(20)
    assert sent(tablet, queue) == ["repeated"]
    house.settle()
    assert (manager.incident(group)["revision"], house.position) == (revision, position)
    assert len(manager.heard("alert")) == 1


@pytest.mark.parametrize("by", [None, "teller2"])
def test_what_it_has_signed_is_repeated_whoever_is_signed_in_by_then(
    house: House, by: str | None
) -> None:
    key = Signing()
    tablet = house.tablet(public_key=key.public)
    teller = tablet.with_pin("teller1")
    queue, group = Queue(house), new_id()
    queue.does("open", group, type=TYPE)
    queue.does("add-note", group, text="横幅在门口")
    queue.does("complete-step", group, step="divert")
    for seq, command in enumerate(queue.commands, 1):
        key.signs(command, seq)
    assert sent(teller, queue) == ["applied"] * 3  # type: ignore[arg-type]
    house.settle()
    revision = house.person("manager1").incident(group)["revision"]
    teller.does("POST", "/auth/logout")
    later = tablet if by is None else tablet.with_pin(by)
    assert sent(later, queue) == ["repeated"] * 3  # type: ignore[arg-type]
    shown = house.person("manager1").incident(group)
    assert shown["revision"] == revision
    assert step(shown, "divert")["done_by"]["username"] == "teller1"

    # Signed anew it is another sending, and without a signature nobody knows whose it was.
    key.signs(queue.commands[1], 9)
    del queue.commands[2]["device"]
    answer = later.does("POST", "/sync", queue.body())["results"]
    assert [each["outcome"] for each in answer] == ["repeated", "refused", "refused"]
    assert answer[1]["problem"]["type"].endswith("idempotency-conflict")
    teller.close()


def test_what_somebody_did_on_it_offline_is_theirs_in_order(house: House) -> None:
    tablet = house.tablet()
    teller = tablet.with_pin("teller1")
    queue, group = Queue(house), new_id()
    queue.does("open", group, type=TYPE)
    house.advance(60)
    queue.does("complete-step", group, step="divert", note="已到接待室")
    house.advance(60)
    queue.does("record-facts", group, facts={"head_count": 6})
    house.advance(480)
    assert sent(teller, queue) == ["applied"] * 3  # type: ignore[arg-type]
    shown = house.person("manager1").incident(group)
    assert step(shown, "divert")["done_by"]["username"] == "teller1"
    assert step(shown, "divert")["done_at"] == "2026-03-11T02:01:00.000Z"
    assert names([{"user": shown["reported_by"][0]["user"]}]) == {"teller1"}
    teller.close()


def test_one_refusal_stops_nothing_and_says_why(house: House) -> None:
    tablet = house.tablet()
    teller = tablet.with_pin("teller1")
    queue, group = Queue(house), new_id()
    queue.does("open", group, type="disruptive_customer")
    queue.does("complete-step", group, step="call_police")
    queue.does("complete-step", group, step="no_such_step")
    queue.does("add-note", new_id(), text="没有这件事")
    queue.does("no-such-command", group)
    queue.does("add-note", group, text="最后一句")
    answer = teller.does("POST", "/sync", queue.body())["results"]
    outcomes = [each["outcome"] for each in answer]
    assert outcomes == ["applied", "refused", "refused", "refused", "refused", "applied"]
    kinds = [each["problem"]["type"].rsplit("/", 1)[1] for each in answer if "problem" in each]
    assert kinds == ["step-locked", "invalid", "not-found", "invalid"]
    teller.close()


def test_what_comes_too_late_to_act_is_kept_with_its_time_and_reason(house: House) -> None:
    manager = house.person("manager1")
    group = house.person("teller1").raise_(TYPE)
    tablet = house.tablet()
    teller = tablet.with_pin("teller2")
    queue = Queue(house)
    house.advance(30)
    queue.does("complete-step", group["id"], step="divert", note="是我带过去的")
    house.advance(30)
    house.person("lobby1").ticks(group, "divert")
    queue.does("complete-step", group["id"], step="note_who")
    house.advance(540)
    manager.command(group, "contain")
    manager.command(group, "close", resolution="好了", outcome="settled")
    answer = teller.does("POST", "/sync", queue.body())["results"]
    assert [each["outcome"] for each in answer] == ["late", "late"]
    assert answer[1]["problem"]["type"].endswith("closed")
    told = manager.timeline(group)
    late = [each for each in told["events"] if each["type"] == "report.late"]
    assert [each["data"]["command"] for each in late] == ["complete-step"] * 2
    assert late[0]["occurred"]["estimate"] == "2026-03-11T02:00:30.000Z"
    assert late[0]["recorded_at"] == "2026-03-11T02:10:00.000Z"
    assert late[0]["actor"]["name"]
    texts = [each["text"] for each in told["sealed"].values()]
    assert "是我带过去的" in texts
    assert sent(teller, queue) == ["repeated", "repeated"]  # type: ignore[arg-type]
    teller.close()


def test_a_step_done_meanwhile_is_late_while_the_incident_is_open(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    teller = house.tablet().with_pin("teller2")
    queue = Queue(house)
    queue.does("complete-step", group["id"], step="divert")
    house.advance(10)
    house.person("lobby1").ticks(group, "divert")
    answer = teller.does("POST", "/sync", queue.body())["results"]
    assert answer[0]["outcome"] == "late"
    assert answer[0]["problem"]["type"].endswith("step-done")
    shown = house.person("lobby1").incident(group)
    assert step(shown, "divert")["done_by"]["username"] == "lobby1"
    teller.close()


def test_it_joins_what_was_open_at_its_moment_and_not_what_is_open_now(house: House) -> None:
    first = house.person("teller1").raise_(TYPE)
    tablet, mine = house.tablet(), new_id()
    queue = Queue(house)
    house.advance(50)
    queue.does("open", mine, type=TYPE)
    house.advance(550)
    later = house.person("teller2").raise_(TYPE)
    assert later["id"] != first["id"]
    assert sent(tablet, queue) == ["applied"]
    manager = house.person("manager1")
    assert manager.incident(mine)["id"] == first["id"]
    assert types(manager.timeline(first))[-1] == "incident.joined"


def test_after_a_restart_the_wall_clock_is_believed_inside_what_is_certain(house: House) -> None:
    tablet, group = house.tablet(), new_id()
    tablet.listens()
    queue = Queue(house)
    queue.time_token = tablet.hello["time_token"]
    house.advance(60)
    queue.does("open", group, type=TYPE)
    house.advance(60)
    queue.restarts()
    house.advance(480)
    assert sent(tablet, queue) == ["applied"]
    when = occurred(house.person("manager1").timeline(group), "incident.opened")
    assert when["basis"] == "estimated"
    assert when["estimate"] == "2026-03-11T02:01:00.000Z"
    assert when["not_before"] == "2026-03-11T02:00:00.000Z"


def test_a_cancel_within_a_minute_of_the_tap_counts_though_it_comes_late(house: House) -> None:
    tablet, group = house.tablet(), new_id()
    queue = Queue(house)
    queue.does("open", group, type=TYPE)
    house.advance(20)
    queue.does("cancel", group, reason="点错了")
    house.advance(580)
    assert sent(tablet, queue) == ["applied", "applied"]
    assert house.person("manager1").incident(group)["status"] == "cancelled"


def test_a_tablet_alone_reads_and_cancels_what_it_raised_and_nothing_else(house: House) -> None:
    tablet, other = house.tablet(), house.tablet()
    group = tablet.raise_(TYPE)
    assert tablet.incident(group)["status"] == "open"
    other.cannot_see(group)
    assert tablet.ask("GET", "/incidents").status_code == 403
    tablet.refused(group, "add-note", 403, "forbidden", text="?")
    tablet.refused(group, "acknowledge", 403, "forbidden")
    tablet.listens()
    house.person("manager1").command(group, "add-note", text="来了")
    tablet.hears("incident", incident_id=group["id"])
    house.advance(60)
    assert tablet.command(group, "cancel", reason="误报")["status"] == "cancelled"


def test_a_tablet_alone_cannot_cancel_after_a_minute(house: House) -> None:
    tablet = house.tablet()
    group = tablet.raise_(TYPE)
    house.advance(60.001)
    tablet.refused(group, "cancel", 403, "forbidden", reason="误报")
