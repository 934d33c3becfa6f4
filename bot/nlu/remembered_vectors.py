"""Vectors of training messages, remembered from one training to the next.

Reading 18,000 messages takes longer than fitting all heads; an editor who adds ten
should wait for ten. Used while training only; the file may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bot.nlu.encoder import Encoder, Vectors
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

FILE: Final = Path("models/vectors.npz")


class RememberedVectors:
    """An encoder that reads each training text once.

    Args:
        encoder: reads what is not remembered.
        checksum: of the encoder; with another one, all is forgotten.
        file: where vectors are kept.
    """

    def __init__(self, encoder: Encoder, checksum: str, file: Path = FILE) -> None:
        self._encoder = encoder
        self._checksum = checksum
        self._file = file

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (number of texts, 384)."""
        known = self._read()
        keys = [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
        new = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in known
        }
        read = self._encoder.encode(list(new.values()))
        known.update(zip(new, read, strict=True))
        vectors = np.array([known[key] for key in keys], dtype=np.float32)
        if new:
            self._write(keys, vectors)
        return vectors

    def _read(self) -> dict[bytes, Vectors]:
        try:
            with np.load(self._file, allow_pickle=False) as stored:
                if str(stored["checksum"]) != self._checksum:
                    return {}
                keys, vectors = stored["keys"], stored["vectors"]
        except (OSError, ValueError, KeyError):
            # None yet, or not one of ours: it is only a memory.
            return {}
        return {key.tobytes(): row for key, row in zip(keys, vectors, strict=True)}

    def _write(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        part = self._file.with_suffix(".part.npz")
        try:
            self._file.parent.mkdir(exist_ok=True)
            np.savez(
                part,
                checksum=self._checksum,
                keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16),
                vectors=vectors,
            )
            part.replace(self._file)
        except OSError as error:
            name = type(error).__name__
            log_event(logger, logging.WARNING, "training.memory.failed", error=name)
