"""The sentence encoder at run time: text in, unit vectors out.

One pass over a message gives the vector of the whole and of each of its passages; a
passage is read in its context. Used by `bot.nlu.sentence_featurizer` and by the
benchmarks. Knows nothing of Rasa.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.nlu.passages import Span, passages

VECTOR_SIZE: Final = 384
# Positions the network was trained on. A longer text is read in pieces of this length.
MOST_TOKENS: Final = 256
BATCH_SIZE: Final = 32

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder makes of one text.

    Attributes:
        whole: unit vector of the text, shape (384,).
        passages: unit vectors of its passages, shape (passages, 384), at least one.
    """

    whole: Vectors
    passages: Vectors


class Encoder:
    """An ONNX encoder with its tokeniser.

    Args:
        folder: holds `encoder.onnx` and `tokenizer.json`.

    Raises:
        EncoderError: the folder does not hold a usable encoder.
    """

    def __init__(self, folder: Path) -> None:
        # Imported here so that modules which only name the class stay light.
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One message is too small to share; many share the cores by batches.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Memory for a rare long message should not be held for ever.
        options.enable_cpu_mem_arena = False
        try:
            self._tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "encoder.onnx"),
                options,
                providers=["CPUExecutionProvider"],
            )
        except Exception as error:
            raise EncoderError(
                "The sentence encoder in the model cannot be read. Run `make train`."
            ) from error
        self._tokeniser.no_padding()
        self._tokeniser.enable_truncation(MOST_TOKENS)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The readings of texts, in their order."""
        readings: list[Reading | None] = [None] * len(texts)
        encodings = [self._tokeniser.encode(text) for text in texts]
        # Texts of one length share a batch, so that little padding is computed.
        order = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        batches = [
            order[start : start + BATCH_SIZE]
            for start in range(0, len(order), BATCH_SIZE)
        ]

        def fill(batch: list[int]) -> None:
            pieces = [[encodings[i], *encodings[i].overflowing] for i in batch]
            hidden = iter(
                self._token_vectors([p.ids for group in pieces for p in group])
            )
            for index, group in zip(batch, pieces, strict=True):
                states = np.concatenate(
                    [next(hidden)[: len(piece.ids)] for piece in group]
                )
                offsets = [offset for piece in group for offset in piece.offsets]
                readings[index] = _pooled(states, offsets, passages(texts[index]))

        if len(batches) > 1:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(fill, batches))
        elif batches:
            fill(batches[0])
        return [reading for reading in readings if reading is not None]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of whole texts, shape (number of texts, 384)."""
        whole = [reading.whole for reading in self.read(texts)]
        return np.array(whole, dtype=np.float32).reshape(-1, VECTOR_SIZE)

    def _token_vectors(self, ids: list[list[int]]) -> Vectors:
        width = max(len(row) for row in ids)
        tokens = np.zeros((len(ids), width), dtype=np.int64)
        mask = np.zeros((len(ids), width), dtype=np.int64)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        inputs: dict[str, Any] = {"input_ids": tokens, "attention_mask": mask}
        return np.asarray(self._session.run(None, inputs)[0])


def _pooled(states: Vectors, offsets: list[Span], spans: list[Span]) -> Reading:
    """Mean vectors: of all tokens, and of the tokens that lie in each span."""
    whole = _unit(states.mean(axis=0))
    starts = np.array([start for start, _ in offsets])
    # Special tokens and empty ones have no width, and belong to no passage.
    wide = np.array([end > start for start, end in offsets])
    found = []
    for start, end in spans:
        inside = wide & (starts >= start) & (starts < end)
        if inside.any():
            found.append(_unit(states[inside].mean(axis=0)))
    return Reading(whole, np.array(found or [whole], dtype=np.float32))


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
