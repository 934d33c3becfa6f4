"""Finds the card a question asks for, by meaning.

Several cards can answer one intent ("who is in these gangs?", "how many are there?").
Such cards list ways to ask for them (`asked_as`); the nearest ones are offered to
`bot.guidance.choose`, which takes the first that fits. Used by the featurizer, which
holds the encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.guidance.load import Library

# Below this likeness the general card of the intent answers (docs/decisions/005).
NEAR_ENOUGH: Final = 0.9
MOST_OFFERED: Final = 3


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
    """The vectors of all questions that cards list.

    Args:
        cards: the card of each row.
        vectors: unit vectors, shape (questions, 384).
    """

    def __init__(self, cards: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._cards = list(cards)
        self._vectors = vectors

    def nearest(self, vector: NDArray[np.float32]) -> list[str]:
        """Ids of the cards asked for, nearest first; none if nothing is near enough."""
        if not self._cards:
            return []
        likeness = self._vectors @ vector
        order = np.argsort(-likeness)
        near = (self._cards[i] for i in order if likeness[i] >= NEAR_ENOUGH)
        return list(dict.fromkeys(near))[:MOST_OFFERED]

    def save(self, path: Path) -> None:
        """Writes the index to a `.npz` file."""
        np.savez(path, cards=np.array(self._cards), vectors=self._vectors)

    @classmethod
    def load(cls, path: Path) -> QuestionIndex:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls([str(card) for card in stored["cards"]], stored["vectors"])
