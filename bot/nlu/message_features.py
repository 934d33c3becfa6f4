"""Joins a message's features into one row, for the classifiers of this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack

# Unit vectors are small numbers: at scale 1 a regularised regression hardly uses them.
# Both scales were chosen by cross-validation over authors (docs/decisions/004).
VECTOR_SCALE: Final = 2.0
NGRAM_SCALE: Final = 2.0


def feature_rows(messages: Sequence[Message]) -> csr_matrix:
    """Dense and sparse sentence features side by side, one row for each message.

    All messages have the same kinds of features: the pipeline's.
    """
    dense: list[Any] = []
    sparse: list[Any] = []
    for message in messages:
        for feature in message.features:
            if feature.type == FEATURE_TYPE_SENTENCE:
                (dense if feature.is_dense() else sparse).append(feature.features)
    parts = []
    if dense:
        parts.append(csr_matrix(np.concatenate(dense) * VECTOR_SCALE))
    if sparse:
        parts.append(vstack(sparse) * NGRAM_SCALE)
    return csr_matrix(hstack(parts), dtype=np.float32)
