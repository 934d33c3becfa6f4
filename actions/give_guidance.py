"""`action_give_guidance`: answers any message that is not an emergency."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import answer, question_from


class ActionGiveGuidance(Action):
    """Chooses the cards for the latest message and says them."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_give_guidance"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[EventType]:
        """Called by Rasa after a message."""
        return answer(dispatcher, question_from(tracker))
