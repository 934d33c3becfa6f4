"""The Rasa entity extractor for what writers say of themselves."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.self_description import audience_in, is_adult, nation_in
from bot.plain_text import normalise


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class SelfDescriptionExtractor(GraphComponent):
    """Adds what writers say of themselves. Runs after the intent is known."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SelfDescriptionExtractor:
        """Called by Rasa; there is nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what each message says of its writer."""
        for message in messages:
            text = normalise(message.get(TEXT) or "")
            intent = (message.get(INTENT) or {}).get("name")
            said = {
                "nation": nation_in(text, intent),
                "audience": audience_in(text),
                "adult": "yes" if is_adult(text) else None,
            }
            found = [
                # No place in the text is given: Rasa would log the words found there.
                {"entity": name, "value": value, "extractor": type(self).__name__}
                for name, value in said.items()
                if value
            ]
            message.set(
                ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True
            )
        return messages
