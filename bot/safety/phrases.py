"""The reviewed phrases that must be noticed whatever the model says.

Loaded once by `bot.nlu.signal_classifier`; matching is pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bot.errors import ContentError
from bot.terms import SIGNALS
from bot.yaml_file import read_yaml

PHRASES_FILE: Final = Path(__file__).with_name("phrases.yml")

Level = Literal["check", "emergency"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One wording: what it raises, and how far."""

    id: str
    pattern: re.Pattern[str]
    level: Level
    signal: str


def load_phrases(path: Path = PHRASES_FILE) -> tuple[Phrase, ...]:
    """All phrases.

    Raises:
        ContentError: the file cannot be used; the sentence names the phrase.
    """
    phrases = []
    for entry in read_yaml(path)["phrases"]:
        missing = {"because", "added_by", "decision"} - entry.keys()
        known = entry.get("signal") in SIGNALS
        if missing or not known or entry.get("level") not in ("check", "emergency"):
            raise ContentError(
                f"{path}:1: PHRASE_UNUSABLE: '{entry.get('id')}' needs a level, a "
                "known signal, because, added_by and decision"
            )
        pattern = re.compile(entry["pattern"].strip())
        phrases.append(Phrase(entry["id"], pattern, entry["level"], entry["signal"]))
    return tuple(phrases)


def found_in(text: str, phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """The phrases that a message holds."""
    low = text.lower()
    return tuple(phrase for phrase in phrases if phrase.pattern.search(low))
