"""Logistic regressions over shared features: scikit-learn fits, NumPy applies them.

Used by the intent and the signal classifier. Knows nothing of Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Features: TypeAlias = csr_matrix


class LinearHead:
    """A linear classifier over several classes; probabilities sum to 1.

    Args:
        labels: the classes, in the order of the rows of `weights`.
        weights: shape (classes, features).
        offsets: shape (classes,).
    """

    def __init__(
        self,
        labels: Sequence[str],
        weights: NDArray[np.float32],
        offsets: NDArray[np.float32],
    ) -> None:
        self.labels = list(labels)
        self._weights = weights
        self._columns = np.ascontiguousarray(weights.T)
        self._offsets = offsets

    @classmethod
    def fit(
        cls,
        features: Features,
        labels: Sequence[str],
        strength: float,
        balanced: bool,
    ) -> LinearHead:
        """Fits the head.

        Args:
            features: shape (examples, features).
            labels: one for each example; two different ones at least.
            strength: the inverse of the regularisation (scikit-learn's C).
            balanced: whether rare classes weigh as much as common ones.
        """
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            C=strength,
            class_weight="balanced" if balanced else None,
            max_iter=400,
            tol=1e-3,
            random_state=0,
        ).fit(features, labels)
        weights, offsets = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            weights = np.concatenate([-weights / 2, weights / 2])
            offsets = np.concatenate([-offsets / 2, offsets / 2])
        return cls(
            [str(label) for label in model.classes_],
            weights.astype(np.float32),
            offsets.astype(np.float32),
        )

    def probabilities(self, features: Features) -> NDArray[np.float32]:
        """Shape (examples, classes)."""
        scores = features @ self._columns + self._offsets
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Writes the head to a `.npz` file."""
        np.savez_compressed(
            path,
            labels=np.array(self.labels),
            weights=self._weights.astype(np.float16),
            offsets=self._offsets,
        )

    @classmethod
    def load(cls, path: Path) -> LinearHead:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            data: dict[str, Any] = dict(stored)
        return cls(
            [str(label) for label in data["labels"]],
            data["weights"].astype(np.float32),
            data["offsets"],
        )
