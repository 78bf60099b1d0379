"""What a review has found of an incident (A2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What broke in words and in process, and what was decided: sealed texts."""

    at: datetime
    by: str
    words: Mapping[str, str]
    process: Mapping[str, str]
    decision: Mapping[str, str]
    because: tuple[str, ...]
