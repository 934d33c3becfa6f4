"""Joins a message's features into one row, for the classifiers of this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack

# Unit vectors are small numbers: at scale 1 a regularised regression hardly uses them.
# Both scales were chosen by cross-validation over authors (docs/decisions/004).
VECTOR_SCALE: Final = 5.0
NGRAM_SCALE: Final = 2.0


def feature_row(message: Message) -> csr_matrix:
    """The dense and sparse sentence features of a message side by side, one row."""
    dense = message.get_dense_features(TEXT)[1]
    sparse = message.get_sparse_features(TEXT)[1]
    parts = []
    if dense is not None:
        parts.append(csr_matrix(np.asarray(dense.features) * VECTOR_SCALE))
    if sparse is not None:
        parts.append(sparse.features * NGRAM_SCALE)
    return csr_matrix(hstack(parts), dtype=np.float32)


def feature_rows(messages: Sequence[Message]) -> csr_matrix:
    """One row for each message."""
    return csr_matrix(vstack([feature_row(message) for message in messages]))
