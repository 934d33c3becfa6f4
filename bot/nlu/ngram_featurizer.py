"""The Rasa featurizer for spelling: weighted character and word n-grams.

The sentence encoder reads meaning, these read the letters: slang, names of apps and
misspelt words that the encoder never met.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.normalise import normalise

ORIGIN = "ngrams"
# Each kind is one scikit-learn vectoriser; an n-gram seen fewer than three times is
# somebody's typing, not the language's.
KINDS: dict[str, dict[str, Any]] = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "max_features": 40_000},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "max_features": 30_000},
}
FEWEST_EXAMPLES = 3


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class NgramFeaturizer(GraphComponent):
    """Adds one sparse sentence feature to each message."""

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        vectorisers: list[TfidfVectorizer] | None = None,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._vectorisers = vectorisers or []

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
        texts = [
            normalise(message.get(TEXT))
            for message in training_data.training_examples
            if message.get(TEXT)
        ]
        # A handful of examples (in tests) has no n-gram three times.
        fewest = FEWEST_EXAMPLES if len(texts) > 200 else 1
        self._vectorisers = [
            TfidfVectorizer(sublinear_tf=True, min_df=fewest, **kind).fit(texts)
            for kind in KINDS.values()
        ]
        with self._storage.write_to(self._resource) as folder:
            for name, vectoriser in zip(KINDS, self._vectorisers, strict=True):
                vocabulary = {k: int(v) for k, v in vectoriser.vocabulary_.items()}
                (folder / f"{name}.json").write_text(json.dumps(vocabulary), "utf-8")
                np.save(folder / f"{name}.npy", vectoriser.idf_.astype(np.float32))
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
        vectorisers = []
        with model_storage.read_from(resource) as folder:
            for name, kind in KINDS.items():
                vocabulary = json.loads((folder / f"{name}.json").read_text("utf-8"))
                options = {k: v for k, v in kind.items() if k != "max_features"}
                vectoriser = TfidfVectorizer(
                    sublinear_tf=True, vocabulary=vocabulary, **options
                )
                vectoriser.idf_ = np.load(folder / f"{name}.npy")
                vectorisers.append(vectoriser)
        return cls(model_storage, resource, vectorisers)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds n-grams to every training example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds n-grams to messages; one without text gets none."""
        written = [message for message in messages if message.get(TEXT)]
        if not written:
            return messages
        texts = [normalise(message.get(TEXT)) for message in written]
        rows = csr_matrix(
            hstack([vectoriser.transform(texts) for vectoriser in self._vectorisers]),
            dtype=np.float32,
        )
        for index, message in enumerate(written):
            message.add_features(
                Features(rows[index], FEATURE_TYPE_SENTENCE, TEXT, ORIGIN)
            )
        return messages
