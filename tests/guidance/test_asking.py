"""Whatever a card knows can be reached by asking for it in one's own words.

`questions.jsonl` holds three wordings for every card that answers one narrow question,
by somebody who did not see the wordings that the cards list. Each is the first message
of a conversation with the real server.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.yaml_file import read_yaml
from tests.live_server import Chat

HERE = Path(__file__).parent
ASKED = [json.loads(line) for line in (HERE / "questions.jsonl").open(encoding="utf-8")]
# Share of the wordings that must lead to the card, or to one that answers as well.
FOUND = 0.75
# Cards that none of the wordings reaches. One that is reached fails the run until it is
# taken off: the list can only shrink.
KNOWN_MISSES = dict(read_yaml(HERE / "_known_misses.yml") or {})

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reached(http):
    """For each card, which of its wordings lead to it."""
    found: dict[str, list[bool]] = {}
    for entry in ASKED:
        cards = Chat(http).say(entry["text"]).cards
        fits = not {entry["card"], *entry["also"]}.isdisjoint(cards)
        found.setdefault(entry["card"], []).append(fits)
    return found


def cards():
    """A test case for each card that lists ways to ask for it."""
    for name in dict.fromkeys(entry["card"] for entry in ASKED):
        reason = KNOWN_MISSES.pop(name, None)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(name, id=name, marks=marks)


@pytest.mark.parametrize("card", cards())
def test_a_card_can_be_reached_by_asking(reached, card):
    assert any(reached[card])


def test_most_wordings_lead_to_their_card(reached):
    found = [fits for wordings in reached.values() for fits in wordings]
    assert sum(found) / len(found) >= FOUND


def test_every_narrow_card_is_asked_for(library):
    narrow = {card.id for card in library.cards.values() if card.asked_as}
    assert narrow == {entry["card"] for entry in ASKED}


def test_every_known_miss_is_a_card():
    assert not KNOWN_MISSES
