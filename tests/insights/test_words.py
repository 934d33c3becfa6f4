"""Every value has its words, short enough for a chart on a phone."""

import pytest

from bot.insights.words import FILE, SAME_WORDS, VERSIONS
from bot.metrics.declared import declared
from bot.yaml_file import read_yaml

LONGEST = 32
FIXED = [
    name
    for name, one in declared().breakdowns.items()
    if one.names and name not in ("hour_of_week", *SAME_WORDS)
]


@pytest.mark.parametrize("breakdown", FIXED)
def test_every_value_has_words(breakdown):
    names = set(declared().breakdowns[breakdown].names.values())
    if breakdown in SAME_WORDS.values():
        names |= set(declared().breakdowns["about"].names.values())
    assert set(read_yaml(FILE)[breakdown]) == names


def test_no_words_are_left_over():
    assert set(read_yaml(FILE)) == set(FIXED)


def test_words_fit_into_a_chart():
    said = read_yaml(FILE)
    assert [
        words
        for breakdown in said.values()
        for words in breakdown.values()
        if len(words) > LONGEST
    ] == []


def test_cards_with_one_title_can_be_told_apart(words, library):
    titles = list(words.titles["card"].values())
    assert len(titles) == len(library.cards)
    twice = [title for title in titles if titles.count(title) > 1]
    # Cards for the same people in two nations, or two emergencies, may share one.
    assert len(twice) < len(library.cards) / 20


@pytest.mark.parametrize("breakdown", VERSIONS)
def test_a_version_is_eight_signs(words, breakdown):
    assert words.name(breakdown, 0x12AB) == words.title(breakdown, 0x12AB) == "000012ab"


def test_a_card_that_was_taken_out_is_still_told_apart(words):
    assert words.name("card", 7) == "removed_7"
    assert words.title("card", 7) == "No longer there"
