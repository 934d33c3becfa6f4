"""The fixed names are the same everywhere: taxonomy, domain, data and rules."""

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from bot.guidance.choices import load_titles
from bot.metrics.turn import COUNTED_INTENTS
from bot.terms import (
    AUDIENCES,
    DIALOGUE,
    INTENTS,
    NATIONS,
    NOT_UNDERSTOOD,
    QUESTIONS,
    SIGNALS,
    SPEAKERS,
    URGENCIES,
    WORRIES,
)
from bot.yaml_file import read_yaml

DOMAIN = read_yaml(Path("domain.yml"))


@pytest.fixture(scope="module")
def training_data():
    """The groups of labelled messages, in their order."""
    return read_yaml(Path("data/nlu.yml"))["nlu"]


def test_the_domain_has_the_intents_in_order():
    assert DOMAIN["intents"] == list(INTENTS)


def test_the_training_data_has_the_intents_in_order(training_data):
    order = [intent for intent, _ in groupby(g["intent"] for g in training_data)]
    assert order == list(INTENTS)


def test_every_message_has_known_labels(training_data):
    for group in training_data:
        for example in group["examples"]:
            labels = example["metadata"]
            assert labels["urgency"] in URGENCIES, example["text"]
            assert set(labels["signals"]) <= set(SIGNALS), example["text"]


def test_no_message_is_there_twice(training_data):
    seen = Counter(
        " ".join(example["text"].lower().split())
        for group in training_data
        for example in group["examples"]
    )
    assert [text for text, times in seen.items() if times > 1] == []


def test_there_are_as_many_names_as_the_taxonomy_has():
    kinds = (WORRIES, QUESTIONS, SPEAKERS, DIALOGUE, SIGNALS, URGENCIES)
    assert [len(kind) for kind in kinds] == [18, 18, 2, 8, 9, 4]
    assert len(set(INTENTS)) == len(INTENTS) == 47


def test_the_rules_answer_every_intent():
    """Except `restart`, which Rasa's own rule answers."""
    rule = read_yaml(Path("data/rules.yml"))["rules"][0]
    answered = [step["intent"] for step in rule["steps"][0]["or"]]
    expected = [intent for intent in INTENTS if intent != "restart"]
    assert answered == [*expected, NOT_UNDERSTOOD]


def test_every_intent_is_counted():
    assert set(COUNTED_INTENTS) == {*INTENTS, NOT_UNDERSTOOD}


@pytest.mark.parametrize("name", [*INTENTS, *SIGNALS, *NATIONS, *AUDIENCES])
def test_a_name_is_lower_case_words(name):
    assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", name)


def test_slots_are_not_filled_by_words():
    mappings = {name: slot["mappings"] for name, slot in DOMAIN["slots"].items()}
    assert set(map(str, mappings.values())) == {"[{'type': 'custom'}]"}


def test_buttons_are_titled_for_every_audience():
    for key, titles in load_titles().items():
        assert set(titles) == set(AUDIENCES), key
