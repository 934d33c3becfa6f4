"""What must not change what a message means: company, case, slips, emoji, spelling.

Each message of metamorphic.yml is read as it stands and changed in one way. A signal
that is noticed in the plain message must be noticed in the changed one.
"""

from __future__ import annotations

import asyncio
import random
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from bot.yaml_file import read_yaml

MATERIAL = read_yaml(Path(__file__).with_name("metamorphic.yml"))
MESSAGES = [entry["text"] for entry in MATERIAL["messages"]]
EMERGENCIES = [
    entry["text"] for entry in MATERIAL["messages"] if entry["urgency"] == "emergency"
]
HARMLESS = MATERIAL["harmless"]
AMERICAN = MATERIAL["american"]
# Share of the noticed signals that must still be noticed, whatever is changed.
KEPT = 0.9
# Share of harmless pairs that may be called an emergency.
SHOUTED_AT = 0.15

pytestmark = pytest.mark.model


def in_company(text):
    """Among three harmless sentences, each time others."""
    luck = random.Random(text)
    before, between, after = luck.sample(HARMLESS, 3)
    return f"{before} {between} {text} {after}"


def at_the_end(text):
    """After four harmless sentences."""
    return " ".join([*random.Random(text).sample(HARMLESS, 4), text])


def cut_in_sentences(text):
    """Each clause a sentence of its own, on a line of its own."""
    clauses = re.split(r"[;,] (?:and |but |so )?", text)
    return ".\n".join(clause[0].upper() + clause[1:] for clause in clauses)


def with_slips(text):
    """Two letters swapped in every fourth long word."""
    words = text.split()
    long_ones = [place for place, word in enumerate(words) if len(word) > 4]
    for place in long_ones[1::4]:
        word = words[place]
        words[place] = word[:2] + word[3] + word[2] + word[4:]
    return " ".join(words)


def without_punctuation(text):
    return re.sub(r"[^\w\s]", "", text)


def with_emoji(text):
    return f"😭 {text} 🙏💔"


def american(text):
    pattern = r"\b(" + "|".join(AMERICAN) + r")\b"
    return re.sub(pattern, lambda found: AMERICAN[found[0]], text)


CHANGES = [
    in_company,
    at_the_end,
    cut_in_sentences,
    str.lower,
    str.upper,
    without_punctuation,
    with_slips,
    with_emoji,
    american,
]


@pytest.fixture(scope="module")
def read(agent):
    """Reads a text as the bot does, each only once."""
    return cache(lambda text: asyncio.run(agent.parse_message(text)))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_signals_stay(read, change):
    noticed, lost = 0, []
    for text in MESSAGES:
        before = set(read(text)["signals_present"])
        gone = before - set(read(change(text))["signals_present"])
        noticed += len(before)
        lost += [f"{sorted(gone)}: {change(text)}"] if gone else []
    assert noticed > len(MESSAGES) / 2
    assert len(lost) <= (1 - KEPT) * noticed, "\n".join(lost)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_an_emergency_is_still_noticed(read, change):
    missed = [
        text
        for text in map(change, EMERGENCIES)
        if read(text)["urgency"] != "emergency" and not read(text)["danger_check"]
    ]
    assert not missed


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_harmless_company_raises_nothing(read, change):
    """What surrounds the messages above is hardly ever called an emergency itself."""
    pairs = [change(" ".join(pair)) for pair in pairwise(HARMLESS)]
    shouted = [text for text in pairs if read(text)["urgency"] == "emergency"]
    assert len(shouted) <= SHOUTED_AT * len(pairs), "\n".join(shouted)
