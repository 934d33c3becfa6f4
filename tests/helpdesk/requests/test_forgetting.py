"""What was typed for the school is nowhere once it is over, and never in Rasa."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from bot.channels.forgetting import forget_everywhere
from bot.channels.sessions import Sessions
from tests.channels.telegram.conftest import on_telegram
from tests.channels.telegram.test_conversations import started
from tests.helpdesk.requests.walking import desk_settings, settle, walk_to
from tests.live_server import Chat

pytestmark = [pytest.mark.model, pytest.mark.service]

TRACES = ("Xanthippe", "Oakenfroth", "7700 900789", "oakenfroth@example.org")
NAME, WAY = "Xanthippe Oakenfroth", "07700 900789"
WORRY = "a man called vrondelius keeps asking my daughter for pictures"


def left_in(folder):
    return b"".join(
        file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    )


def test_nothing_typed_is_left_on_disk(
    trained_model, tmp_path, new_chat, desk, library
):
    with on_telegram(tmp_path, **desk_settings(desk)) as (api, server):
        with server.client() as http:
            chats = [Chat(http) for _ in range(7)]
            sent, stopped, failed, left, told, closed, _ = chats
            for chat in chats:
                chat.say(WORRY)
                walk_to(chat, "check", NAME, WAY)
            sent.press("school.send")
            stopped.press("school.stop")
            desk.fail_where(lambda method, *_: method == "POST")
            failed.press("school.send")
            desk.all_well()
            left.press("human")
            told.say("he has taken an overdose and is not waking up")
            closed.forget()
            # Refused, in words that no card has.
            walk_to(sent, "way", NAME, WAY)
            sent.say("oakenfroth@example.org or 07700 900789")
            sent.say("<b>oakenfroth@example.org</b>")
        person = started(api, new_chat())
        person.says(WORRY)
        settle(person, library)
        for act in ("!school.ask", "!school.yes", NAME, WAY, "!school.send"):
            if act.startswith("!"):
                person.presses(act[1:])
            else:
                person.says(act)
            settle(person, library)
    assert len(desk.tickets) == 2
    # What is not on disk cannot come back with a restart.
    left_over = left_in(tmp_path)
    assert b"telegram" in left_over
    for trace in (*TRACES, "vrondelius"):
        assert trace.encode() not in left_over
    # Not with other spaces or in another encoding either.
    for trace in ("7700900789", "7700%20900789", "Xanthippe%20", "anthippe"):
        assert trace.encode() not in left_over
        assert trace.encode("utf-16-le") not in left_over


def test_the_metrics_have_no_words(connected, parent):
    parent.say(WORRY)
    walk_to(parent, "check", NAME, WAY)
    parent.press("school.send")
    parent.press("human")
    database = connected[1].folder / "metrics.db"
    with closing(sqlite3.connect(database)) as held:
        tables = [
            name
            for (name,) in held.execute(
                "select name from sqlite_master where type = 'table'"
            )
        ]
        assert tables
        for table in tables:
            for row in held.execute(f'select * from "{table}"'):
                for value in row:
                    assert not isinstance(value, str) or " " not in value
                    assert not any(trace in str(value) for trace in TRACES)


ENDS = {
    "sent": ["!school.send"],
    "stopped": ["!school.stop"],
    "stop typed": ["stop"],
    "another button": ["!human"],
    "something else said": ["what should i say to her"],
    "danger": ["he has taken an overdose and is not waking up"],
}


async def to_the_check(inside, conversation):
    await inside.reception.take_text(conversation, WORRY)
    await inside.reception.take_choice(conversation, "school.ask")
    await inside.reception.take_choice(conversation, "school.yes")
    await inside.reception.take_text(conversation, NAME)
    await inside.reception.take_text(conversation, WAY)
    assert inside.school._open[conversation].step == "check"


def held_by_rasa(agent):
    """Every event that the tracker store holds, of every conversation."""
    store = agent.tracker_store
    store = getattr(store, "_tracker_store", store)
    events = [e.as_dict() for _, held in store._held.values() for e in held]
    return json.dumps(events, default=str)


@pytest.mark.parametrize("end", ENDS)
async def test_each_end_drops_it(inside, end):
    conversation = f"end {end}"
    await to_the_check(inside, conversation)
    for act in ENDS[end]:
        if act.startswith("!"):
            await inside.reception.take_choice(conversation, act[1:])
        else:
            await inside.reception.take_text(conversation, act)
    assert inside.school._open == {}


@pytest.mark.parametrize("end", ["forgotten", "timed out"])
async def test_the_end_of_a_session_drops_it(inside, end):
    now = [0.0]
    sessions = Sessions(
        60, lambda c: forget_everywhere(inside.app, c), clock=lambda: now[0]
    )
    token = sessions.start()
    await to_the_check(inside, sessions.conversation(token))
    if end == "forgotten":
        sessions.end(token)
    else:
        now[0] = 61
        sessions.end_old()
    assert inside.school._open == {}


async def test_rasa_never_hears_it(inside):
    await to_the_check(inside, "unheard")
    await inside.reception.take_choice("unheard", "school.send")
    await inside.reception.take_choice("unheard", "human")
    heard = json.dumps(inside.handed) + held_by_rasa(inside.agent)
    assert "vrondelius" in json.dumps(inside.handed)
    for trace in TRACES:
        assert trace not in heard
    tracker = await inside.agent.tracker_store.retrieve("unheard")
    slots = json.dumps({n: s.value for n, s in tracker.slots.items()}, default=str)
    assert not any(trace in slots for trace in TRACES)


async def test_reading_a_name_leaves_no_trace_in_rasa(inside):
    """The name is read for danger; that must not become part of a conversation."""
    await inside.reception.take_choice("read", "school.ask")
    await inside.reception.take_choice("read", "school.yes")
    await inside.reception.take_text("read", NAME)
    assert inside.handed == []
    assert "Xanthippe" not in held_by_rasa(inside.agent)
    inside.school.forget("read")


async def test_a_stop_while_a_name_is_read_is_a_stop(inside, monkeypatch):
    """Two requests at once: what was said to be forgotten must not come back."""
    reading, go_on = asyncio.Event(), asyncio.Event()
    parse = inside.agent.parse_message

    async def slowly(text):
        reading.set()
        await go_on.wait()
        return await parse(text)

    await inside.reception.take_choice("race", "school.ask")
    await inside.reception.take_choice("race", "school.yes")
    monkeypatch.setattr(inside.agent, "parse_message", slowly)
    # Not all names are read: one without a capital is.
    typing = asyncio.create_task(inside.reception.take_text("race", NAME.lower()))
    async with asyncio.timeout(5):
        await reading.wait()
    stopped = await inside.reception.take_choice("race", "school.stop")
    assert stopped.messages[0]["card"]["id"] == "school_contact_stopped"
    go_on.set()
    await typing
    held = dict(inside.school._open)
    inside.school.forget("race")
    assert held == {}


async def test_one_who_asks_in_many_chats_does_not_shut_out_others(inside):
    """A thousand presses by a machine are not a thousand parents."""
    for number in range(1_000):
        await inside.reception.take_choice(f"machine {number}", "school.ask")
    reply = await inside.reception.take_choice("a parent", "school.ask")
    for conversation in [*inside.school._open]:
        inside.school.forget(conversation)
    assert reply.messages[0]["card"]["id"] == "school_contact_consent"
