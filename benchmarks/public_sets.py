"""BANKING77 and CLINC150: the public yardsticks, read and scored.

The sets are not part of the project; `SOURCES` says where their authors offer them.
Scored are our features and heads with the encoder as published, never with the one
fine-tuned on our own messages.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.features import Features
from bot.errors import BotError
from bot.nlu.linear_heads import LinearHeads, Vectors

SOURCES: Final = {
    "banking77_train.csv": "BANKING77, PolyAI, task-specific-datasets, CC BY 4.0",
    "banking77_test.csv": "BANKING77, PolyAI, task-specific-datasets, CC BY 4.0",
    "clinc150_full.json": "CLINC150, clinc/oos-eval, data_full.json, CC BY 3.0",
}
SEEDS: Final = range(5)
EXAMPLES_OF_EACH: Final = 10
# Shares of in-scope questions answered rightly, between which and the share of
# out-of-scope questions turned away an operator chooses by one threshold. Chosen on the
# validation part a point or more higher than is wanted, as the test part is harder.
IN_SCOPE_WANTED: Final = (0.96, 0.945)
# The published encoder saw none of these texts, so its vectors may say more. Both
# chosen on CLINC150's validation part.
MARGIN_WEIGHT: Final = 2.0
VECTOR_SCALE: Final = 10.0

Case = tuple[str, str]  # text, intent


class PublicSetError(BotError):
    """A public set is not where it was said to be."""

    code = "PUBLIC_SET_MISSING"


def banking77(folder: Path) -> tuple[list[Case], list[Case]]:
    """Its training and test cases.

    Raises:
        PublicSetError: a file is missing; the sentence says where it comes from.
    """
    return _csv(folder, "banking77_train.csv"), _csv(folder, "banking77_test.csv")


def clinc150(folder: Path) -> dict[str, list[Case]]:
    """Its parts: train, val, test, oos_val, oos_test.

    Raises:
        PublicSetError: the file is missing; the sentence says where it comes from.
    """
    parts = json.loads(_found(folder, "clinc150_full.json").read_text("utf-8"))
    return {
        name: [(text, intent) for text, intent in cases]
        for name, cases in parts.items()
    }


def few_of_each(cases: Sequence[Case], seed: int) -> list[Case]:
    """Ten cases of each intent, others for each seed."""
    luck = random.Random(seed)
    by_intent: dict[str, list[Case]] = {}
    for case in cases:
        by_intent.setdefault(case[1], []).append(case)
    return [
        case
        for name in sorted(by_intent)
        for case in luck.sample(by_intent[name], EXAMPLES_OF_EACH)
    ]


def accuracy(train: Sequence[Case], test: Sequence[Case]) -> float:
    """Share of test cases whose intent our heads name rightly."""
    labels, scores = _Fitted(train).read(test)
    return _share_right(labels, scores, test)


@dataclass(frozen=True, slots=True)
class Scope:
    """CLINC150 at one threshold of the best score, chosen on its validation part."""

    wanted: float
    in_scope_accuracy: float
    out_of_scope_recall: float


def scopes(parts: dict[str, list[Case]]) -> list[Scope]:
    """In-scope accuracy and out-of-scope recall at each wanted accuracy."""
    fitted = _Fitted(parts["train"])
    labels, val = fitted.read(parts["val"])
    _, test = fitted.read(parts["test"])
    _, outside = fitted.read(parts["oos_test"])
    found = []
    for wanted in IN_SCOPE_WANTED:
        threshold = _highest_threshold(labels, val, parts["val"], wanted)
        found.append(
            Scope(
                wanted,
                _share_right(labels, test, parts["test"], threshold),
                float(np.mean(_confidence(outside) < threshold)),
            )
        )
    return found


class _Fitted:
    """Features and heads learnt from one set."""

    def __init__(self, train: Sequence[Case]) -> None:
        self._features = Features([text for text, _ in train])
        self._heads = LinearHeads.fit_one_of(
            self._features.vectors,
            self._features.ngrams,
            [intent for _, intent in train],
            MARGIN_WEIGHT,
            VECTOR_SCALE,
        )

    def read(self, cases: Sequence[Case]) -> tuple[tuple[str, ...], Vectors]:
        """Intents, and the score of each for each case."""
        vectors, ngrams = self._features.of([text for text, _ in cases])
        scores = self._heads.vector_scores(vectors) + self._heads.ngram_scores(ngrams)
        return self._heads.labels, scores


def _confidence(scores: Vectors) -> Vectors:
    """A question like none of the examples scores low on every intent.

    Probabilities hide that: they only compare intents.
    """
    return np.asarray(scores.max(axis=1))


def _share_right(
    labels: Sequence[str],
    scores: Vectors,
    cases: Sequence[Case],
    threshold: float = -np.inf,
) -> float:
    """Cases below the threshold are turned away, and so are not right."""
    said = [labels[index] for index in scores.argmax(axis=1)]
    sure = _confidence(scores) >= threshold
    right = [
        name == intent and is_sure
        for name, (_, intent), is_sure in zip(said, cases, sure, strict=True)
    ]
    return float(np.mean(right))


def _highest_threshold(
    labels: Sequence[str], scores: Vectors, cases: Sequence[Case], wanted: float
) -> float:
    """The highest threshold at which enough in-scope cases are still right."""
    candidates = np.unique(_confidence(scores))
    fitting = [
        threshold
        for threshold in candidates[:: max(1, len(candidates) // 500)]
        if _share_right(labels, scores, cases, threshold) >= wanted
    ]
    return float(max(fitting, default=-np.inf))


def _csv(folder: Path, name: str) -> list[Case]:
    with _found(folder, name).open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _found(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.exists():
        raise PublicSetError(
            f"{path} is missing. It is offered by its authors ({SOURCES[name]}); "
            "put the file there, or name another folder with DATA=..."
        )
    return path
