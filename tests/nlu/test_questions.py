"""Which card a question asks for, by likeness of meaning."""

import numpy as np
import pytest

from bot.guidance.load import load_library
from bot.nlu.questions import (
    MOST_OFFERED,
    NEAR_ENOUGH,
    QuestionIndex,
    asked_questions,
    fingerprint,
)


def unit(*values):
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def index():
    vectors = np.array([unit(1, 0, 0), unit(0, 1, 0), unit(1, 0.2, 0), unit(0, 0, 1)])
    return QuestionIndex(["one", "two", "one", "three"], vectors)


def test_the_nearest_card_is_found(index):
    assert index.nearest(unit(0.1, 1, 0)) == ["two"]


def test_a_card_is_offered_once(index):
    assert index.nearest(unit(1, 0.1, 0)) == ["one"]


def test_nearer_cards_come_first(index, monkeypatch):
    monkeypatch.setattr("bot.nlu.questions.NEAR_ENOUGH", 0.6)
    assert index.nearest(unit(0.75, 1, 0)) == ["two", "one"]


def test_what_is_not_near_enough_is_not_offered(index):
    assert index.nearest(unit(1, 0.4, 0)) == ["one"]
    assert index.nearest(unit(-1, -1, -1)) == []


def test_likeness_has_a_bar():
    index = QuestionIndex(["card"], np.array([unit(1, 0)]))
    side = (1 - NEAR_ENOUGH**2) ** 0.5
    assert index.nearest(unit(NEAR_ENOUGH + 0.01, side)) == ["card"]
    assert index.nearest(unit(NEAR_ENOUGH - 0.01, side)) == []


def test_only_so_many_cards_are_offered():
    vectors = np.array([unit(1, n / 100) for n in range(10)])
    index = QuestionIndex([f"card_{n}" for n in range(10)], vectors)
    assert len(index.nearest(unit(1, 0))) == MOST_OFFERED


def test_without_questions_nothing_is_offered():
    assert QuestionIndex([], np.zeros((0, 3))).nearest(unit(1, 0, 0)) == []


def test_an_index_is_the_same_after_saving(index, tmp_path):
    index.save(tmp_path / "questions.npz")
    read = QuestionIndex.load(tmp_path / "questions.npz")
    assert read.nearest(unit(0.75, 1, 0)) == index.nearest(unit(0.75, 1, 0))


def test_no_question_is_asked_of_two_cards():
    asked = [question for _, question in asked_questions(load_library())]
    assert sorted({q for q in asked if asked.count(q) > 1}) == []


def test_other_questions_need_another_model():
    library = load_library()
    before = fingerprint(library)
    name = asked_questions(library)[0][0]
    del library.cards[name]
    assert fingerprint(library) != before
