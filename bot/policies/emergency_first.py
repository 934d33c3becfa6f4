"""The policy that no other prediction can beat: danger is answered first.

It looks at the urgency of the latest message, never at the story so far, so that an
emergency is answered from any state of the conversation.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import (
    Policy,
    PolicyPrediction,
    confidence_scores_for,
)
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.terms import IMMEDIATE_DANGER

ACTION = "action_show_emergency"
# Above every policy of Rasa, whose highest is 4.
PRIORITY = 100


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False
)
class EmergencyFirstPolicy(Policy, GraphComponent):
    """Predicts the emergency action with certainty, or nothing at all."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa reads the priority from the configuration."""
        return {"priority": PRIORITY, "max_history": 1}

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmergencyFirstPolicy:
        """Nothing was learnt, so nothing is read."""
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Nothing to learn: the rule is fixed."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The emergency action after an emergency, then listening again."""
        action = None
        if tracker.latest_action_name == ACTION:
            action = ACTION_LISTEN_NAME
        elif tracker.latest_action_name == ACTION_LISTEN_NAME and is_emergency(tracker):
            action = ACTION
        if action is None:
            return self._prediction(self._default_predictions(domain))
        return self._prediction(
            confidence_scores_for(action, 1.0, domain),
            # The ensemble lets such a prediction overrule forms and stories too.
            is_no_user_prediction=True,
        )


def is_emergency(tracker: DialogueStateTracker) -> bool:
    """Whether the latest message, or the button pressed, calls for 999 first."""
    latest = tracker.latest_message
    if latest is None or latest.parse_data is None:
        return False
    intent = latest.intent.get("name")
    confirmed = intent == "affirm" and bool(tracker.get_slot("danger_asked"))
    urgency = dict(latest.parse_data).get("urgency")
    return urgency == "emergency" or intent == IMMEDIATE_DANGER or confirmed
