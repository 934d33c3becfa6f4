"""Our runner gives what Rasa's gives."""

import asyncio

import pytest
from rasa.core.agent import Agent

from bot.agent import MODEL
from bot.planned_runner import PlannedRunner

MESSAGES = [
    "someone is threatening to send my son's photos round",
    "what are com networks",
    "i'm a teacher in Cardiff, a pupil told me he wants to die tonight",
    "flurb wibble znarg",
]


@pytest.mark.model
def test_what_is_read_is_the_same(trained_model):
    agent = Agent.load(str(MODEL))
    stock = [asyncio.run(agent.parse_message(text)) for text in MESSAGES]
    agent.processor.graph_runner = PlannedRunner(agent.processor.graph_runner)
    assert [asyncio.run(agent.parse_message(text)) for text in MESSAGES] == stock
