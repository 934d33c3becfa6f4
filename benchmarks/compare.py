"""`make compare`: which features and heads read strangers best, and what data adds.

Every row is fitted on data/nlu.yml and scored on tests/sentences/development.jsonl,
written by people who saw no training data. The table and the learning curve are
written into docs/understanding.md between the marks.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix, hstack

from benchmarks.features import Features, fine_tuned_encoder, published_encoder
from benchmarks.labelled_set import Labelled, read_labelled
from benchmarks.scores import area_under_curve
from bot.importers.labelled import read_messages
from bot.nlu.linear_heads import LinearHeads, Vectors
from bot.privacy.quiet_logs import log_quietly
from bot.terms import SIGNALS

TRAINING: Final = Path("data/nlu.yml")
TEST: Final = Path("tests/sentences/development.jsonl")
PAPER: Final = Path("docs/understanding.md")
START, END = "<!-- comparison -->", "<!-- /comparison -->"
EMERGENCY: Final = "emergency"
# Share of ordinary messages that may be called emergencies when recall is read off.
FALSE_ALARMS: Final = 0.04
CURVE: Final = (1_000, 2_000, 4_000, 8_000, 12_000)
SCALE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Material:
    """Training messages with their labels."""

    texts: list[str]
    intents: list[str]
    held: dict[str, list[bool]]  # each signal, and whether it is an emergency

    def some(self, places: Sequence[int]) -> Material:
        """Those at the places."""
        return Material(
            [self.texts[place] for place in places],
            [self.intents[place] for place in places],
            {
                name: [held[place] for place in places]
                for name, held in self.held.items()
            },
        )


def training_material() -> Material:
    """All of data/nlu.yml."""
    messages = read_messages(TRAINING)
    labels = [message.get("metadata")["example"] for message in messages]
    held = {name: [name in label["signals"] for label in labels] for name in SIGNALS}
    held[EMERGENCY] = [label["urgency"] == EMERGENCY for label in labels]
    return Material(
        [message.get("text") for message in messages],
        [message.get("intent") for message in messages],
        held,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the table."""

    accepted: float
    emergency_auc: float
    emergencies_found: float
    signals_auc: float

    def __str__(self) -> str:
        """As cells of a Markdown table."""
        return (
            f"{self.accepted:.3f} | {self.emergency_auc:.3f} | "
            f"{self.emergencies_found:.2f} | {self.signals_auc:.3f}"
        )


def figures(rows: Sequence[Labelled], intents: Any, danger: Vectors) -> Figures:
    """Scores what was read.

    Args:
        rows: the labelled messages.
        intents: the intent read for each.
        danger: scores of each signal and, last, of an emergency, shape (rows, 10).
    """
    accepted = [
        said in {row.intent, *row.alternatives}
        for said, row in zip(intents, rows, strict=True)
    ]
    emergency = danger[:, -1]
    is_so = np.array([row.urgency == EMERGENCY for row in rows])
    ordinary = np.array([row.urgency in ("information", "concern") for row in rows])
    threshold = np.quantile(emergency[ordinary], 1 - FALSE_ALARMS)
    areas = [
        area_under_curve(list(danger[:, place]), [name in row.signals for row in rows])
        for place, name in enumerate(SIGNALS)
    ]
    return Figures(
        float(np.mean(accepted)),
        area_under_curve(list(emergency), list(is_so)) or 0.0,
        float(np.mean(emergency[is_so] >= threshold)),
        float(np.mean([area for area in areas if area is not None])),
    )


Reader = Callable[[Features, Material, Sequence[str]], tuple[Any, Vectors]]


def apart(
    use_vectors: float = 1, use_ngrams: float = 1, passages: bool = False
) -> Reader:
    """Our heads: vectors and n-grams fitted apart, with or without the passages."""

    def read(
        features: Features, material: Material, texts: Sequence[str]
    ) -> tuple[Any, Vectors]:
        vectors, ngrams = features.vectors * use_vectors, features.ngrams * use_ngrams
        intent = LinearHeads.fit_one_of(vectors, ngrams, material.intents)
        danger = LinearHeads.fit_yes_or_no(vectors, ngrams, material.held)
        whole, found = features.of(texts)
        by_intent = intent.vector_scores(whole) * use_vectors
        by_intent += intent.ngram_scores(found * use_ngrams)
        scores = danger.vector_scores(whole) * use_vectors
        if passages:
            worst = [
                danger.vector_scores(reading.passages).max(axis=0)
                for reading in features.readings(texts)
            ]
            scores = (scores + np.array(worst)) / 2
        scores += danger.ngram_scores(found * use_ngrams)
        return [intent.labels[place] for place in by_intent.argmax(axis=1)], scores

    return read


def together(
    features: Features, material: Material, texts: Sequence[str]
) -> tuple[Any, Vectors]:
    """One regression over vectors and n-grams side by side."""
    from sklearn.linear_model import LogisticRegression

    def row(vectors: Vectors, ngrams: csr_matrix) -> csr_matrix:
        return hstack([csr_matrix(vectors * SCALE), ngrams * 2]).tocsr()

    def regression(truths: Sequence[Any], weight: str | None) -> Any:
        model = LogisticRegression(max_iter=400, tol=1e-3, class_weight=weight)
        return model.fit(seen, truths)

    seen, new = row(features.vectors, features.ngrams), row(*features.of(texts))
    danger = [
        regression(held, "balanced").decision_function(new)
        for held in material.held.values()
    ]
    return regression(material.intents, None).predict(new), np.stack(danger, axis=1)


READERS: Final[dict[str, Reader]] = {
    "vectors alone": apart(use_ngrams=0),
    "n-grams alone": apart(use_vectors=0),
    "vectors and n-grams, fitted together": together,
    "vectors and n-grams, fitted apart": apart(),
    "the same, and each passage scored": apart(passages=True),
}


def main() -> int:
    """Measures all rows and writes them into the paper."""
    log_quietly()
    material, rows = training_material(), read_labelled(TEST)
    texts = [row.text for row in rows]
    heads = (
        "| encoder | features | intent accepted | emergency AUC | emergencies found "
        f"at {FALSE_ALARMS:.0%} false alarms | mean signal AUC |"
    )
    lines = [heads, "| --- | --- | --- | --- | --- | --- |"]
    for encoder_name, encoder in (
        ("published", published_encoder()),
        ("fine-tuned", fine_tuned_encoder()),
    ):
        features = Features(material.texts, encoder)
        for name, reader in READERS.items():
            if encoder_name == "fine-tuned" and name == "n-grams alone":
                continue  # they know no encoder
            cells = figures(rows, *reader(features, material, texts))
            lines.append(f"| {encoder_name} | {name} | {cells} |")
            print(lines[-1], flush=True)
    lines += [
        "",
        "What more messages add (published encoder, so that no message was seen):",
        "",
        "| messages | intent accepted | emergency AUC | emergencies found "
        f"at {FALSE_ALARMS:.0%} false alarms | mean signal AUC |",
        "| --- | --- | --- | --- | --- |",
    ]
    order = random.Random(0).sample(range(len(material.texts)), len(material.texts))
    for size in (*CURVE, len(order)):
        some = material.some(order[:size])
        features = Features(some.texts, published_encoder())
        cells = figures(rows, *apart(passages=True)(features, some, texts))
        lines.append(f"| {size:,} | {cells} |")
        print(lines[-1], flush=True)
    paper = PAPER.read_text("utf-8")
    before, after = paper.split(START)[0], paper.split(END)[1]
    table = "\n".join(lines)
    PAPER.write_text(f"{before}{START}\n{table}\n{END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
