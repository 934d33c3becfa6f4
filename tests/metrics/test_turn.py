"""What is counted of one turn: `bot.metrics.turn`."""

import dataclasses

import pytest

from bot.metrics.turn import (
    CHANNELS,
    CONFIDENCE_BANDS,
    COUNTED_INTENTS,
    LATENCY_BANDS,
    MOST_TURNS,
    content_number,
    turn_from,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES
from tests.metrics.events import (
    CANARY,
    NOON,
    SESSION_START,
    a_turn,
    action,
    bot,
    button,
    slot,
    user,
)


def counted(events):
    return turn_from(events, conversation=5, turn_number=1)


def test_a_turn_is_counted():
    turn = counted(a_turn())
    assert dataclasses.asdict(turn) == {
        "conversation": 5,
        "day": "2026-11-21",
        "hour": 12,
        "turn_number": 1,
        "channel": "webchat",
        "intent": "worry_sextortion",
        "confidence": "high",
        "urgency": "urgent",
        "danger_check": False,
        "understood": True,
        "nation": None,
        "audience": "parent",
        "latency": "under_10ms",
        "signals": frozenset({"blackmail", "sexual_image"}),
        "cards": (content_number("sextortion_now"),),
        "contacts": (content_number("emergency_999"),),
        # Of the versions the events know nothing.
        "model": 0,
        "content": 0,
    }


def test_the_first_turn_comes_with_the_start_of_the_session():
    assert counted([*SESSION_START, *a_turn()]) == counted(a_turn())


@pytest.mark.parametrize(
    "events",
    [
        [],
        SESSION_START,
        [slot("topic", "worry_doxing"), action("action_listen")],
        [action("action_restart"), bot(), action("action_listen")],
    ],
    ids=["nothing", "a session starts", "only a slot", "nobody wrote"],
)
def test_no_message_is_no_turn(events):
    assert counted(events) is None


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"channel": "telegram"}, "channel", "telegram"),
        ({"channel": "cmdline"}, "channel", "other"),
        ({"channel": None}, "channel", "other"),
        ({"channel": CANARY}, "channel", "other"),
        ({"intent": CANARY}, "intent", "nlu_fallback"),
        ({"intent": None}, "intent", "nlu_fallback"),
        ({"confidence": 0.349}, "confidence", "low"),
        ({"confidence": 0.35}, "confidence", "middle"),
        ({"confidence": 0.70}, "confidence", "high"),
        ({"confidence": None}, "confidence", "button"),
    ],
)
def test_a_message_is_counted_by_fixed_names(changes, field, value):
    changes = dict(changes)
    if "channel" in changes:
        changes["input_channel"] = changes.pop("channel")
    assert getattr(counted(a_turn(user(**changes))), field) == value


@pytest.mark.parametrize(
    ("guidance", "field", "value"),
    [
        ({"urgency": "emergency"}, "urgency", "emergency"),
        ({"urgency": CANARY}, "urgency", "information"),
        ({"danger_check": True}, "danger_check", True),
        ({"understood": False}, "understood", False),
        ({"nation": "wales"}, "nation", "wales"),
        ({"nation": CANARY}, "nation", None),
        ({"audience": "young_person"}, "audience", "young_person"),
        ({"audience": CANARY}, "audience", "parent"),
    ],
)
def test_an_answer_is_counted_by_fixed_names(guidance, field, value):
    assert getattr(counted(a_turn(None, bot(**guidance))), field) == value


@pytest.mark.parametrize(
    ("seconds", "band"),
    [
        (0.0, "under_10ms"),
        (0.009, "under_10ms"),
        (0.011, "under_50ms"),
        (0.051, "under_200ms"),
        (0.201, "under_1s"),
        (1.001, "over_1s"),
        (3600.0, "over_1s"),
        (-5.0, "under_10ms"),  # a clock that was set back
    ],
)
def test_the_time_to_answer_is_counted_in_bands(seconds, band):
    assert counted(a_turn(None, bot(at=NOON + seconds))).latency == band


def test_a_pressed_button_has_no_confidence():
    turn = counted(a_turn(button("worry_doxing", part="signs")))
    assert (turn.intent, turn.confidence, turn.signals) == (
        "worry_doxing",
        "button",
        frozenset(),
    )


def test_a_message_without_an_answer_is_counted_as_not_understood():
    turn = counted([user(), action("action_listen")])
    assert (turn.understood, turn.cards, turn.latency) == (False, (), "under_10ms")


def test_several_cards_are_counted_once_each_in_order():
    replies = [bot("danger_check", ()), bot("sextortion_now"), bot("danger_check", ())]
    assert counted(a_turn(None, *replies)).cards == (
        content_number("danger_check"),
        content_number("sextortion_now"),
    )


def test_the_first_message_says_how_grave_the_turn_was():
    replies = [bot("emergency_now", urgency="emergency"), bot(urgency="information")]
    assert counted(a_turn(None, *replies)).urgency == "emergency"


def test_an_unknown_signal_is_not_counted():
    read = {**user()["parse_data"], "signals_present": ["blackmail", CANARY]}
    turn = counted(a_turn(user(parse_data=read)))
    assert turn.signals == frozenset({"blackmail"})


@pytest.mark.parametrize("broken", [None, {}, {"intent": None}, {"intent": {}}])
def test_a_message_that_was_not_read_is_still_counted(broken):
    assert counted(a_turn(user(parse_data=broken))).intent == "nlu_fallback"


@pytest.mark.parametrize(
    "reply",
    [
        {**bot(), "metadata": None},
        {**bot(), "metadata": {}},
        {**bot(), "metadata": {"guidance": None}},
        {**bot(), "metadata": {"guidance": {"message": None}}},
    ],
    ids=["no metadata", "empty metadata", "no guidance", "no message"],
)
def test_a_reply_that_is_not_ours_shows_no_card(reply):
    assert counted(a_turn(None, reply)).cards == ()


def test_the_day_is_counted_in_utc():
    turn = counted(a_turn(user(at=NOON + 12 * 3600 - 1)))
    assert (turn.day, turn.hour) == ("2026-11-21", 23)


def test_a_very_long_conversation_stays_countable():
    assert turn_from(a_turn(), 5, MOST_TURNS + 1).turn_number == MOST_TURNS


def test_nothing_that_was_written_is_counted():
    assert "canary" not in repr(counted([*SESSION_START, *a_turn()])).lower()


FIXED_NAMES = {
    "channel": CHANNELS,
    "intent": COUNTED_INTENTS,
    "confidence": CONFIDENCE_BANDS,
    "urgency": URGENCIES,
    "nation": (*NATIONS, None),
    "audience": AUDIENCES,
    "latency": LATENCY_BANDS,
}


@pytest.mark.parametrize(("field", "names"), FIXED_NAMES.items(), ids=FIXED_NAMES)
def test_a_name_is_one_of_the_fixed_ones(field, names):
    assert getattr(counted(a_turn()), field) in names


def test_signals_are_those_of_the_taxonomy():
    read = {**user()["parse_data"], "signals_present": list(SIGNALS)}
    assert counted(a_turn(user(parse_data=read))).signals == frozenset(SIGNALS)


def test_no_two_cards_or_contacts_have_one_number():
    from bot.guidance.load import load_library

    library = load_library()
    for names in (library.cards, library.contacts):
        assert len({content_number(name) for name in names}) == len(names)
