"""The sentence encoder at run time: text in, unit vectors out.

One pass over a message gives the vector of the whole and of each of its passages; a
passage is read in its context. Used by `bot.nlu.sentence_featurizer` and by the
benchmarks. Knows nothing of Rasa.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
# A long message is shared by two threads; a third would gain it next to nothing. A
# short one is quicker alone, above all where the other core has work of its own.
MOST_THREADS: Final = 2
MOST_TOKENS_ALONE: Final = 64

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
        from tokenizers import Tokenizer

        try:
            self._tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._short, self._long = (
                _session(folder / "encoder.onnx", threads)
                for threads in (1, min(MOST_THREADS, os.cpu_count() or 1))
            )
        except Exception as error:
            raise EncoderError(
                "The sentence encoder in the model cannot be read. Run `make train`."
            ) from error
        self._tokeniser.no_padding()
        self._tokeniser.enable_truncation(MOST_TOKENS)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The readings of texts, in their order."""
        encodings = [self._tokeniser.encode(text) for text in texts]
        pieces = [[encoding, *encoding.overflowing] for encoding in encodings]
        states = self._token_vectors([p.ids for group in pieces for p in group])
        readings = []
        for text, group in zip(texts, pieces, strict=True):
            held = np.concatenate([next(states) for _ in group])
            offsets = [offset for piece in group for offset in piece.offsets]
            readings.append(_pooled(held, offsets, passages(text)))
        return readings

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of whole texts, shape (number of texts, 384)."""
        whole = [reading.whole for reading in self.read(texts)]
        return np.array(whole, dtype=np.float32).reshape(-1, VECTOR_SIZE)

    def _token_vectors(self, rows: Sequence[list[int]]) -> Iterator[Vectors]:
        """The vectors of each row's tokens, shape (tokens, 384), in the rows' order.

        Each row is read alone: a batch would share one scale of its 8-bit numbers, and
        a text's vector would depend on the company it was read in.
        """
        if len(rows) == 1:
            is_long = len(rows[0]) > MOST_TOKENS_ALONE
            yield self._run(self._long if is_long else self._short, rows[0])
            return
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(lambda row: self._run(self._short, row), rows)

    def _run(self, session: Any, row: list[int]) -> Vectors:
        (states,) = session.run(None, {"input_ids": np.array([row], dtype=np.int64)})
        return np.asarray(states[0])


def _session(file: Path, threads: int) -> Any:
    """The network, run by so many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The second thread keeps awake while a message is read, no longer: waking it for
    # each step would cost more than it does.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Memory for a rare long message should not be held for ever.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"]
    )


def _pooled(states: Vectors, offsets: list[Span], spans: list[Span]) -> Reading:
    """Mean vectors: of all tokens, and of the tokens that lie in each span."""
    whole = _unit(states.mean(axis=0))
    starts, ends = np.array(offsets).T
    firsts, lasts = np.array(spans or [(0, 0)]).T[:, :, np.newaxis]
    # Special tokens and empty ones have no width, and belong to no passage.
    inside = (ends > starts) & (starts >= firsts) & (starts < lasts)
    held = inside[inside.any(axis=1)].astype(np.float32)
    # The length of a vector says nothing, so the sum does for the mean.
    return Reading(whole, _unit(held @ states) if len(held) else whole[np.newaxis])


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)
