"""`action_restart`: forgets the conversation in hand and starts again.

Takes the place of Rasa's action of this name, which its rule policy runs for the
intent `restart`.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import answer
from bot.guidance.choose import Question


class ActionRestart(Action):
    """Says the restart card and empties every slot."""

    def name(self) -> str:
        """Rasa's own name for it."""
        return "action_restart"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[EventType]:
        """Called by Rasa after the intent `restart`."""
        answer(dispatcher, Question(intent="restart"))
        return [AllSlotsReset()]
