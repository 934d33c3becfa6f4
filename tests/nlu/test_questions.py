"""Which card a question asks for, learnt from the ways to ask that cards list."""

import numpy as np
import pytest

from bot.guidance.load import load_library
from bot.nlu.questions import (
    GENERAL,
    MOST_OFFERED,
    AskedCards,
    asked_questions,
    fingerprint,
)

ASKED = [
    ("gangs", "who is in these gangs"),
    ("gangs", "who runs these gangs"),
    ("police", "what do the police do"),
    ("police", "will the police come"),
    ("tablets", "which tablet is safe for a child"),
    ("tablets", "what tablet for a child of ten"),
]
TALK = [("greet", "good morning to you"), ("greet", "hello and good evening")]


def encode(texts):
    """A vector for each text that tells nothing: here the words must."""
    return np.ones((len(texts), 4), dtype=np.float32) / 2


def by_first_word(texts):
    """A vector for each text by its first word alone."""
    rows = [[len(word) == n for n in range(2, 6)] for word in first_words(texts)]
    return np.array(rows, dtype=np.float32)


def first_words(texts):
    return [text.split()[0] for text in texts]


@pytest.fixture
def learnt():
    return AskedCards.learn(ASKED, TALK, encode)


def likeliest(learnt, text):
    return learnt.likeliest(text, encode([text])[0])


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("do the police come", "police"),
        ("who is in gangs", "gangs"),
        ("a tablet for my child", "tablets"),
    ],
)
def test_words_tell_which_card_is_asked_for(learnt, text, card):
    found = likeliest(learnt, text)
    assert found[0][0] == card
    assert found == sorted(found, key=lambda pair: -pair[1])


def test_meaning_tells_where_words_do_not():
    learnt = AskedCards.learn(ASKED, TALK, by_first_word)
    near_gangs = learnt.likeliest("xylophone", by_first_word(["who"])[0])
    near_police = learnt.likeliest("xylophone", by_first_word(["will"])[0])
    assert dict(near_gangs)["gangs"] > dict(near_police)["gangs"]


def test_messages_that_ask_for_no_card_are_never_offered(learnt):
    found = likeliest(learnt, "good morning and hello")
    assert not any(name.startswith(GENERAL) for name, _ in found)
    assert sum(chance for _, chance in found) < 0.5


def test_only_so_many_cards_are_offered():
    asked = [(f"card_{n}", f"question number {n}") for n in range(10)]
    assert len(likeliest(AskedCards.learn(asked, [], encode), "who")) == MOST_OFFERED


def test_what_was_saved_answers_alike(learnt, tmp_path):
    learnt.save(tmp_path / "questions")
    read = AskedCards.load(tmp_path / "questions")
    for _, question in (*ASKED, *TALK):
        before, after = likeliest(learnt, question), likeliest(read, question)
        assert [card for card, _ in after] == [card for card, _ in before]
        chances = [chance for _, chance in before]
        assert [chance for _, chance in after] == pytest.approx(chances, abs=0.01)


def test_every_question_of_the_cards_is_learnt_from():
    library = load_library()
    asked = asked_questions(library)
    assert {card for card, _ in asked} == {
        card.id for card in library.cards.values() if card.asked_as
    }


def test_no_question_is_asked_of_two_cards():
    asked = [question for _, question in asked_questions(load_library())]
    assert sorted({q for q in asked if asked.count(q) > 1}) == []


def test_other_questions_need_another_model():
    library = load_library()
    before = fingerprint(library)
    name = asked_questions(library)[0][0]
    del library.cards[name]
    assert fingerprint(library) != before
