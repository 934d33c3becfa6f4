"""What the components of this package pass on to each other with a message.

The featurizers write here, the classifiers read: the tidied text, the vectors and the
n-grams of a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, vstack

from bot.nlu.linear_heads import Vectors
from bot.plain_text import normalise

# Message property: its text as `bot.plain_text.normalise` leaves it.
PLAIN_TEXT: Final = "plain_text"
# Message property: vectors of its passages, shape (passages, 384), at least one row.
PASSAGE_VECTORS: Final = "passage_vectors"


def plain_text(message: Message) -> str:
    """The message's text, tidied once."""
    if message.get(PLAIN_TEXT) is None:
        message.set(PLAIN_TEXT, normalise(message.get(TEXT) or ""))
    return str(message.get(PLAIN_TEXT))


def vectors_of(messages: Sequence[Message]) -> Vectors:
    """The vectors of whole messages, shape (messages, 384)."""
    return np.concatenate([f.features for f in _features(messages) if f.is_dense()])


def ngrams_of(messages: Sequence[Message]) -> csr_matrix:
    """The n-grams of messages, shape (messages, n-grams)."""
    found = [f.features for f in _features(messages) if f.is_sparse()]
    return found[0] if len(found) == 1 else vstack(found, format="csr")


def _features(messages: Sequence[Message]) -> Iterator[Features]:
    """What the featurizers said of whole messages, in the messages' order."""
    for message in messages:
        for features in message.features:
            if features.type == FEATURE_TYPE_SENTENCE:
                yield features
