"""What /ready says of the desk, and the chat that does not need it."""

import json
import time

import pytest

from tests.helpdesk.school.school import ADDRESS, bot_beside, note_comes, webhook_at
from tests.live_server import Chat, free_port, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

WORRY = "someone threatens to send my sons photos round unless he pays"
SECONDS_TO_NOTICE = 20


def desk_is_there(http):
    answer = http.get("/ready")
    # The chat is ready with a desk or without.
    assert answer.status_code == 200
    return answer.json()["helpdesk"]


def chat_answers(http):
    began = time.monotonic()
    reply = Chat(http).say(WORRY)
    assert time.monotonic() - began < 3
    return reply.urgency == "urgent"


def test_the_bot_notices_that_the_desk_went_away_with_a_letter(desk_with, bot_folder):
    port = free_port()
    with (
        desk_with(webhook_at(port)) as desk,
        bot_beside(desk, bot_folder, port) as bot,
        bot.client() as http,
    ):
        ticket = desk.create_by_api()
        assert note_comes(desk, ticket)
        assert desk_is_there(http)
        assert chat_answers(http)
        desk.stop()
        again = json.dumps({"ticket": {"id": ticket}, "followup_id": 99})
        assert http.post(ADDRESS, content=again).status_code == 202
        assert wait_for(lambda: not desk_is_there(http), SECONDS_TO_NOTICE)
        assert chat_answers(http)
        desk.start()
        assert wait_for(lambda: desk_is_there(http), SECONDS_TO_NOTICE)
        assert chat_answers(http)
        assert "helpdesk.away" in bot.log.read_text()


def test_the_bot_starts_without_the_desk(desk_with, desk_folder, bot_folder):
    port = free_port()
    with desk_with(webhook_at(port)) as desk:
        desk.stop()
        with bot_beside(desk, bot_folder, port) as bot, bot.client() as http:
            assert not desk_is_there(http)
            assert chat_answers(http)
            desk.start()
            assert wait_for(lambda: desk_is_there(http), SECONDS_TO_NOTICE)
