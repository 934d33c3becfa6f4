"""The Rasa intent classifier: linear scores over vectors and n-grams."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.linear_heads import LinearHeads, one_of
from bot.nlu.message_features import ngrams_of, vectors_of
from bot.nlu.ngram_featurizer import KNOWS_A_WORD

RANKING_LENGTH: Final = 5


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Says which intent a message has, with a probability."""

    def __init__(
        self, storage: ModelStorage, resource: Resource, head: LinearHeads | None = None
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._head = head

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        """Called by Rasa before training."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the regression on the training examples."""
        examples = training_data.intent_examples
        self._head = LinearHeads.fit_one_of(
            vectors_of(examples),
            ngrams_of(examples),
            [example.get(INTENT) for example in examples],
        )
        with self._storage.write_to(self._resource) as folder:
            self._head.save(folder / "intents.npz")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        """Called by Rasa with a trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(
                model_storage, resource, LinearHeads.load(folder / "intents.npz")
            )

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent and the ranking of each message."""
        assert self._head, "Rasa trains or loads a component before it runs it"
        for message in messages:
            if not message.get(TEXT) or not message.features:
                continue
            scores = self._head.vector_scores(vectors_of([message]))
            scores += self._head.ngram_scores(ngrams_of([message]))
            probabilities = one_of(scores[0])
            if not message.get(KNOWS_A_WORD, True):
                # Not one word is known: whatever it is like, it is not understood.
                probabilities = probabilities * 0
            ranking = [
                {
                    INTENT_NAME_KEY: self._head.labels[index],
                    PREDICTED_CONFIDENCE_KEY: float(probabilities[index]),
                }
                for index in np.argsort(-probabilities)[:RANKING_LENGTH]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
