"""The Rasa featurizer that gives a message its sentence vectors.

Builds the encoder at training time and keeps it in the model, so that a trained model
needs neither the weights package nor `onnx`. As it holds the encoder, it also says
which cards a message asks for (`bot.nlu.questions`).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import EncoderError
from bot.guidance.load import load_library
from bot.nlu import fine_tuned
from bot.nlu.encoder import Encoder, Vectors
from bot.nlu.encoder_graph import (
    WEIGHTS_SHA256,
    build_quantised_encoder,
    published_weights_folder,
)
from bot.nlu.message_features import PASSAGE_VECTORS, plain_text
from bot.nlu.questions import AskedCards, asked_questions, fingerprint
from bot.nlu.remembered_vectors import RememberedVectors
from bot.plain_text import normalise

ORIGIN = "sentence_encoder"
PUBLISHED, FINE_TUNED = "published", "fine_tuned"
QUESTIONS_FOLDER = "questions"
QUESTION_VECTORS = Path("models/question_vectors.npz")
# Message output: ids of the cards it may ask for, each with its probability.
CARDS_ASKED = "cards_asked"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class SentenceFeaturizer(GraphComponent):
    """Adds the vectors of the message and of its passages."""

    def __init__(
        self,
        storage: ModelStorage,
        resource: Resource,
        encoder: Encoder | None = None,
        questions: AskedCards | None = None,
        kind: str = PUBLISHED,
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._kind = kind
        self._encoder = encoder
        self._questions = questions

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Another encoder or other questions make another model."""
        return _checksum(config.get("encoder", PUBLISHED)) + fingerprint(load_library())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`encoder`: published (built from weights) or fine_tuned (our own file)."""
        return {"encoder": PUBLISHED}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Called by Rasa before training."""
        return cls(model_storage, resource, kind=config["encoder"])

    def train(self, training_data: TrainingData) -> Resource:
        """Prepares the encoder and learns which questions ask for which card.

        Raises:
            EncoderError: the encoder's files are missing or are not the right ones.
        """
        asked = [
            (card, normalise(text)) for card, text in asked_questions(load_library())
        ]
        general = [
            (message.get(INTENT), plain_text(message))
            for message in training_data.intent_examples
        ]
        with tempfile.TemporaryDirectory() as built:
            _prepare(self._kind, Path(built))
            self._encoder = Encoder(Path(built))
            remembered = RememberedVectors(
                self._encoder, _checksum(self._kind), QUESTION_VECTORS
            )
            self._questions = AskedCards.learn(asked, general, remembered.encode)
            self._questions.save(Path(built) / QUESTIONS_FOLDER)
            with self._storage.write_to(self._resource) as folder:
                shutil.copytree(built, folder, dirs_exist_ok=True)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceFeaturizer:
        """Called by Rasa with a trained model.

        Raises:
            EncoderError: the model holds no usable encoder.
        """
        with model_storage.read_from(resource) as folder:
            questions = AskedCards.load(folder / QUESTIONS_FOLDER)
            encoder = Encoder(folder)
        return cls(model_storage, resource, encoder, questions, config["encoder"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds vectors to every training example, remembering those of before."""
        assert self._encoder, "Rasa trains or loads a component before it runs it"
        written = [m for m in training_data.training_examples if m.get(TEXT)]
        remembered = RememberedVectors(self._encoder, _checksum(self._kind))
        vectors = remembered.encode([plain_text(message) for message in written])
        for message, vector in zip(written, vectors, strict=True):
            _add_vector(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds vectors and the cards asked for; a message without text gets neither."""
        assert self._questions, "Rasa trains or loads a component before it runs it"
        assert self._encoder, "Rasa trains or loads a component before it runs it"
        written = [message for message in messages if message.get(TEXT)]
        readings = self._encoder.read([plain_text(message) for message in written])
        for message, reading in zip(written, readings, strict=True):
            _add_vector(message, reading.whole)
            message.set(PASSAGE_VECTORS, reading.passages)
            cards = self._questions.likeliest(plain_text(message), reading.whole)
            message.set(CARDS_ASKED, cards, add_to_output=True)
        return messages


def _add_vector(message: Message, vector: Vectors) -> None:
    row = vector[np.newaxis, :]
    message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))


def _checksum(kind: str) -> str:
    if kind == FINE_TUNED:
        return str(fine_tuned.manifest()["sha256"])
    return WEIGHTS_SHA256


def _prepare(kind: str, folder: Path) -> None:
    """Puts the encoder of this kind, checked, into a folder."""
    if kind == FINE_TUNED:
        for file in fine_tuned.checked_files():
            shutil.copy(file, folder)
    elif kind == PUBLISHED:
        build_quantised_encoder(published_weights_folder(), folder / "encoder.onnx")
    else:
        raise EncoderError(
            f"config.yml names the encoder '{kind}'; it is published or fine_tuned."
        )
