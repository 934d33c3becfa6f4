"""Many chats at once, floods and a lost network: in order, none lost, none doubled."""

from __future__ import annotations

import re
import sqlite3
import statistics
import time

import pytest

from tests.channels.telegram.conftest import on_telegram
from tests.channels.telegram.test_conversations import ENDS_HELP, OPENINGS, started
from tests.live_server import Chat, serving, wait_for
from tests.telegram.bot_api import BotApi

pytestmark = [pytest.mark.model, pytest.mark.service]

CHATS, MESSAGES = 200, 5
SECONDS_FOR_ALL = 120
MILLISECONDS_OF_OUR_OWN = 150
SECONDS_AWAY = 20
# Each is answered with one card of its own, whatever was said before.
SAID = ("/nation", "hello", "thank you", "/nation", "goodbye")


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
        (wanted,) = answers([alone], OPENINGS + len(SAID))

        people = [api.user(new_chat()) for _ in range(CHATS)]
        for person in people:
            person.says("/start")
        answers(people, OPENINGS)
        for text in SAID:
            for person in people:
                person.says(text)
        everybody = answers(people, OPENINGS + len(SAID))

        # Each chat's answers in order, none lost, none doubled.
        assert all(texts == wanted for texts in everybody)
        assert api.complaints == []
        assert api.unconfirmed == 0 or by == "asking"
        own = milliseconds_of_turns(tmp_path / "metrics.db", server)
        assert statistics.quantiles(own, n=20)[18] < MILLISECONDS_OF_OUR_OWN


def milliseconds_of_turns(database, server):
    """How long each turn took, as the metrics' bands say: the end of its band."""
    with sqlite3.connect(database) as rows:
        bands = [band for (band,) in rows.execute("SELECT latency_band FROM turns")]
    assert bands, server.log.read_text()
    return [float(re.findall(r"[\d.]+", str(band))[-1]) for band in bands]


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
