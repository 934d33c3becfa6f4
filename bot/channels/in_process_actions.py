"""Runs `actions/` inside the server, where Rasa would post to an action server.

Rasa's way serialises the whole conversation over HTTP for every action. The actions
themselves are the same: `rasa run actions` runs them apart.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

ACTIONS_PACKAGE = "actions"


class InProcessActions(EndpointConfig):
    """An action endpoint that is a function call."""

    def __init__(self) -> None:
        # Without this Rasa sends the whole domain along with every call.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(ACTIONS_PACKAGE)
        # Rasa distrusts what comes back over the network, and compiles a JSON schema
        # for each answer: two thirds of a turn. Ours never left the process.
        RemoteAction._validate_action_result = _trusted

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the named action; what it raises, Rasa logs and survives."""
        return await self._executor.run(kwargs["json"])


def _trusted(action: RemoteAction, result: Any) -> bool:
    return True
