"""The Rasa featurizer for spelling: weighted character and word n-grams.

The sentence encoder reads meaning, these read the letters: slang, names of apps and
misspelt words that the encoder never met.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.message_features import plain_text
from bot.nlu.ngrams import Ngrams

ORIGIN = "ngrams"
# Message property: False where no word of it was ever met in training.
KNOWS_A_WORD = "knows_a_word"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class NgramFeaturizer(GraphComponent):
    """Adds one sparse sentence feature to each message."""

    def __init__(
        self, storage: ModelStorage, resource: Resource, ngrams: Ngrams | None = None
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._ngrams = ngrams

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        """Called by Rasa before training."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which n-grams there are and how telling each is."""
        self._ngrams = Ngrams.learn(
            [
                plain_text(message)
                for message in training_data.training_examples
                if message.get(TEXT)
            ]
        )
        with self._storage.write_to(self._resource) as folder:
            self._ngrams.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        """Called by Rasa with a trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Ngrams.load(folder))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds n-grams to every training example."""
        self._add_ngrams(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds n-grams to messages; one without text gets none."""
        assert self._ngrams, "Rasa trains or loads a component before it runs it"
        for message in self._add_ngrams(messages):
            knows = self._ngrams.knows_a_word(plain_text(message))
            message.set(KNOWS_A_WORD, knows)
        return messages

    def _add_ngrams(self, messages: list[Message]) -> list[Message]:
        """Those that have a text, now with n-grams."""
        assert self._ngrams, "Rasa trains or loads a component before it runs it"
        written = [message for message in messages if message.get(TEXT)]
        if written:
            rows = self._ngrams.rows([plain_text(message) for message in written])
            for message, row in zip(written, rows, strict=True):
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
        return written
