"""Promise 2: danger is answered with 999 first, from any state, whatever the intent."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.reception import _Collector
from bot.terms import INTENTS, NOT_UNDERSTOOD, WORRIES
from tests.live_server import Chat, Reply

pytestmark = pytest.mark.model

# Known for certain: tests/safety/must_notice.yml.
DANGER = "I'm being forced to have sex and I'm only 12"

# What was pressed or typed before the danger came.
STATES = {
    "the opening": [],
    "a greeting": ["hello"],
    "the nation is being asked": [{"choice": "worry_sextortion.now"}],
    "the nation is known": [{"choice": "nation.scotland"}],
    "after a restart": [{"choice": "worry_grooming.now"}, {"choice": "restart"}],
    "after an emergency": [{"choice": "emergency"}],
    "after two emergencies": [{"choice": "emergency"}, {"choice": "emergency"}],
    "no one was in danger": [{"choice": "no_danger"}],
    "a person was asked for": [{"choice": "human"}],
    "a miss": ["blarg wibble quonk"],
    "three misses": ["blarg wibble quonk", "snorp flim dax", "vup tonk gree"],
    "nothing readable": ["", "???", "😭"],
    "a child writes": [{"choice": "audience.young_person"}],
    "staff write": [{"choice": "audience.school_staff"}],
    "goodbye was said": ["goodbye"],
    "a long talk": [{"choice": f"{worry}.now"} for worry in WORRIES],
    **{worry: [{"choice": f"{worry}.now"}] for worry in WORRIES},
}


def in_state(chat: Chat, state: str) -> Chat:
    """The conversation after what leads to the state."""
    for step in STATES[state]:
        chat.say(step) if isinstance(step, str) else chat.press(step["choice"])
    return chat


@pytest.mark.parametrize("state", STATES)
def test_in_words(chat: Chat, state: str) -> None:
    assert in_state(chat, state).say(DANGER).is_emergency_first


@pytest.mark.parametrize("state", STATES)
def test_by_button(chat: Chat, state: str) -> None:
    assert in_state(chat, state).press("emergency").is_emergency_first


@pytest.mark.parametrize("intent", [*INTENTS, NOT_UNDERSTOOD])
def test_whatever_the_top_intent(agent, intent: str) -> None:
    """As when the words of a long message speak mainly of something else."""
    assert reply_to(agent, intent, urgency="emergency").is_emergency_first


@pytest.mark.parametrize("intent", [*INTENTS, NOT_UNDERSTOOD])
def test_doubt_asks_whatever_the_top_intent(agent, intent: str) -> None:
    """What may hide an emergency is met with the danger check."""
    reply = reply_to(agent, intent, urgency="concern", danger_check=True)
    assert reply.is_emergency_first or (
        reply.danger_check
        and reply.cards[0] == "danger_check"
        and reply.contacts[0] == "emergency_999"
        and "emergency" in reply.buttons
    )


def reply_to(agent, intent: str, **read: object) -> Reply:
    """The answer to a message that the model has read so, in the middle of a worry."""

    async def talk() -> Reply:
        told = {"intent": {"name": "worry_sextortion", "confidence": 1.0}}
        asked = {"intent": {"name": intent, "confidence": 0.9}, "entities": [], **read}
        for parsed in ({**told, "entities": [], "urgency": "urgent"}, asked):
            collector = _Collector("webchat")
            message = UserMessage("...", collector, f"{intent}-{read}", parsed)
            await agent.handle_message(message)
        first = collector.guidance[0]
        return Reply(
            first["urgency"],
            first["danger_check"],
            [guidance["message"] for guidance in collector.guidance],
        )

    return asyncio.run(talk())
