"""The tracker store: no words, a bounded number of conversations, an end."""

import json

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.utils.endpoints import EndpointConfig

from bot.tracker_stores.forgetful import (
    EVENTS_KEPT,
    SECONDS_KEPT,
    ForgetfulTrackerStore,
)

CANARY = "her name is Zzcanary and she goes to St Zzcanary"


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Listener(EventBroker):
    """Keeps what a broker is told."""

    def __init__(self):
        self.events = []
        self.forgotten = []

    def publish(self, event):
        self.events.append(event)

    def forget(self, sender_id):
        self.forgotten.append(sender_id)


@pytest.fixture(scope="module")
def domain():
    return Domain.from_path("domain.yml")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def broker():
    return Listener()


@pytest.fixture
def store(domain, broker, clock):
    return ForgetfulTrackerStore(domain, broker, most_conversations=100, clock=clock)


def a_turn(intent="worry_sextortion", **slots):
    """What happens in one turn."""
    return [
        UserUttered(
            CANARY,
            {"name": intent, "confidence": 0.9},
            [{"entity": "nation", "value": CANARY}],
            {"intent": {"name": intent}, "text": CANARY, "entities": []},
            input_channel="webchat",
            metadata={"note": CANARY},
        ),
        ActionExecuted("action_give_guidance"),
        BotUttered(f"You said {CANARY}", {"buttons": []}, {"guidance": CANARY}),
        *(SlotSet(name, value) for name, value in slots.items()),
        ActionExecuted("action_listen"),
    ]


async def talk(store, sender, *turns):
    """Lets turns happen and be saved, each from the tracker as it was kept."""
    for events in turns:
        tracker = await store.get_or_create_tracker(sender)
        for event in events:
            tracker.update(event, store.domain)
        await store.save(tracker)


def everything_held(store):
    """All that the store holds, as text."""
    events = [event.as_dict() for _, held in store._held.values() for event in held]
    return json.dumps([list(store._held), store._told, events])


async def test_no_words_are_kept(store):
    await talk(store, "somebody", a_turn(), a_turn("ask_pay_or_reply"))
    assert "canary" not in everything_held(store).lower()


async def test_slots_are_kept(store):
    await talk(store, "somebody", a_turn(topic="worry_sextortion", nation="wales"))
    tracker = await store.retrieve("somebody")
    assert tracker.get_slot("topic") == "worry_sextortion"
    assert tracker.get_slot("nation") == "wales"


async def test_slots_outlast_the_turns_that_set_them(store):
    await talk(store, "somebody", a_turn(nation="wales"), *[a_turn()] * 20)
    tracker = await store.retrieve("somebody")
    assert tracker.get_slot("nation") == "wales"


async def test_slots_that_were_reset_are_gone(store):
    restart = [*a_turn("restart")[:3], AllSlotsReset(), ActionExecuted("action_listen")]
    await talk(store, "somebody", a_turn(nation="wales"), restart)
    tracker = await store.retrieve("somebody")
    assert tracker.get_slot("nation") is None


async def test_the_last_intent_is_kept(store):
    await talk(store, "somebody", a_turn("worry_doxing"))
    tracker = await store.retrieve("somebody")
    assert tracker.latest_message.intent["name"] == "worry_doxing"


async def test_the_next_turn_starts_by_listening(store):
    await talk(store, "somebody", a_turn())
    tracker = await store.retrieve("somebody")
    assert tracker.latest_action_name == "action_listen"


async def test_a_long_conversation_does_not_grow(store):
    await talk(store, "somebody", *[a_turn(topic="worry_doxing")] * 50)
    _, held = store._held["somebody"]
    assert len(held) <= EVENTS_KEPT + len(store.domain.slots)


async def test_a_conversation_is_there_for_half_an_hour(store, clock):
    await talk(store, "somebody", a_turn())
    clock.now += SECONDS_KEPT
    assert await store.retrieve("somebody") is not None


async def test_a_conversation_is_forgotten_after_half_an_hour(store, clock):
    await talk(store, "somebody", a_turn())
    clock.now += SECONDS_KEPT + 1
    assert await store.retrieve("somebody") is None


