"""Which card a question asks for, by likeness of meaning and of words."""

import numpy as np
import pytest

from bot.guidance.load import load_library
from bot.nlu.questions import (
    MOST_OFFERED,
    QuestionIndex,
    asked_questions,
    fingerprint,
)

ASKED = [
    ("gangs", "who is in these gangs"),
    ("police", "what do the police do"),
    ("gangs", "who runs them"),
    ("tablets", "which tablet is safe for a child"),
]
FAR = np.array([0, 0, 0, 1], dtype=np.float32)


def unit(*values):
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def vectors():
    return np.array(
        [unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(1, 0.2, 0, 0), unit(0, 0, 1, 0)]
    )


@pytest.fixture
def index():
    return QuestionIndex([c for c, _ in ASKED], [q for _, q in ASKED], vectors())


def test_the_nearest_card_comes_first(index):
    found = index.nearest("what will the police do", unit(0.1, 1, 0, 0))
    assert found[0][0] == "police"
    assert found == sorted(found, key=lambda pair: -pair[1])


def test_a_card_is_offered_once(index):
    found = index.nearest("who is in these gangs, who runs them", unit(1, 0.1, 0, 0))
    assert [card for card, _ in found].count("gangs") == 1


def test_words_and_meaning_count_alike(index):
    same_words = dict(index.nearest("who is in these gangs", FAR))
    same_meaning = dict(index.nearest("xylophone", unit(1, 0, 0, 0)))
    both = dict(index.nearest("who is in these gangs", unit(1, 0, 0, 0)))
    assert same_words["gangs"] == pytest.approx(0.5, abs=0.01)
    assert same_meaning["gangs"] == pytest.approx(0.5, abs=0.05)
    assert both["gangs"] == pytest.approx(1, abs=0.01)


def test_only_so_many_cards_are_offered():
    names = [f"card_{n}" for n in range(10)]
    near = np.array([unit(1, n / 100) for n in range(10)])
    index = QuestionIndex(names, ["who is it"] * 10, near)
    assert len(index.nearest("who is it", unit(1, 0))) == MOST_OFFERED


def test_without_questions_nothing_is_offered():
    assert QuestionIndex([], [], np.zeros((0, 4))).nearest("who", FAR) == []


def test_a_saved_index_answers_alike(index, tmp_path):
    index.save(tmp_path / "questions")
    read = QuestionIndex.load(tmp_path / "questions")
    for card, question in ASKED:
        for vector in (*vectors(), FAR):
            assert read.nearest(question, vector) == index.nearest(question, vector)
        assert card in dict(read.nearest(question, unit(1, 1, 1, 0)))


def test_every_question_of_the_cards_is_in_the_index():
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
