"""How a message is laid out for a provider."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.channel import Message
from notifications.channels.layout import fitting, lines_with_links, links, markdown
from notifications.words import NEUTRAL


@given(st.text(max_size=200), st.integers(3, 400))
def test_what_fits_stays_and_the_rest_is_cut_between_two_letters(text: str, most: int) -> None:
    kept = fitting(text, most)
    assert len(kept.encode()) <= most
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))


@pytest.mark.parametrize("text", ["*bold*", "[a](b)", "# title", "`code`", "<b>", "a_b", "1. - x"])
def test_signs_of_markdown_lose_their_meaning(text: str) -> None:
    escaped = markdown(text)
    assert escaped.replace("\\", "") == text
    assert escaped != text


def test_a_message_without_links_has_none() -> None:
    message = Message("标题", "正文", NEUTRAL, {})
    assert links(message) == []
    assert lines_with_links(message) == "标题\n正文"
