"""Vectors and n-grams of texts outside Rasa, for the comparisons of this package."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from scipy.sparse import csr_matrix

from bot.nlu import fine_tuned
from bot.nlu.encoder import Encoder, Reading
from bot.nlu.encoder_graph import build_quantised_encoder, published_weights_folder
from bot.nlu.linear_heads import Vectors
from bot.nlu.ngrams import Ngrams
from bot.plain_text import normalise


@cache
def published_encoder() -> Encoder:
    """The encoder as its authors published it, quantised as ours is."""
    with tempfile.TemporaryDirectory() as folder:
        build_quantised_encoder(
            published_weights_folder(), Path(folder) / fine_tuned.ENCODER_FILE
        )
        tokeniser = fine_tuned.FOLDER / fine_tuned.TOKENISER_FILE
        shutil.copy(tokeniser, folder)
        return Encoder(Path(folder))


@cache
def fine_tuned_encoder() -> Encoder:
    """The encoder fine-tuned on the project's messages."""
    return Encoder(fine_tuned.FOLDER)


class Features:
    """What the heads are fitted on, learnt from training texts.

    Args:
        texts: the training texts.
        encoder: the published one if none is given.

    Attributes:
        vectors: of the training texts, shape (texts, 384).
        ngrams: of the training texts, shape (texts, n-grams).
    """

    def __init__(self, texts: Sequence[str], encoder: Encoder | None = None) -> None:
        plain = [normalise(text) for text in texts]
        self._encoder = encoder or published_encoder()
        self._learnt = Ngrams.learn(plain)
        self.vectors = self._encoder.encode(plain)
        self.ngrams = self._learnt.rows(plain)

    def of(self, texts: Sequence[str]) -> tuple[Vectors, csr_matrix]:
        """Vectors and n-grams of other texts."""
        plain = [normalise(text) for text in texts]
        return self._encoder.encode(plain), self._learnt.rows(plain)

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        """Vectors of the whole and of the passages of other texts."""
        return self._encoder.read([normalise(text) for text in texts])
