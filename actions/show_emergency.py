"""`action_show_emergency`: 999 first, whatever else the message was about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import answer, question_from


class ActionShowEmergency(Action):
    """Says the emergency card that fits, then the first steps for the worry."""

    def name(self) -> str:
        """The name in domain.yml and in `bot.policies.emergency_first`."""
        return "action_show_emergency"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[EventType]:
        """Called by Rasa when the policy saw an emergency."""
        question = replace(question_from(tracker), urgency="emergency")
        return answer(dispatcher, question)
