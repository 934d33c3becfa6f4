"""Many chats at once, floods and a lost network: in order, none lost, none doubled."""

from __future__ import annotations

import sqlite3
import time

import pytest

from tests.channels.telegram.conftest import on_telegram
from tests.channels.telegram.test_conversations import (
    ENDS_HELP,
    OPENINGS,
    settled,
    started,
)
from tests.live_server import Chat, serving, wait_for
from tests.telegram.bot_api import BotApi

pytestmark = [pytest.mark.model, pytest.mark.service]

CHATS = 200
SAID = ("hello", "what are com networks", "thank you", "should he pay?", "goodbye")
SECONDS_FOR_ALL = 120
SECONDS_AWAY = 20
# The metrics' own bands; 150 ms are wanted.
QUICK = ("under_10ms", "under_50ms")


def answers(people, count):
    """All messages of each person, once everybody has so many."""
    deadline = time.monotonic() + SECONDS_FOR_ALL
    for person in people:
        person.wait_for(count, max(1.0, deadline - time.monotonic()))
    return [[message.text for message in person.messages] for person in people]


@pytest.mark.parametrize("by", ["asking", "being called"])
def test_two_hundred_chats_at_once(trained_model, tmp_path, new_chat, by):
    with on_telegram(tmp_path, by) as (api, server):
        alone = started(api, new_chat())
        for text in SAID:
            alone.says(text)
        wanted = [message.text for message in settled(alone)]

        people = [api.user(new_chat()) for _ in range(CHATS)]
        for person in people:
            person.says("/start")
        answers(people, OPENINGS)
        for text in SAID:
            for person in people:
                person.says(text)
        everybody = answers(people, len(wanted))

        # Each chat's answers in order, none lost, none doubled.
        assert all(texts == wanted for texts in everybody)
        assert api.complaints == []
    # Stopped, so that all is counted.
    with sqlite3.connect(tmp_path / "metrics.db") as rows:
        bands = [band for (band,) in rows.execute("SELECT latency FROM turns")]
    assert len(bands) == (CHATS + 1) * len(SAID), server.log.read_text()
    assert sum(band in QUICK for band in bands) / len(bands) >= 0.95


def test_a_flood_is_waited_out(trained_model, tmp_path, new_chat):
    with on_telegram(tmp_path) as (api, _):
        people = [api.user(new_chat()) for _ in range(10)]
        api.methods.flood.overall = 5
        for person in people:
            person.says("/start")
        everybody = answers(people, OPENINGS)
        assert all(len(texts) == OPENINGS for texts in everybody)
        assert any(request.status == 429 for request in api.requests)


@pytest.mark.parametrize("by", ["asking", "being called"])
def test_a_network_lost_in_mid_load(trained_model, tmp_path, new_chat, by):
    with on_telegram(tmp_path, by) as (api, server):
        people = [started(api, new_chat()) for _ in range(20)]
        for person in people:
            person.says("hello")
        api.pause()
        for person in people:
            person.says("thank you")
        time.sleep(SECONDS_AWAY)
        api.resume()
        for person in people:
            person.says("/help")
        deadline = time.monotonic() + SECONDS_FOR_ALL
        for person in people:
            person.wait_for(
                lambda now: ENDS_HELP in now[-1].text, deadline - time.monotonic()
            )
        counts = [len(person.messages) for person in people]
        assert counts == [OPENINGS + 4] * len(people), server.log.read_text()
        assert api.complaints == []


def test_a_wrong_token_is_named_and_stops_nothing_else(trained_model, tmp_path):
    with (
        BotApi() as api,
        serving(
            tmp_path,
            TELEGRAM_BOT_TOKEN="1:a-token-of-nobody",
            TELEGRAM_API_BASE_URL=api.base_url,
        ) as server,
        server.client() as http,
    ):
        assert wait_for(lambda: "telegram.token.refused" in server.log.read_text())
        ready = http.get("/ready")
        assert ready.status_code == 200
        assert ready.json()["telegram"] is False
        assert Chat(http).say("should he pay?").cards
        assert "a-token-of-nobody" not in server.log.read_text()
