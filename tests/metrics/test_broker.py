"""The event broker: every turn is counted once, under a number that is nobody's."""

import asyncio

import pytest
from rasa.utils.endpoints import EndpointConfig

from bot.brokers import anonymous_sql
from bot.brokers.anonymous_sql import MOST_EVENTS, AnonymousSqlBroker
from bot.errors import SettingError
from tests.metrics.events import CANARY, SESSION_START, a_turn, action, user


class Recorder:
    """Takes turns in place of a database."""

    def __init__(self):
        self.turns = []
        self.write = self.turns.append


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def broker(recorder):
    return AnonymousSqlBroker(recorder)


def publish(broker, events, sender="somebody"):
    for event in events:
        broker.publish({**event, "sender_id": sender})


def test_every_turn_is_counted_once(broker, recorder):
    publish(broker, [*SESSION_START, *a_turn(), *a_turn(), *a_turn()])
    assert [turn.turn_number for turn in recorder.turns] == [1, 2, 3]


def test_conversations_that_mix_are_counted_apart(broker, recorder):
    one, other = a_turn(), a_turn(user("worry_doxing"))
    for mine, theirs in zip(one, other, strict=True):
        publish(broker, [mine], "one")
        publish(broker, [theirs], "other")
    assert sorted((turn.intent, turn.turn_number) for turn in recorder.turns) == [
        ("worry_doxing", 1),
        ("worry_sextortion", 1),
    ]


def test_a_conversation_keeps_its_number(broker, recorder):
    publish(broker, [*a_turn(), *a_turn()])
    first, second = recorder.turns
    assert first.conversation == second.conversation


def test_two_conversations_have_two_numbers(broker, recorder):
    publish(broker, a_turn(), "one")
    publish(broker, a_turn(), "other")
    one, other = recorder.turns
    assert one.conversation != other.conversation


def test_the_number_cannot_be_worked_out_from_the_sender(broker, recorder):
    publish(broker, a_turn())
    publish(AnonymousSqlBroker(recorder), a_turn())
    one, other = recorder.turns
    assert one.conversation != other.conversation


def test_a_forgotten_conversation_gets_another_number(broker, recorder):
    publish(broker, a_turn())
    broker.forget("somebody")
    publish(broker, a_turn())
    before, after = recorder.turns
    assert before.conversation != after.conversation
    assert after.turn_number == 1


def test_forgetting_a_stranger_is_fine(broker):
    broker.forget("nobody")


def test_nothing_written_is_held_after_the_turn(broker):
    publish(broker, a_turn())
    assert "canary" not in repr(broker._open).lower()


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"event": "user"},
        {"event": "user", "timestamp": "noon", "parse_data": 5},
        {"event": "bot", "timestamp": None, "metadata": []},
        {"event": "action", "name": "action_listen"},
        [],
        CANARY,
    ],
    ids=repr,
)
def test_publishing_never_raises(broker, event):
    broker.publish(event)


def test_a_turn_that_cannot_be_counted_does_not_spoil_the_next(broker, recorder):
    publish(broker, a_turn())
    broken = {"event": "user", "text": CANARY}
    publish(broker, [broken, action("action_listen")])
    publish(broker, a_turn())
    assert len(recorder.turns) == 2


def test_a_failure_is_logged_without_words(broker, caplog):
    publish(broker, [{"event": "user", "text": CANARY}, action("action_listen")])
    assert "metrics.publish.failed" in caplog.text
    assert "canary" not in caplog.text.lower()


def test_a_turn_that_never_ends_does_not_grow_for_ever(broker):
    publish(broker, [user()] * (3 * MOST_EVENTS))
    _, _, events = broker._open["somebody"]
    assert len(events) <= MOST_EVENTS


def test_only_so_many_conversations_are_held(broker, monkeypatch):
    monkeypatch.setattr(anonymous_sql, "MOST_CONVERSATIONS", 3)
    for number in range(10):
        publish(broker, [user()], f"sender-{number}")
    assert list(broker._open) == ["sender-7", "sender-8", "sender-9"]


def test_rasa_makes_the_broker_from_the_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/metrics.db")
    made = asyncio.run(AnonymousSqlBroker.from_endpoint_config(EndpointConfig()))
    asyncio.run(made.close())
    assert (tmp_path / "metrics.db").exists()


def test_a_wrong_database_stops_the_start(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://zzcanary@host/name")
    with pytest.raises(SettingError, match="DATABASE_URL"):
        asyncio.run(AnonymousSqlBroker.from_endpoint_config(EndpointConfig()))
