"""Linear scores over vectors and n-grams: scikit-learn fits, NumPy applies them.

The vectors and the n-grams are each fitted on their own and their scores are added.
Fitted together, the fit leans on the vectors, because the encoder has seen the training
messages and makes them look easier than those of strangers
(docs/decisions/004-features-and-heads.md). Knows nothing of Rasa.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

Vectors: TypeAlias = NDArray[np.float32]

# All chosen on authors whom the encoder never met: the record says how.
# Unit vectors are small numbers: at scale 1 a regularised fit hardly uses them.
ONE_OF_SCALE: Final = 5.0
YES_OR_NO_SCALE: Final = 2.0
NGRAM_SCALE: Final = 2.0
# The margins of the machine that tells labels apart by n-grams, beside the log-odds of
# the regression that does so by vectors.
MARGIN_WEIGHT: Final = 4.0
# How much of the sum to believe: both parts know much the same.
ONE_OF_BELIEF: Final = 0.6
YES_OR_NO_BELIEF: Final = 0.48
# scikit-learn's C, and when its fits may stop.
MARGIN_STRENGTH: Final = 0.1
MARGIN_TOLERANCE: Final = 1e-2
STRENGTH: Final = 1.0
MOST_STEPS: Final = 400
TOLERANCE: Final = 1e-3
# Fits are for several cores, which threads of scikit-learn's do not share; -1 is all.
PROCESSES: Final = -1


@dataclass(frozen=True, slots=True)
class LinearHeads:
    """Linear scores over one set of features, a column for each label.

    Attributes:
        labels: what each column scores.
        vector_weights: shape (384, labels).
        ngram_weights: shape (n-grams, labels).
        offsets: shape (labels,).
    """

    labels: tuple[str, ...]
    vector_weights: Vectors
    ngram_weights: Vectors
    offsets: Vectors

    @classmethod
    def fit_one_of(
        cls,
        vectors: Vectors,
        ngrams: csr_matrix,
        truths: Sequence[str],
        margin_weight: float = MARGIN_WEIGHT,
        vector_scale: float = ONE_OF_SCALE,
    ) -> LinearHeads:
        """Learns to tell apart labels of which each example has exactly one.

        Args:
            vectors: unit vectors, shape (examples, 384).
            ngrams: shape (examples, n-grams).
            truths: the label of each example; three different ones at least.
            margin_weight: of the n-grams; less where the encoder never saw the texts.
            vector_scale: of the vectors; more where it never saw them.
        """
        from joblib import Parallel, delayed
        from sklearn.svm import LinearSVC

        labels = sorted(set(truths))
        machine = LinearSVC(C=MARGIN_STRENGTH, tol=MARGIN_TOLERANCE, random_state=0)
        scaled_vectors, scaled_ngrams = vectors * vector_scale, ngrams * NGRAM_SCALE
        # One label against the rest is what the machine does by itself, on one core.
        by_vectors, *by_ngrams = Parallel(PROCESSES)(
            [
                delayed(_fitted)(_regression(False), scaled_vectors, truths),
                *(
                    delayed(_fitted)(machine, scaled_ngrams, np.equal(truths, label))
                    for label in labels
                ),
            ]
        )
        margins = np.vstack([one.coef_ for one in by_ngrams])
        middle = np.hstack([one.intercept_ for one in by_ngrams])
        offsets = by_vectors.intercept_ + margin_weight * middle
        return cls(
            tuple(labels),
            _columns(by_vectors.coef_ * vector_scale),
            _columns(margin_weight * margins * NGRAM_SCALE),
            offsets.astype(np.float32),
        )

    @classmethod
    def fit_yes_or_no(
        cls,
        vectors: Vectors,
        ngrams: csr_matrix,
        truths: Mapping[str, Sequence[bool]],
    ) -> LinearHeads:
        """Learns labels that hold or do not, each for itself.

        Args:
            vectors: unit vectors, shape (examples, 384).
            ngrams: shape (examples, n-grams).
            truths: for each label whether it holds, for each example.
        """
        from joblib import Parallel, delayed

        # Handed to the other processes once, as files that all can read.
        scaled = vectors * YES_OR_NO_SCALE
        columns = Parallel(PROCESSES)(
            delayed(_fit_yes_or_no)(scaled, ngrams, np.asarray(held))
            for held in truths.values()
        )
        vector_weights, ngram_weights, offsets = zip(*columns, strict=True)
        return cls(
            tuple(truths),
            np.hstack(vector_weights),
            np.hstack(ngram_weights),
            np.hstack(offsets),
        )

    def vector_scores(self, vectors: Vectors) -> Vectors:
        """What the vectors say, shape (vectors, labels)."""
        return np.asarray(vectors @ self.vector_weights)

    def ngram_scores(self, ngrams: csr_matrix) -> Vectors:
        """What the n-grams say, offsets included, shape (rows, labels)."""
        return np.asarray(ngrams @ self.ngram_weights + self.offsets)

    def save(self, path: Path) -> None:
        """Writes the heads to a `.npz` file, weights with 11 bits."""
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            vector_weights=self.vector_weights.astype(np.float16),
            ngram_weights=self.ngram_weights.astype(np.float16),
            offsets=self.offsets,
        )

    @classmethod
    def load(cls, path: Path) -> LinearHeads:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            data: dict[str, Any] = dict(stored)
        return cls(
            tuple(str(label) for label in data["labels"]),
            data["vector_weights"].astype(np.float32),
            data["ngram_weights"].astype(np.float32),
            data["offsets"],
        )


def one_of(scores: Vectors) -> Vectors:
    """Probabilities of labels of which one holds, from scores of shape (labels,)."""
    powers = np.exp(ONE_OF_BELIEF * (scores - scores.max()))
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def yes_or_no(scores: Vectors) -> Vectors:
    """Probabilities of labels that hold or do not, each for itself."""
    # The logistic function, in the form that no large score can break.
    return np.asarray(
        (1 + np.tanh(YES_OR_NO_BELIEF / 2 * scores)) / 2, dtype=np.float32
    )


def _fitted(model: Any, features: Any, truths: Any) -> Any:
    from sklearn.base import clone

    # Short fits are sent in lots, and a lot shares what it was sent.
    return clone(model).fit(features, truths)


def _fit_yes_or_no(
    vectors: Vectors, ngrams: csr_matrix, is_so: NDArray[np.bool_]
) -> tuple[Vectors, Vectors, Vectors]:
    """One label's weights for scaled vectors and for n-grams, and its offset."""
    telling = _telling(ngrams, is_so) * NGRAM_SCALE
    by_vectors = _regression(balanced=True).fit(vectors, is_so)
    by_ngrams = _regression(balanced=True).fit(ngrams @ diags(telling), is_so)
    # Both were taught that yes and no are as common: each is told the truth.
    rarity = np.log(is_so.mean() / (1 - is_so.mean()))
    offset = by_vectors.intercept_ + by_ngrams.intercept_ + 2 * rarity
    return (
        _columns(by_vectors.coef_ * YES_OR_NO_SCALE),
        _columns(by_ngrams.coef_ * telling),
        offset.astype(np.float32),
    )


def _regression(balanced: bool) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=STRENGTH,
        class_weight="balanced" if balanced else None,
        max_iter=MOST_STEPS,
        tol=TOLERANCE,
        random_state=0,
    )


def _telling(ngrams: csr_matrix, is_so: NDArray[np.bool_]) -> Vectors:
    """How much each n-gram tells of a label: the size of its log ratio of frequencies.

    The scaling of Wang and Manning (2012), "Baselines and Bigrams".
    """
    often = np.ravel(ngrams[is_so].sum(axis=0)) + 0.5
    seldom = np.ravel(ngrams[~is_so].sum(axis=0)) + 0.5
    ratio = (often / often.sum()) / (seldom / seldom.sum())
    return np.asarray(np.abs(np.log(ratio)), dtype=np.float32)


def _columns(rows: Any) -> Vectors:
    """scikit-learn's weights, a row for each label, as columns."""
    return np.ascontiguousarray(rows.T, dtype=np.float32)
