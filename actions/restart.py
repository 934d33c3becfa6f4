"""`action_restart`: forgets the conversation in hand and starts again.

Takes the place of Rasa's action of this name, which its rule policy runs for the
intent `restart`.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import answer, question_from
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
        latest = question_from(tracker)
        # All is forgotten but the doubt: a message that may hide danger is still asked
        # about, and a yes to that question still leads to the emergency card.
        question = Question(
            intent="restart",
            urgency=latest.urgency,
            signals=latest.signals,
            danger_check=latest.danger_check,
        )
        answer(dispatcher, question)
        return [AllSlotsReset(), SlotSet("danger_asked", latest.danger_check)]
