"""The Rasa component that reads danger: signals, urgency and the danger check.

The whole message is scored, and each of its passages, so that one sentence in a long
message is not drowned.

Sets `signals`, `signals_present`, `urgency`, `danger_check` and `emergency` (how likely
one is, 0 to 1) on each message, as
docs/tasks/connect-a-client.md describes them. Learns from the `signals` and `urgency`
in the metadata of the examples in data/nlu.yml.
"""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import ContentError
from bot.nlu.linear_heads import LinearHeads, Vectors, one_of, yes_or_no
from bot.nlu.message_features import (
    PASSAGE_VECTORS,
    ngrams_of,
    plain_text,
    vectors_of,
)
from bot.safety.assess import assess
from bot.safety.phrases import found_in, load_phrases
from bot.terms import SIGNALS, URGENCIES, Urgency

EMERGENCY: Final = "emergency"
# Files in the model.
URGENCY_FILE: Final = "urgency.npz"
DANGER_FILE: Final = "danger.npz"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class SignalClassifier(GraphComponent):
    """Scores for each signal, for each urgency, and for emergencies alone."""

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        urgency: LinearHeads | None = None,
        danger: LinearHeads | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._urgency = urgency
        self._danger = danger
        self._phrases = load_phrases()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SignalClassifier:
        """Called by Rasa before training."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the heads on the labelled examples.

        Raises:
            ContentError: an example has no labels, or a label that does not exist.
        """
        examples = training_data.intent_examples
        labels = [_labels_of(example) for example in examples]
        vectors, ngrams = vectors_of(examples), ngrams_of(examples)
        urgencies = [urgency for _, urgency in labels]
        self._urgency = LinearHeads.fit_one_of(vectors, ngrams, urgencies)
        held = {name: [name in signals for signals, _ in labels] for name in SIGNALS}
        held[EMERGENCY] = [urgency == EMERGENCY for urgency in urgencies]
        self._danger = LinearHeads.fit_yes_or_no(vectors, ngrams, held)
        with self._storage.write_to(self._resource) as folder:
            self._urgency.save(folder / URGENCY_FILE)
            self._danger.save(folder / DANGER_FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SignalClassifier:
        """Called by Rasa with a trained model."""
        with model_storage.read_from(resource) as folder:
            urgency = LinearHeads.load(folder / URGENCY_FILE)
            danger = LinearHeads.load(folder / DANGER_FILE)
        return cls(model_storage, resource, urgency, danger)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the four outputs on each message."""
        for message in messages:
            if message.get(TEXT) and message.features:
                self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        assert self._urgency, "Rasa trains or loads a component before it runs it"
        assert self._danger, "Rasa trains or loads a component before it runs it"
        whole, ngrams = vectors_of([message]), ngrams_of([message])
        urgencies = self._urgency.vector_scores(whole)
        urgencies += self._urgency.ngram_scores(ngrams)
        danger = _with_worst_passage(self._danger, whole, message.get(PASSAGE_VECTORS))
        danger += self._danger.ngram_scores(ngrams)[0]
        scores = _by_label(self._danger, yes_or_no(danger))
        emergency = scores.pop(EMERGENCY)
        result = assess(
            scores,
            cast(
                dict[Urgency, float],
                _by_label(self._urgency, one_of(urgencies[0])),
            ),
            emergency,
            found_in(plain_text(message), self._phrases),
        )
        message.set("signals", scores, add_to_output=True)
        message.set("emergency", emergency, add_to_output=True)
        message.set("signals_present", list(result.signals_present), add_to_output=True)
        message.set("urgency", result.urgency, add_to_output=True)
        message.set("danger_check", result.danger_check, add_to_output=True)


def _with_worst_passage(
    heads: LinearHeads, whole: Vectors, passages: Vectors
) -> Vectors:
    """Mean of the whole message's scores and of its worst passage's, each label."""
    worst = heads.vector_scores(passages).max(axis=0)
    return np.asarray((heads.vector_scores(whole)[0] + worst) / 2)


def _by_label(heads: LinearHeads, values: Vectors) -> dict[str, float]:
    return dict(zip(heads.labels, map(float, values), strict=True))


def _labels_of(example: Message) -> tuple[set[str], Urgency]:
    metadata = (example.get("metadata") or {}).get("example") or {}
    signals, urgency = set(metadata.get("signals") or ()), metadata.get("urgency")
    unknown = signals - set(SIGNALS)
    if unknown or urgency not in URGENCIES:
        raise ContentError(
            "An example in data/nlu.yml of the intent "
            f"'{example.get('intent')}' has no usable labels (urgency {urgency!r}, "
            f"unknown signals {sorted(unknown)}): each needs `signals` and `urgency` "
            "in its metadata."
        )
    return signals, urgency
