"""Promises 5, 6 and 7: what no card ever asks, advises, blames, names or promises."""

import re
from pathlib import Path

import pytest

from bot.guidance.checks import card_text
from bot.yaml_file import read_yaml
from tests.content.material import CARDS, CONTACTS, sentences

RULES = read_yaml(Path(__file__).with_name("never_said.yml"))["rules"]
REFUSAL = re.compile(
    r"\b(?:not|never|no|no one|nobody|nothing|without|avoid|don't|stop|rather than)\b",
    re.IGNORECASE,
)


def is_against(rule, sentence):
    """Whether a sentence says what the rule forbids."""
    refused = rule.get("but_not") and REFUSAL.search(sentence)
    return bool(re.search(rule["pattern"], sentence, re.IGNORECASE)) and not refused


def each(key):
    """Each rule with each of its sentences under a key."""
    return [
        pytest.param(rule, entry, id=f"{rule['rule']}-{number}")
        for rule in RULES
        for number, entry in enumerate(rule.get(key, ()), 1)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_no_card_says_it(rule):
    fine = rule.get("fine", ())
    found = [
        {name: sentence}
        for name, card in CARDS.items()
        for sentence in sentences(card)
        if is_against(rule, sentence) and {name: sentence} not in fine
    ]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_no_contact_says_it(rule):
    found = [
        words
        for contact in CONTACTS.values()
        for words in (contact["for_what"], contact["what_happens"])
        if words and is_against(rule, words)
    ]
    assert found == []


@pytest.mark.parametrize(("rule", "sentence"), each("finds"))
def test_what_must_never_be_said_is_found(rule, sentence):
    assert is_against(rule, sentence)


@pytest.mark.parametrize(("rule", "entry"), each("fine"))
def test_a_sentence_that_is_fine_still_stands_in_its_card(rule, entry):
    ((card, sentence),) = entry.items()
    assert sentence in sentences(CARDS[card])
    assert is_against(rule, sentence)


@pytest.mark.parametrize("card", ["opening", "message_unreadable", "greet"])
def test_people_are_told_not_to_send_pictures(card):
    told = r"(?:do not send|leave out) [^.]*pictures"
    assert re.search(told, card_text(CARDS[card]), re.IGNORECASE)


@pytest.mark.parametrize("words", ["machine", "not an emergency service", "999"])
def test_the_opening_says_what_this_is(words):
    assert words in card_text(CARDS["opening"])


def emergency_cards():
    return [name for name, card in CARDS.items() if card["part"] == "emergency"]


@pytest.mark.parametrize("card", emergency_cards())
def test_an_emergency_card_says_999_first(card):
    first = f"{CARDS[card]['says']} {CARDS[card]['next_steps'][0]}"
    assert "999" in first
    assert CARDS[card]["contacts"][0] == "emergency_999"


@pytest.mark.parametrize("card", emergency_cards())
def test_an_emergency_card_helps_those_who_cannot_speak(card):
    ways = {"silent_solution_55", "emergency_sms_999"}
    assert ways & set(CARDS[card]["contacts"])