async def test_a_new_message_starts_the_half_hour_again(store, clock):
    await talk(store, "somebody", a_turn())
    clock.now += SECONDS_KEPT - 1
    await talk(store, "somebody", a_turn())
    clock.now += SECONDS_KEPT - 1
    assert await store.retrieve("somebody") is not None


async def test_what_is_forgotten_is_held_nowhere(store, clock):
    await talk(store, "somebody", a_turn(nation="wales"))
    await store.retrieve("somebody")
    clock.now += SECONDS_KEPT + 1
    store.forget_old()
    assert everything_held(store) == "[[], {}, []]"


async def test_half_an_hour_is_what_is_promised():
    assert SECONDS_KEPT == 30 * 60


async def test_the_quietest_conversation_makes_room(domain, clock):
    store = ForgetfulTrackerStore(domain, most_conversations=3, clock=clock)
    for sender in ("first", "second", "third", "first", "fourth"):
        await talk(store, sender, a_turn())
        clock.now += 1
    assert sorted(await store.keys()) == ["first", "fourth", "third"]


async def test_a_conversation_is_forgotten_when_asked(store):
    await talk(store, "somebody", a_turn())
    store.forget("somebody")
    assert await store.retrieve("somebody") is None


async def test_forgetting_a_stranger_is_fine(store):
    store.forget("nobody")


async def test_forgetting_one_leaves_the_others(store):
    await talk(store, "one", a_turn())
    await talk(store, "other", a_turn())
    store.forget("one")
    assert list(await store.keys()) == ["other"]


async def test_the_broker_forgets_with_the_store(store, broker, clock):
    await talk(store, "somebody", a_turn())
    clock.now += SECONDS_KEPT + 1
    store.forget_old()
    assert broker.forgotten == ["somebody"]


async def test_a_broker_that_cannot_forget_is_fine(domain):
    store = ForgetfulTrackerStore(domain, EventBroker())
    store.forget("somebody")


async def test_the_broker_is_told_every_event_once(store, broker):
    turns = [a_turn(), a_turn("ask_law"), a_turn("thank")]
    await talk(store, "somebody", [SessionStarted(), *turns[0]], *turns[1:])
    told = [event["event"] for event in broker.events]
    assert told.count("user") == 3
    assert told.count("bot") == 3
    assert len(told) == 1 + sum(map(len, turns)) + listens_at_start(broker)


def listens_at_start(broker):
    """Rasa starts a new conversation with a listening of its own."""
    first_user = [event["event"] for event in broker.events].index("user")
    return first_user - 1


async def test_reading_a_conversation_tells_the_broker_nothing(store, broker):
    await talk(store, "somebody", a_turn())
    told = len(broker.events)
    for _ in range(3):
        await store.retrieve("somebody")
    assert len(broker.events) == told


async def test_the_broker_is_told_before_the_words_are_dropped(store, broker):
    await talk(store, "somebody", a_turn())
    words = [event["text"] for event in broker.events if event["event"] == "user"]
    assert words == [CANARY]


class BreakingBroker(EventBroker):
    """A broker that raises whatever it is told."""

    def publish(self, event):
        raise RuntimeError(CANARY)


async def test_a_failure_keeps_no_words(domain, caplog):
    store = ForgetfulTrackerStore(domain, BreakingBroker())
    wrapped = FailSafeTrackerStore(store)
    await talk(wrapped, "somebody", a_turn())
    assert wrapped._fallback_tracker_store is None
    assert await store.retrieve("somebody") is None
    assert "conversation.save.failed" in caplog.text
    assert CANARY not in caplog.text


async def test_rasa_makes_the_store_from_endpoints(domain):
    made = ForgetfulTrackerStore.create(
        EndpointConfig(
            type="bot.tracker_stores.forgetful.ForgetfulTrackerStore", seconds_kept="60"
        ),
        domain,
    )
    assert "Forgetful" in type(getattr(made, "_tracker_store", made)).__name__
