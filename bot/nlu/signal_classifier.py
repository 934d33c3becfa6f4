"""The Rasa component that reads danger: signals, urgency and the danger check.

Sets `signals`, `signals_present`, `urgency` and `danger_check` on each message, as
docs/tasks/connect-a-client.md describes them. Learns from the `signals` and `urgency`
in the metadata of the examples in data/nlu.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import ContentError
from bot.nlu.linear_heads import LinearHead
from bot.nlu.message_features import feature_rows
from bot.plain_text import normalise
from bot.safety.assess import assess
from bot.safety.phrases import found_in, load_phrases
from bot.terms import SIGNALS, URGENCIES, Urgency

# scikit-learn's C; chosen by cross-validation over authors (docs/decisions/004).
STRENGTH = 1.0
URGENCY = "urgency"
EMERGENCY = "emergency"
PRESENT, ABSENT = "present", "absent"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class SignalClassifier(GraphComponent):
    """One head for each signal, one for the urgency, one for emergencies alone."""

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        heads: Mapping[str, LinearHead] | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._heads = dict(heads or {})
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
        rows = feature_rows(examples)
        for name in SIGNALS:
            held = [PRESENT if name in signals else ABSENT for signals, _ in labels]
            self._heads[name] = LinearHead.fit(rows, held, STRENGTH, balanced=True)
        urgencies = [urgency for _, urgency in labels]
        self._heads[URGENCY] = LinearHead.fit(rows, urgencies, STRENGTH, balanced=True)
        danger = [PRESENT if urgency == EMERGENCY else ABSENT for urgency in urgencies]
        self._heads[EMERGENCY] = LinearHead.fit(rows, danger, STRENGTH, balanced=True)
        with self._storage.write_to(self._resource) as folder:
            for name, head in self._heads.items():
                head.save(folder / f"{name}.npz")
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
            heads = {
                name: LinearHead.load(Path(folder) / f"{name}.npz")
                for name in (*SIGNALS, URGENCY, EMERGENCY)
            }
        return cls(model_storage, resource, heads)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the four outputs on each message."""
        for message in messages:
            if message.get(TEXT) and message.features:
                self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        row = feature_rows([message])
        scores = {name: self._score(self._heads[name], row) for name in SIGNALS}
        head = self._heads[URGENCY]
        urgencies = dict(zip(head.labels, head.probabilities(row)[0], strict=True))
        result = assess(
            scores,
            {cast(Urgency, name): float(p) for name, p in urgencies.items()},
            self._score(self._heads[EMERGENCY], row),
            found_in(normalise(message.get(TEXT)), self._phrases),
        )
        message.set("signals", scores, add_to_output=True)
        message.set("signals_present", list(result.signals_present), add_to_output=True)
        message.set("urgency", result.urgency, add_to_output=True)
        message.set("danger_check", result.danger_check, add_to_output=True)

    @staticmethod
    def _score(head: LinearHead, row: Any) -> float:
        return float(head.probabilities(row)[0, head.labels.index(PRESENT)])


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
