"""`make variety`: which messages are too much like others, by meaning.

Prints the nearest pairs among the training messages, and the nearest training message
of every test message. Whoever adds data looks here for series of one sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.features import published_encoder
from benchmarks.labelled_set import read_labelled
from bot.importers.labelled import read_messages
from bot.nlu.linear_heads import Vectors
from bot.plain_text import normalise
from bot.privacy.quiet_logs import log_quietly

TRAINING: Final = Path("data/nlu.yml")
TEST_SETS: Final = Path("tests/sentences")
# Two messages this alike say the same in nearly the same words.
TOO_ALIKE: Final = 0.95
# Short ones are alike without anybody's fault: "hello there", "yes please".
FEWEST_WORDS: Final = 6
BLOCK: Final = 2_000
SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages, and the cosine of their vectors."""

    likeness: float
    first: str
    second: str


def long_enough(texts: Sequence[str]) -> list[str]:
    """Those whose likeness says something."""
    return [text for text in texts if len(text.split()) >= FEWEST_WORDS]


def training_texts() -> list[str]:
    """All training messages that are long enough."""
    return long_enough([message.get("text") for message in read_messages(TRAINING)])


def test_texts() -> list[str]:
    """All messages of the project's test sets that are long enough."""
    sets = (read_labelled(path) for path in sorted(TEST_SETS.glob("*.jsonl")))
    return long_enough([row.text for rows in sets for row in rows])


def vectors_of(texts: Sequence[str]) -> Vectors:
    """Unit vectors by the published encoder, which knows neither set."""
    return published_encoder().encode([normalise(text) for text in texts])


def alike(
    texts: Sequence[str], vectors: Vectors, others: Sequence[str], theirs: Vectors
) -> list[Pair]:
    """Pairs of a text and another that are too alike, the likest first.

    With `others` the same list as `texts`, each pair stands once.
    """
    pairs = list(_pairs(texts, vectors, others, theirs))
    return sorted(pairs, key=lambda pair: -pair.likeness)


def _pairs(
    texts: Sequence[str], vectors: Vectors, others: Sequence[str], theirs: Vectors
) -> Iterator[Pair]:
    for start in range(0, len(texts), BLOCK):
        likeness = vectors[start : start + BLOCK] @ theirs.T
        for row, column in np.argwhere(likeness >= TOO_ALIKE):
            if others is not texts or start + row < column:
                yield Pair(
                    float(likeness[row, column]), texts[start + row], others[column]
                )


def main() -> int:
    """Prints what is too alike; 1 if a test message is too like a training message."""
    log_quietly()
    trained, tested = training_texts(), test_texts()
    train_vectors, test_vectors = vectors_of(trained), vectors_of(tested)
    among = alike(trained, train_vectors, trained, train_vectors)
    leaked = alike(tested, test_vectors, trained, train_vectors)
    print(f"{len(among)} pairs of {len(trained)} training messages are too alike.")
    for pair in among[:SHOWN]:
        print(f"  {pair.likeness:.3f}  {pair.first!r}\n         {pair.second!r}")
    print(f"{len(leaked)} of {len(tested)} test messages are too like a training one.")
    for pair in leaked[:SHOWN]:
        print(f"  {pair.likeness:.3f}  {pair.first!r}\n         {pair.second!r}")
    return 1 if leaked else 0


if __name__ == "__main__":
    sys.exit(main())
