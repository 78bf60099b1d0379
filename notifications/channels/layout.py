"""A message as text: with its links, cut to what a provider takes."""

import re

from notifications.channels.channel import Message

OPEN = "打开 / Open"
TAKE = "我来负责 / I'm in charge"
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")


def links(message: Message) -> list[tuple[str, str]]:
    """What can be done from the message: label and address."""
    found = [(TAKE, message.acknowledge), (OPEN, message.link)]
    return [(label, url) for label, url in found if url is not None]


def lines_with_links(message: Message) -> str:
    """The whole message as plain text. The links come first, so that no cut takes them away."""
    found = [message.title, *(f"{label}: {url}" for label, url in links(message)), message.text]
    return "\n".join(found)


def fitting(text: str, most: int) -> str:
    """At most so many bytes of UTF-8; what is cut shows it."""
    content = text.encode()
    if len(content) <= most:
        return text
    return content[: most - len("…".encode())].decode(errors="ignore") + "…"


def markdown(text: str) -> str:
    """Text that says in Markdown exactly what it says."""
    return _MARKS.sub(r"\\\1", text)
