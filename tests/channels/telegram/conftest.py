"""The bot on Telegram: the real server against a strict Bot API server."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live_server import Server, free_port, serving, wait_for
from tests.telegram.bot_api import BotApi

SECRET = "a-secret-for-tests-only"
WEBHOOK = "https://chat.example/webhooks/telegram"
ENOUGH_A_SECOND = "5000"
SECONDS_TO_BEGIN = 30
# Chats that nobody has used yet.
CHATS = itertools.count(int(time.time()))


@contextmanager
def on_telegram(
    folder: Path, by: str = "asking", **settings: str
) -> Iterator[tuple[BotApi, Server]]:
    """Telegram and the bot, in touch with each other.

    Args:
        folder: for the bot's database and log.
        by: `asking` (polling) or `being called` (webhook).
        settings: of the bot.
    """
    port = free_port()
    with BotApi(deliver_to=f"http://127.0.0.1:{port}") as api:
        # As the real one does in private chats.
        api.methods.messages.deletes_incoming = True
        if by == "being called":
            settings["TELEGRAM_WEBHOOK_URL"] = WEBHOOK
            settings["TELEGRAM_WEBHOOK_SECRET"] = SECRET
        with serving(
            folder,
            at_port=port,
            TELEGRAM_BOT_TOKEN=api.token,
            TELEGRAM_API_BASE_URL=api.base_url,
            **{"TELEGRAM_MESSAGES_A_SECOND": ENOUGH_A_SECOND, **settings},
        ) as server:
            is_ready = wait_for(lambda: api.called("setMyCommands"), SECONDS_TO_BEGIN)
            assert is_ready, server.log.read_text()
            yield api, server


@pytest.fixture(scope="module", params=["asking", "being called"])
def talk(request, trained_model, tmp_path_factory):
    """Telegram with the bot, in both ways of receiving."""
    folder = tmp_path_factory.mktemp("telegram")
    with on_telegram(folder, request.param) as (api, _):
        yield api
        # Whatever a test did, the bot kept to the API.
        assert api.complaints == []
        assert api.unanswered == []


@pytest.fixture(scope="module")
def asking(trained_model, tmp_path_factory):
    """Telegram and the bot that asks it."""
    with on_telegram(tmp_path_factory.mktemp("telegram")) as both:
        yield both


@pytest.fixture(scope="module")
def called(trained_model, tmp_path_factory):
    """Telegram and the bot that it calls."""
    with on_telegram(tmp_path_factory.mktemp("telegram"), "being called") as both:
        yield both


@pytest.fixture
def new_chat():
    """Numbers of chats that nobody has used yet."""
    return lambda: next(CHATS)
