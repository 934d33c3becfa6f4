"""The Rasa component that doubts an off-topic label where a child may be harmed.

Adults write about their own blackmail and their own troubles, which is off topic. Where
a signal holds and a child is spoken of, the next likeliest intent is the safer reading.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.self_description import speaks_of_a_child
from bot.plain_text import normalise
from bot.terms import DIALOGUE, OUT_OF_SCOPE


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False
)
class OffTopicDoubt(GraphComponent):
    """Replaces `out_of_scope` by the next intent. Runs after the signals are known."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OffTopicDoubt:
        """Called by Rasa; there is nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message once."""
        for message in messages:
            intent = message.get(INTENT) or {}
            if (
                intent.get(INTENT_NAME_KEY) == OUT_OF_SCOPE
                and message.get("signals_present")
                and speaks_of_a_child(normalise(message.get(TEXT) or ""))
            ):
                others = (
                    entry
                    for entry in message.get(INTENT_RANKING_KEY, [])
                    if entry[INTENT_NAME_KEY] not in DIALOGUE
                )
                message.set(INTENT, next(others, intent), add_to_output=True)
        return messages
