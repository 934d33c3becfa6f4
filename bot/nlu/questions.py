"""Finds the card that a question asks for, by meaning and by words.

Several cards can answer one intent ("who is in these gangs?", "how many are there?").
Such cards list ways to ask for them (`asked_as`), and what is learnt from these says
how likely each card is meant; `bot.guidance.choose` decides whether one is likely
enough and fits. Messages that ask for no such card are learnt from as well. Used by the
featurizer, which holds the encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.guidance.load import Library
from bot.nlu.linear_heads import LinearHeads, one_of
from bot.nlu.ngrams import Ngrams

MOST_OFFERED: Final = 5
# No way to ask for a card has half as many: who writes more tells a story, and gets the
# card of the worry in it.
MOST_WORDS: Final = 80
# The encoder knows worries better than questions, so the words count for more; chosen
# on wordings by authors left out (docs/decisions/005-thresholds.md).
MARGIN_WEIGHT: Final = 8.0
FEWEST_QUESTIONS: Final = 2
# Of each intent: with all its messages few cards would ever be found, with none of them
# one would be found in everything. The shortest are those that could mean anything.
SHORTEST_OF_AN_INTENT: Final = 24
OTHERS_OF_AN_INTENT: Final = 12
# Marks what is learnt as "no such card".
GENERAL: Final = "general:"


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


class AskedCards:
    """How likely each card is asked for."""

    def __init__(self, ngrams: Ngrams, heads: LinearHeads) -> None:
        self._ngrams = ngrams
        self._heads = heads

    @classmethod
    def learn(
        cls,
        asked: Sequence[tuple[str, str]],
        general: Sequence[tuple[str, str]],
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
    ) -> AskedCards:
        """Learns from the questions that cards list; three different cards at least.

        Args:
            asked: card id and one way to ask for it, tidied.
            general: intent and a message that asks for no narrow card, tidied.
            encode: makes unit vectors, shape (texts, 384).
        """
        rows = [*asked, *((GENERAL + intent, text) for intent, text in _few(general))]
        texts = [text for _, text in rows]
        ngrams = Ngrams.learn(texts, fewest=FEWEST_QUESTIONS)
        heads = LinearHeads.fit_one_of(
            encode(texts),
            ngrams.rows(texts),
            [label for label, _ in rows],
            margin_weight=MARGIN_WEIGHT,
        )
        return cls(ngrams, heads)

    def likeliest(
        self, text: str, vector: NDArray[np.float32]
    ) -> list[tuple[str, float]]:
        """Ids of the cards likeliest asked for, each with its probability.

        None for a text of more than `MOST_WORDS` words.

        Args:
            text: what was written, tidied.
            vector: its unit vector, shape (384,).
        """
        if len(text.split()) > MOST_WORDS:
            return []
        by_words = self._heads.ngram_scores(self._ngrams.rows([text]))[0]
        chances = one_of(self._heads.vector_scores(vector) + by_words)
        labels = self._heads.labels
        cards = (
            (labels[place], round(float(chances[place]), 3))
            for place in np.argsort(-chances)
            if not labels[place].startswith(GENERAL)
        )
        return list(islice(cards, MOST_OFFERED))

    def save(self, folder: Path) -> None:
        """Writes what was learnt into a folder."""
        folder.mkdir()
        self._ngrams.save(folder)
        self._heads.save(folder / "heads.npz")

    @classmethod
    def load(cls, folder: Path) -> AskedCards:
        """Reads what `save` wrote."""
        return cls(Ngrams.load(folder), LinearHeads.load(folder / "heads.npz"))


def _few(general: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Some messages of each intent: the shortest, and some from all over its list."""
    of_intent: dict[str, list[str]] = {}
    for intent, text in general:
        of_intent.setdefault(intent, []).append(text)
    for intent, texts in of_intent.items():
        shortest = sorted(texts, key=len)[:SHORTEST_OF_AN_INTENT]
        others = texts[:: -(-len(texts) // OTHERS_OF_AN_INTENT)]
        for text in dict.fromkeys([*shortest, *others]):
            yield intent, text
