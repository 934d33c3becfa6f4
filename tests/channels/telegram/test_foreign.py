"""The bot with a Telegram server that nobody here wrote."""

from __future__ import annotations

import shutil

import pytest

from bot.channels.telegram_words import parts_of
from tests.channels.telegram.foreign import ForeignPerson, foreign_telegram
from tests.live_server import ROOT, Chat, serving, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

PACKAGE = ROOT / "bot" / "web" / "node_modules" / "telegram-test-api"
TOKEN = "123456789:a-token-for-tests"
SECONDS = 20


@pytest.fixture
def person(trained_model, unavailable, tmp_path, new_chat):
    if not PACKAGE.exists() or shutil.which("node") is None:
        unavailable("telegram-test-api is not installed: run `npm ci` in bot/web")
    with (
        foreign_telegram(PACKAGE) as address,
        serving(
            tmp_path,
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_BASE_URL=f"{address}/bot",
        ) as server,
        server.client() as http,
    ):
        assert wait_for(lambda: http.get("/ready").json()["telegram"], SECONDS)
        yield ForeignPerson(address, TOKEN, new_chat())


def test_a_conversation(person, http):
    web = Chat(http)
    person.says("/start")
    assert has_sent(person, 2)
    told = "someone on snapchat will send my sons photos round unless he pays"
    for act, reply in (
        (lambda: person.says(told), lambda: web.say(told)),
        (lambda: person.says("should he pay?"), lambda: web.say("should he pay?")),
        (lambda: person.presses("human"), lambda: web.press("human")),
    ):
        seen = len(person.texts())
        act()
        wanted = [part.html for m in reply().messages for part in parts_of(m)]
        assert has_sent(person, seen + len(wanted))
        assert person.texts()[seen:] == wanted


def has_sent(person, count):
    return wait_for(lambda: len(person.texts()) >= count, SECONDS)
