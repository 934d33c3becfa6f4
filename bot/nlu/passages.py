"""Cuts a message into passages, so that one sentence in a long message is not drowned.

Pure text handling; used by the encoder, which gives each passage a vector of its own.
"""

from __future__ import annotations

import re
from typing import Final

Span = tuple[int, int]

# A message is cut where a sentence ends, or where a writer who uses no full stops
# starts a new line. Voice-to-text has neither, so long runs are cut by words.
SENTENCE: Final = re.compile(r"[^.!?…\n]+[.!?…\"')\]]*|\S+")
WORD: Final = re.compile(r"\S+")
# A passage is at least this long: shorter ones ("He left.") need their neighbour.
FEWEST_WORDS: Final = 5
MOST_WORDS: Final = 24


def passages(text: str) -> list[Span]:
    """Where the passages of a message start and end; none only if it is empty."""
    runs: list[list[Span]] = []
    for sentence in SENTENCE.finditer(text):
        words = [
            (sentence.start() + word.start(), sentence.start() + word.end())
            for word in WORD.finditer(sentence[0])
        ]
        if not words:
            continue
        if runs and (len(runs[-1]) < FEWEST_WORDS or len(words) < FEWEST_WORDS):
            runs[-1] += words
        else:
            runs.append(words)
    return [span for run in runs for span in _windows(run)]


def _windows(words: list[Span]) -> list[Span]:
    """Half-overlapping windows of a long run, so that no thought is always cut."""
    step = MOST_WORDS // 2
    last = max(len(words) - step, 1)
    return [
        (words[start][0], words[min(start + MOST_WORDS, len(words)) - 1][1])
        for start in range(0, last, step)
    ]
