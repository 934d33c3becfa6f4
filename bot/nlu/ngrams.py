"""Weighted character and word n-grams of a text, by a vocabulary learnt before.

scikit-learn learns the vocabulary; applying it is done here, because importing
scikit-learn to answer a message would double the start of the server
(docs/decisions/007-quick-start.md). A test keeps the two equal, number for number.
"""

from __future__ import annotations

import json
import re
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
# So many words make up nine tenths of what people write: their letters are looked up
# when the model is loaded, not while somebody waits.
MOST_KNOWN_WORDS: Final = 2_000
_WORD: Final = re.compile(r"\b\w\w+\b")

# The places of the n-grams of a part of a text, a place as often as it occurs.
Places = NDArray[np.int32]


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
        self.start = 0
        self.ngrams = ngrams
        # Letters stay within words, and the same words come again and again.
        self.parts = str.split if ngrams is letter_ngrams else _as_one
        self.vocabulary = vocabulary
        self.weights = weights

    def places(self, part: str) -> Places:
        """Where the n-grams of a part stand in a row."""
        found_or_not = map(self.vocabulary.get, self.ngrams(part))
        found = [place for place in found_or_not if place is not None]
        return np.array(found, np.int32) + self.start


class Ngrams:
    """Letters and words together.

    Args:
        letters: n-grams within words.
        words: words and pairs of them.
        known_words: such that many texts hold.
    """

    def __init__(
        self, letters: _Kind, words: _Kind, known_words: Sequence[str]
    ) -> None:
        # Letters come first in a row, then words.
        words.start = len(letters.weights)
        self._kinds = (letters, words)
        self._weights = np.concatenate([letters.weights, words.weights])
        self._known = {word: letters.places(word) for word in known_words}

    @classmethod
    def learn(cls, texts: Sequence[str], fewest: int = FEWEST_EXAMPLES) -> Ngrams:
        """Learns which n-grams there are, and their weights.

        Args:
            texts: what to learn from.
            fewest: texts that an n-gram must stand in.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        fewest = fewest if len(texts) > FEW_TEXTS else 1
        letters, words = _learn_letters(texts, fewest)
        learnt = TfidfVectorizer(sublinear_tf=True, min_df=fewest, **WORDS).fit(texts)
        vocabulary = {ngram: int(place) for ngram, place in learnt.vocabulary_.items()}
        weights = learnt.idf_.astype(np.float32)
        return cls(letters, _Kind(word_ngrams, vocabulary, weights), words)

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, letters + words): for each kind a unit vector, or nothing."""
        # Gone with this call: nothing that anybody wrote is kept.
        known: tuple[dict[str, Places], ...] = ({**self._known}, {})
        held, ends = [np.empty(0, np.int32)], [0]
        for text in texts:
            for kind, of_kind in zip(self._kinds, known, strict=True):
                places = _places(kind, text.lower(), of_kind)
                held += places
                ends.append(ends[-1] + sum(map(len, places)))
        columns = np.concatenate(held)
        # A row for each kind of each text, so that each is made a unit vector alone.
        shape = (len(ends) - 1, len(self._weights))
        counts = csr_matrix((np.ones(len(columns)), columns, ends), shape)
        counts.sum_duplicates()
        values = (1 + np.log(counts.data)) * self._weights[counts.indices]
        row_of = np.repeat(np.arange(shape[0]), np.diff(counts.indptr))
        values /= np.sqrt(np.bincount(row_of, values**2, shape[0]))[row_of]
        return csr_matrix(
            (values.astype(np.float32), counts.indices, counts.indptr[::2]),
            (len(texts), shape[1]),
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
        (folder / "known_words.json").write_text(json.dumps([*self._known]), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Reads what `save` wrote."""
        letters, words = (
            _Kind(
                ngrams,
                json.loads((folder / f"{name}.json").read_text("utf-8")),
                np.load(folder / f"{name}.npy"),
            )
            for name, ngrams in (("letters", letter_ngrams), ("words", word_ngrams))
        )
        known_words = json.loads((folder / "known_words.json").read_text("utf-8"))
        return cls(letters, words, known_words)


def _places(kind: _Kind, text: str, known: dict[str, Places]) -> list[Places]:
    """The places of each part of a text; what was looked up is kept in `known`."""
    parts = kind.parts(text)
    for part in parts:
        if part not in known:
            known[part] = kind.places(part)
    return [known[part] for part in parts]


def _learn_letters(texts: Sequence[str], fewest: int) -> tuple[_Kind, list[str]]:
    """What scikit-learn would learn of the letters, and the commonest words.

    Letters stay within words, so each word is cut into n-grams once: a text's counts
    are its words' counts times theirs. That is eight times faster.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    words_of = CountVectorizer(analyzer=str.split)
    of_texts = words_of.fit_transform([text.lower() for text in texts])
    words = words_of.get_feature_names_out()
    cutter = CountVectorizer(
        analyzer=LETTERS["analyzer"], ngram_range=LETTERS["ngram_range"]
    )
    counts = (of_texts @ cutter.fit_transform(words)).tocsc()
    often = np.flatnonzero(counts.getnnz(axis=0) >= fewest)
    # Sorted as scikit-learn sorts, so that ties are broken alike.
    commonest = np.argsort(-np.ravel(counts[:, often].sum(axis=0)))
    kept = np.sort(often[commonest[: LETTERS["max_features"]]])
    weights = TfidfTransformer().fit(counts[:, kept]).idf_.astype(np.float32)
    ngrams = cutter.get_feature_names_out()[kept]
    vocabulary = {str(ngram): place for place, ngram in enumerate(ngrams)}
    order = np.argsort(-np.ravel(of_texts.sum(axis=0)), kind="stable")
    known = [str(word) for word in words[order[:MOST_KNOWN_WORDS]]]
    return _Kind(letter_ngrams, vocabulary, weights), known
