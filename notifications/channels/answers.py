"""What an answer means where providers agree: HTTP's own statuses, and JSON in the body."""

from collections.abc import Collection
from typing import Any

import orjson

from notifications.channels.channel import Answer, Undelivered

#: Passing by the meaning of the status: too slow, too early, too many, a way round for now.
_PASSING = frozenset({302, 303, 307, 408, 425, 429})
LONGEST_WAIT = 3600
"""Seconds: whoever asks for more is tried again earlier."""


def expect_success(answer: Answer, statuses: Collection[int] = range(200, 300)) -> None:
    """The status says yes.

    Raises:
        Undelivered: it does not.
    """
    if answer.status in statuses:
        return
    again = answer.status in _PASSING or answer.status not in range(300, 500)
    raise Undelivered(
        f"对方回答 {answer.status}",
        f"the other side answered {answer.status}",
        again=again,
        after=_retry_after(answer),
    )


def json_object(answer: Answer) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        Undelivered: it is something else: a proxy's page, or half an answer.
    """
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Undelivered("对方的回答看不懂", "the answer is no JSON object", again=True)
    return found


def refusal(code: object, never: Collection[int]) -> Undelivered:
    """A provider's own code for no. Codes that we do not know are tried again."""
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    shown = "?" if number is None else number
    return Undelivered(
        f"对方拒绝，代码 {shown}", f"refused with code {shown}", again=number not in never
    )


def _retry_after(answer: Answer) -> int | None:
    """Seconds, as HTTP allows; a date is not read: the backoff does as well."""
    text = answer.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return None
    return min(int(text), LONGEST_WAIT)
