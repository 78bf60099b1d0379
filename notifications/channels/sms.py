"""Text messages by an HTTP gateway that the operator describes (``SmsGateway``).

A text shows on locked screens, so it is the neutral one; and Chinese only, to fit one or two
parts of 67 characters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Literal
from urllib.parse import quote, quote_plus

import orjson

from notifications.channels.answers import expect_success, json_object
from notifications.channels.channel import (
    Address,
    Answer,
    BadAddress,
    Message,
    Outside,
    Request,
    Undelivered,
)

MOST_CHARACTERS = 134
"""Two parts of a long text in UCS-2 (3GPP TS 23.040)."""
_MAINLAND = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
