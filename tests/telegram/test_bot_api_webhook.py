"""Updates are handed to a webhook: signed, in order, until they are taken."""

from __future__ import annotations

import httpx
import pytest

from tests.telegram import asking
from tests.telegram.asking import wait_until

SECRET = "a-secret_of_the_bot"
# Fixtures of these tests only, so not in `conftest.py`.
ask, bot_api, http_client = asking.ask, asking.bot_api, asking.http_client
receiver = asking.receiver


def texts(updates):
    return [update["message"]["text"] for update in updates]


def test_updates_go_to_the_webhook_with_the_secret(bot_api, ask, receiver):
    sam = bot_api.user(1)
    sam.says("before")
    ask("setWebhook", url=receiver.url, secret_token=SECRET)
    sam.says("after")
    wait_until(lambda: not bot_api.unconfirmed)
    assert texts(receiver.updates) == ["before", "after"]
    assert receiver.secrets == [SECRET, SECRET]
    assert [delivery.status for delivery in bot_api.deliveries] == [200, 200]


def test_without_a_secret_there_is_no_header(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    bot_api.user(1).says("hello")
    wait_until(lambda: receiver.updates)
    assert receiver.secrets == [None]


def test_what_is_not_taken_comes_again_and_in_order(bot_api, ask, receiver):
    receiver.statuses = [500, 403]
    ask("setWebhook", url=receiver.url)
    sam = bot_api.user(1)
    first, second = sam.says("a"), sam.says("b")
    wait_until(lambda: not bot_api.unconfirmed)
    assert [(d.update_id, d.status) for d in bot_api.deliveries] == [
        (first, 500),
        (first, 403),
        (first, 200),
        (second, 200),
    ]
    info = ask("getWebhookInfo").json()["result"]
    assert info["url"] == receiver.url
    assert info["last_error_message"].endswith("403")


def test_one_chat_does_not_wait_for_another(bot_api, ask, receiver):
    def is_slow_for_sam(update):
        if update["message"]["chat"]["id"] == 1:
            wait_until(lambda: len(receiver.updates) == 2)

    receiver.answered = is_slow_for_sam
    ask("setWebhook", url=receiver.url)
    bot_api.user(1).says("slow")
    bot_api.user(2).says("quick")
    wait_until(lambda: not bot_api.unconfirmed)
    assert texts(receiver.updates) == ["slow", "quick"]


def test_there_is_no_polling_beside_a_webhook(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    assert ask("getUpdates").status_code == 409
    ask("deleteWebhook")
    assert ask("getUpdates").status_code == 200
    assert ask("getWebhookInfo").json()["result"]["url"] == ""
    assert bot_api.complaints == []


def test_pending_updates_can_be_dropped(bot_api, ask, receiver):
    bot_api.user(1).says("old")
    ask("setWebhook", url=receiver.url, drop_pending_updates=True)
    bot_api.user(1).says("new")
    wait_until(lambda: receiver.updates)
    assert texts(receiver.updates) == ["new"]
    ask("deleteWebhook")
    bot_api.user(1).says("newer")
    ask("deleteWebhook", drop_pending_updates=True)
    assert bot_api.unconfirmed == 0


def test_nothing_is_delivered_while_the_network_is_gone(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    bot_api.pause()
    bot_api.user(1).says("hello")
    with pytest.raises(httpx.TransportError):
        ask("getMe")
    assert receiver.updates == []
    bot_api.resume()
    wait_until(lambda: not bot_api.unconfirmed)
    assert texts(receiver.updates) == ["hello"]


def test_an_update_cut_off_by_the_network_comes_again(bot_api, ask, receiver):
    stuck = []

    def pauses_once(update):
        if not stuck:
            stuck.append(update)
            bot_api.pause()

    receiver.answered = pauses_once
    ask("setWebhook", url=receiver.url)
    sent = bot_api.user(1).says("hello")
    wait_until(lambda: bot_api.deliveries)
    bot_api.resume()
    wait_until(lambda: not bot_api.unconfirmed)
    tries = [(delivery.update_id, delivery.status) for delivery in bot_api.deliveries]
    assert tries == [(sent, None), (sent, 200)]


def test_a_replay_is_delivered_as_often_as_it_is_sent(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    update = {"update_id": 7} | next(bot_api.update_of_each_kind())
    for _ in range(3):
        bot_api.inject(update)
    wait_until(lambda: not bot_api.unconfirmed)
    assert receiver.updates == [update] * 3


def test_malformed_updates_are_delivered_too(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    malformed = [{}, {"message": None}, {"update_id": "x", "message": {"chat": []}}]
    for update in malformed:
        bot_api.inject(update)
    wait_until(lambda: not bot_api.unconfirmed)
    assert {"message": None} in [
        {k: v for k, v in update.items() if k != "update_id"}
        for update in receiver.updates
    ]
    assert malformed[-1] in receiver.updates


def test_every_update_reaches_a_webhook(bot_api, ask, receiver):
    ask("setWebhook", url=receiver.url)
    updates = [*bot_api.update_of_each_kind(), *bot_api.message_of_each_kind()]
    for update in updates:
        bot_api.inject(update)
    wait_until(lambda: not bot_api.unconfirmed)
    assert len(receiver.updates) == len(updates)


def test_a_public_address_can_lead_here(bot_api, ask, receiver):
    bot_api.webhook.deliver_to = receiver.url
    ask("setWebhook", url="https://bot.example.org/webhooks/telegram")
    bot_api.user(1).says("hello")
    wait_until(lambda: receiver.updates)
    assert bot_api.complaints == []
