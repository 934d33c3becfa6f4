"""Weighted character and word n-grams of a text, by a vocabulary learnt before.

scikit-learn learns the vocabulary; applying it is done here, because importing
scikit-learn to answer a message would double the start of the server
(docs/decisions/007-quick-start.md). A test keeps the two equal, number for number.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

# An n-gram seen fewer than three times is somebody's typing, not the language's.
FEWEST_EXAMPLES: Final = 3
# A handful of examples (in tests) has no n-gram three times.
FEW_TEXTS: Final = 200
LETTERS: Final[dict[str, Any]] = {
    "analyzer": "char_wb",
    "ngram_range": (2, 5),
    "max_features": 40_000,
}
WORDS: Final[dict[str, Any]] = {
    "analyzer": "word",
    "ngram_range": (1, 2),
    "max_features": 30_000,
}
_WORD: Final = re.compile(r"\b\w\w+\b")


def letter_ngrams(text: str) -> Iterator[str]:
    """As scikit-learn's `char_wb`: within words, each with a space on both sides."""
    shortest, longest = LETTERS["ngram_range"]
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(shortest, longest + 1):
            yield padded[:size]
            yield from (
                padded[start : start + size]
                for start in range(1, len(padded) - size + 1)
            )
            # A word shorter than the n-gram counts once, not at every size.
            if len(padded) <= size:
                break


def word_ngrams(text: str) -> Iterator[str]:
    """Words of two letters and more, and their pairs."""
    words = _WORD.findall(text.lower())
    yield from words
    yield from map(" ".join, pairwise(words))


def _as_one(text: str) -> list[str]:
    return [text]


class _Kind:
    """One kind of n-gram: its vocabulary with weights."""

    def __init__(
        self,
        ngrams: Callable[[str], Iterator[str]],
        vocabulary: Mapping[str, int],
        weights: NDArray[np.float32],
    ) -> None:
        self.ngrams = ngrams
        # Letters stay within words, and the same words come again and again.
        self.parts = str.split if ngrams is letter_ngrams else _as_one
        self.vocabulary = vocabulary
        self.weights = weights

    def row(
        self, text: str, known: dict[str, list[int]]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Which n-grams occur, and their weights: a unit vector, or nothing.

        Args:
            text: what is read.
            known: what parts of texts hold, filled while many are read.
        """
        counted: Counter[int] = Counter()
        for part in self.parts(text):
            places = known.get(part)
            if places is None:
                found_or_not = map(self.vocabulary.get, self.ngrams(part))
                places = [place for place in found_or_not if place is not None]
                known[part] = places
            counted.update(places)
        found = np.fromiter(counted.keys(), np.int32, len(counted))
        times = np.fromiter(counted.values(), np.float32, len(counted))
        values = (1 + np.log(times)) * self.weights[found]
        length = float(np.linalg.norm(values)) or 1.0
        return found, np.asarray(values / length, dtype=np.float32)


class Ngrams:
    """Letters and words together."""

    def __init__(self, kinds: Sequence[_Kind]) -> None:
        self._kinds = kinds
        self._size = sum(len(kind.weights) for kind in kinds)

    @classmethod
    def learn(cls, texts: Sequence[str], fewest: int = FEWEST_EXAMPLES) -> Ngrams:
        """Learns which n-grams there are, and their weights.

        Args:
            texts: what to learn from.
            fewest: texts that an n-gram must stand in.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        fewest = fewest if len(texts) > FEW_TEXTS else 1
        kinds = []
        for ngrams, options in ((letter_ngrams, LETTERS), (word_ngrams, WORDS)):
            learnt = TfidfVectorizer(sublinear_tf=True, min_df=fewest, **options).fit(
                texts
            )
            vocabulary = {
                ngram: int(place) for ngram, place in learnt.vocabulary_.items()
            }
            kinds.append(_Kind(ngrams, vocabulary, learnt.idf_.astype(np.float32)))
        return cls(kinds)

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, letters + words)."""
        indices, values, ends = [], [], [0]
        # Gone with this call: nothing that anybody wrote is kept.
        known: list[dict[str, list[int]]] = [{} for _ in self._kinds]
        for text in texts:
            start = 0
            for kind, parts in zip(self._kinds, known, strict=True):
                found, weights = kind.row(text, parts)
                indices.append(found + start)
                values.append(weights)
                start += len(kind.weights)
            ends.append(ends[-1] + sum(map(len, indices[-len(self._kinds) :])))
        return csr_matrix(
            (np.concatenate(values), np.concatenate(indices), np.array(ends)),
            shape=(len(texts), self._size),
        )

    def knows_a_word(self, text: str) -> bool:
        """Whether any word of the text was met in training: gibberish has none."""
        words = self._kinds[1]
        return any(ngram in words.vocabulary for ngram in words.ngrams(text))

    def save(self, folder: Path) -> None:
        """Writes both vocabularies into a folder."""
        for name, kind in zip(("letters", "words"), self._kinds, strict=True):
            (folder / f"{name}.json").write_text(json.dumps(kind.vocabulary), "utf-8")
            np.save(folder / f"{name}.npy", kind.weights)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Reads what `save` wrote."""
        return cls(
            [
                _Kind(
                    ngrams,
                    json.loads((folder / f"{name}.json").read_text("utf-8")),
                    np.load(folder / f"{name}.npy"),
                )
                for name, ngrams in (("letters", letter_ngrams), ("words", word_ngrams))
            ]
        )
