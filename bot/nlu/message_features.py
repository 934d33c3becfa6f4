"""What the components of this package pass on to each other with a message.

The featurizers write here, the classifiers read: the tidied text, the vectors and the
n-grams of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
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
    found = [
        feature.features
        for message in messages
        for feature in message.features
        if feature.type == FEATURE_TYPE_SENTENCE and feature.is_dense()
    ]
    return np.concatenate(found)


def ngrams_of(messages: Sequence[Message]) -> csr_matrix:
    """The n-grams of messages, shape (messages, n-grams)."""
    found = [
        feature.features
        for message in messages
        for feature in message.features
        if feature.type == FEATURE_TYPE_SENTENCE and feature.is_sparse()
    ]
    return found[0] if len(found) == 1 else vstack(found, format="csr")
