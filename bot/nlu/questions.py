"""Finds the card a question asks for, by meaning and by words.

Several cards can answer one intent ("who is in these gangs?", "how many are there?").
Such cards list ways to ask for them (`asked_as`); the nearest ones are offered to
`bot.guidance.choose`, which decides whether one is near enough and fits. Used by the
featurizer, which holds the encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.guidance.load import Library
from bot.nlu.ngrams import Ngrams

MOST_OFFERED: Final = 5


def asked_questions(library: Library) -> list[tuple[str, str]]:
    """Card id and one way to ask for it, for every card that lists any."""
    return [
        (card.id, question)
        for card in library.cards.values()
        for question in card.asked_as
    ]


def fingerprint(library: Library) -> str:
    """Changes when a card's questions change, so that Rasa trains again."""
    return hashlib.sha256(repr(asked_questions(library)).encode()).hexdigest()


class QuestionIndex:
    """All questions that cards list, by meaning and by words.

    The encoder knows worries better than questions, so the words count as much.

    Args:
        cards: the card of each question.
        questions: the questions themselves, tidied.
        vectors: their unit vectors, shape (questions, 384).
    """

    def __init__(
        self,
        cards: Sequence[str],
        questions: Sequence[str],
        vectors: NDArray[np.float32],
        ngrams: Ngrams | None = None,
    ) -> None:
        self._cards = list(cards)
        self._questions = list(questions)
        self._vectors = vectors
        # Each question stands once, so every n-gram of it may tell.
        self._ngrams = ngrams or (Ngrams.learn(questions, fewest=1) if cards else None)
        # A row of the table of questions is two unit vectors: letters and words. Turned
        # around, only the few n-grams of a message are looked at.
        self._by_ngram = (
            (self._ngrams.rows(questions) / 2).T.tocsr() if self._ngrams else None
        )

    def nearest(
        self, text: str, vector: NDArray[np.float32]
    ) -> list[tuple[str, float]]:
        """Ids of the cards likeliest asked for, each with its likeness, nearest first.

        Args:
            text: what was written, tidied.
            vector: its unit vector, shape (384,).
        """
        if self._ngrams is None:
            return []
        words = (self._ngrams.rows([text]) @ self._by_ngram).toarray()[0]
        likeness = (self._vectors @ vector + words) / 2
        found: dict[str, float] = {}
        for place in np.argsort(-likeness):
            found.setdefault(self._cards[place], round(float(likeness[place]), 3))
            if len(found) == MOST_OFFERED:
                break
        return list(found.items())

    def save(self, folder: Path) -> None:
        """Writes the index into a folder."""
        folder.mkdir()
        np.savez(
            folder / "questions.npz",
            cards=np.array(self._cards),
            questions=np.array(self._questions),
            vectors=self._vectors,
        )
        if self._ngrams:
            self._ngrams.save(folder)

    @classmethod
    def load(cls, folder: Path) -> QuestionIndex:
        """Reads what `save` wrote."""
        with np.load(folder / "questions.npz", allow_pickle=False) as stored:
            data = dict(stored)
        cards = [str(card) for card in data["cards"]]
        questions = [str(question) for question in data["questions"]]
        ngrams = Ngrams.load(folder) if cards else None
        return cls(cards, questions, data["vectors"], ngrams)
