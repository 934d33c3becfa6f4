"""Puts the parts together: the trained model, tracker store, broker and actions.

Used by the entry points that answer people (`bot.server`, `bot.chat`), each of which
imports `bot.quick_start` first; Rasa is imported only when an agent is loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.errors import BotError
from bot.metrics.versions import model_version
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent

# Written by `bot.train`.
MODEL: Final = Path("models/current.tar.gz")


def load_agent(settings: Settings) -> Agent:
    """Rasa's agent with the trained model, our tracker store, broker and actions.

    Raises:
        BotError: there is no model, or it cannot be read.
    """
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    from bot.brokers.anonymous_sql import AnonymousSqlBroker
    from bot.channels.in_process_actions import InProcessActions
    from bot.planned_runner import PlannedRunner
    from bot.tracker_stores.forgetful import ForgetfulTrackerStore

    if not MODEL.exists():
        raise BotError("There is no trained model. Run `make train`.")
    apart = settings.action_endpoint_url
    agent = Agent.load(
        str(MODEL),
        tracker_store=ForgetfulTrackerStore(
            None,
            AnonymousSqlBroker.with_settings(settings, int(model_version(MODEL), 16)),
            seconds_kept=settings.session_minutes * 60,
        ),
        action_endpoint=EndpointConfig(url=apart) if apart else InProcessActions(),
    )
    if agent.processor is not None:
        agent.processor.graph_runner = PlannedRunner(agent.processor.graph_runner)
        # Rasa lays the whole domain out anew for each message, only to see this.
        is_empty = agent.domain.is_empty()
        agent.processor.domain.is_empty = lambda: is_empty
    return agent
