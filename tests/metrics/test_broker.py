"""The event broker: every turn is counted once, under a number that is nobody's."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from rasa.utils.endpoints import EndpointConfig

from bot.brokers import anonymous_sql
from bot.brokers.anonymous_sql import (
    MOST_EVENTS,
    SECONDS_OF_A_NUMBER,
    AnonymousSqlBroker,
)
from bot.errors import SettingError
from bot.metrics.turn import ACT_KINDS, Act, Turn, content_number
from tests.metrics.events import CANARY, SESSION_START, a_turn, action, counted, user


class Recorder:
    """Takes events in place of a database."""

    def __init__(self):
        self.events = []
        self.write = self.events.append

    @property
    def turns(self):
        return [event for event in self.events if isinstance(event, Turn)]

    @property
    def acts(self):
        return [event for event in self.events if isinstance(event, Act)]


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
    assert len(broker._open["somebody"].events) <= MOST_EVENTS


def test_only_so_many_conversations_are_held(broker, monkeypatch):
    monkeypatch.setattr(anonymous_sql, "MOST_CONVERSATIONS", 3)
    for number in range(10):
        publish(broker, [user()], f"sender-{number}")
    assert list(broker._open) == ["sender-7", "sender-8", "sender-9"]


def test_a_turn_says_which_versions_answered(recorder):
    publish(AnonymousSqlBroker(recorder, model=5, content=7), a_turn())
    (turn,) = recorder.turns
    assert (turn.model, turn.content) == (5, 7)


def test_an_act_has_the_number_of_its_conversation(broker, recorder):
    broker.act("somebody", "webchat", "visit")
    publish(broker, [*a_turn(), *a_turn()])
    broker.act("somebody", "webchat", "contact_opened", "childline")
    visit, opened = recorder.acts
    assert {event.conversation for event in recorder.events} == {visit.conversation}
    assert (visit.turn_number, opened.turn_number) == (0, 2)
    assert (visit.number, opened.number) == (0, content_number("childline"))


@pytest.mark.parametrize("kind", set(ACT_KINDS) - {"visit"})
def test_of_a_stranger_no_act_is_counted(broker, recorder, kind):
    broker.act("nobody", "webchat", kind)
    assert recorder.events == []
    assert not broker._open


@pytest.mark.parametrize("kind", ACT_KINDS)
def test_after_forgetting_nothing_joins_the_two(broker, recorder, kind):
    broker.act("somebody", "webchat", "visit")
    broker.forget("somebody")
    broker.act("somebody", "webchat", kind)
    numbers = [act.conversation for act in recorder.acts]
    assert len(set(numbers)) == len(numbers)


def pass_time(broker, seconds):
    """As if everything had been said so much earlier."""
    for conversation in broker._open.values():
        conversation.since -= seconds


def test_a_conversation_of_many_hours_gets_another_number(broker, recorder):
    """Rows are folded by the day: a number must be gone before its rows are."""
    broker.act("somebody", "webchat", "visit")
    pass_time(broker, SECONDS_OF_A_NUMBER - 60)
    publish(broker, a_turn())
    pass_time(broker, 60)
    publish(broker, a_turn())
    broker.act("somebody", "webchat", "helpful")
    visit, before, after, helpful = recorder.events
    assert visit.conversation == before.conversation != after.conversation
    assert after.conversation == helpful.conversation
    assert after.turn_number == 1


def test_talking_does_not_keep_a_number(broker, recorder):
    for _ in range(30):
        publish(broker, a_turn())
        pass_time(broker, 60 * 60)
    assert len({turn.conversation for turn in recorder.turns}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": CANARY},
        {"channel": CANARY},
        {"kind": CANARY},
        {"contact": "\ud800"},
        {"sender_id": None},
    ],
    ids=repr,
)
def test_an_act_never_raises_nor_keeps_words(broker, recorder, wrong):
    broker.act("somebody", "webchat", "visit")
    said = {
        "sender_id": "somebody",
        "channel": "webchat",
        "kind": "contact_opened",
        **wrong,
    }
    broker.act(**said)
    for act in recorder.acts:
        assert isinstance(act.number, int)


def test_an_act_has_its_time_in_utc(broker, recorder, monkeypatch):
    broker.act("somebody", "webchat", "visit")
    (act,) = recorder.acts
    now = datetime.now(UTC)
    assert abs(now - datetime.fromisoformat(f"{act.day}T{act.hour:02}:30Z")) < (
        timedelta(minutes=31)
    )


def test_what_a_ticket_told_is_counted_as_it_is(broker, recorder):
    ticket = counted(channel="helpdesk")
    broker.count(ticket)
    assert recorder.events == [ticket]


def test_rasa_makes_the_broker_from_the_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/metrics.db")
    made = asyncio.run(AnonymousSqlBroker.from_endpoint_config(EndpointConfig()))
    asyncio.run(made.close())
    assert (tmp_path / "metrics.db").exists()


def test_a_wrong_database_stops_the_start(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://zzcanary@host/name")
    with pytest.raises(SettingError, match="DATABASE_URL"):
        asyncio.run(AnonymousSqlBroker.from_endpoint_config(EndpointConfig()))
