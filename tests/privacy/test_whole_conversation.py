"""A conversation with the real model: what was written is in no log, file or memory."""

import asyncio
import logging

import pytest
from sqlalchemy import create_engine, select

from bot.agent import MODEL, load_agent
from bot.channels.reception import Reception
from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library
from bot.metrics.tables import TURNS
from bot.privacy.quiet_logs import log_quietly
from bot.settings import Settings

pytestmark = pytest.mark.model

WRITTEN = [
    "hello, i am Zzcanary",
    "someone has a nude of my daughter Zzcanary at St Zzcanary and wants money",
    "will Zzcanary get in trouble",
    "Zzcanary has taken an overdose just now",
    "zzcanary zzcanary zzcanary",
]
PRESSED = ["worry_sextortion.signs", "nation.wales", "emergency", "restart"]


@pytest.fixture(scope="module")
def conversation(tmp_path_factory):
    """What is left of a conversation: replies, database and the agent that had it."""
    if not MODEL.exists():
        pytest.fail("there is no trained model: run `make train`")
    folder = tmp_path_factory.mktemp("conversation")
    library = load_library()
    settings = Settings(database_url=f"sqlite:///{folder}/metrics.db")

    async def talk():
        agent = load_agent(settings)
        reception = Reception(
            "webchat", agent.handle_message, library, Menu(library, load_titles())
        )
        replies = [await reception.take_text("somebody", text) for text in WRITTEN]
        replies += [await reception.take_choice("somebody", key) for key in PRESSED]
        await agent.tracker_store.event_broker.close()
        return agent, replies

    agent, replies = asyncio.run(talk())
    return agent, replies, folder / "metrics.db"


def store_of(agent):
    """Ours, within the one that Rasa wraps around it."""
    return getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)


def test_every_message_was_answered_by_a_card(conversation):
    _, replies, _ = conversation
    cards = [reply.messages[0]["card"]["id"] for reply in replies]
    assert "something_failed" not in cards


def test_every_turn_was_counted_once(conversation):
    _, replies, database = conversation
    engine = create_engine(f"sqlite:///{database}", future=True)
    with engine.connect() as connection:
        numbers = connection.execute(select(TURNS.c.turn_number)).scalars().all()
    engine.dispose()
    assert sorted(numbers) == list(range(1, len(replies) + 1))


def test_the_answers_were_counted_as_given(conversation):
    _, replies, database = conversation
    engine = create_engine(f"sqlite:///{database}", future=True)
    with engine.connect() as connection:
        statement = select(TURNS.c.urgency).order_by(TURNS.c.turn_number)
        urgencies = connection.execute(statement).scalars().all()
    engine.dispose()
    assert urgencies == [reply.urgency for reply in replies]


def test_the_database_file_holds_nothing_that_was_written(conversation):
    _, _, database = conversation
    assert b"canary" not in database.read_bytes().lower()
    assert b"somebody" not in database.read_bytes().lower()


def test_the_tracker_store_holds_nothing_that_was_written(conversation):
    agent, _, _ = conversation
    (_, events) = store_of(agent)._held["somebody"]
    assert "canary" not in repr([event.as_dict() for event in events]).lower()


def test_the_broker_holds_nothing_that_was_written(conversation):
    agent, _, _ = conversation
    broker = store_of(agent).event_broker
    assert "canary" not in repr(broker._open).lower()


def test_the_answers_repeat_nothing_that_was_written(conversation):
    _, replies, _ = conversation
    assert "canary" not in repr(replies).lower()


def test_a_turn_writes_nothing_to_the_log(conversation, capfd):
    agent, _, _ = conversation
    library = load_library()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    log_quietly(logging.DEBUG)
    reception = Reception(
        "webchat", agent.handle_message, library, Menu(library, load_titles())
    )
    for text in WRITTEN:
        asyncio.run(reception.take_text("another", text))
    root.handlers, root.level = handlers, level
    shown = capfd.readouterr()
    assert "canary" not in (shown.out + shown.err).lower()
