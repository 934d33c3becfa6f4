"""Forged, repeated, malformed and huge updates: nothing runs that should not."""

from __future__ import annotations

import json
import random
import time

import pytest

from tests.channels.telegram.conftest import SECRET, on_telegram
from tests.channels.telegram.test_conversations import OPENINGS, settled, started
from tests.live_server import wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

ADDRESS = "/webhooks/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATES_TRIED = 2_000


def update(number, chat, text="should he pay?"):
    """A text message as Telegram posts it."""
    person = {"id": chat, "is_bot": False, "first_name": "Sam"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Sam"},
            "from": person,
            "text": text,
        },
    }


@pytest.fixture
def client(called):
    with called[1].client() as client:
        yield client


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], b"\xff\xfe"]
)
def test_a_forged_call_is_refused_and_nothing_runs(called, client, new_chat, secret):
    api, _ = called
    chat = new_chat()
    api.user(chat)
    sent = len(api.called("sendMessage"))
    headers = {} if secret is None else {HEADER: secret}
    answer = client.post(ADDRESS, json=update(10**9, chat), headers=headers)
    assert answer.status_code == 403
    time.sleep(0.3)
    assert len(api.called("sendMessage")) == sent


def test_a_repeated_update_is_answered_once(called, client, new_chat):
    api, _ = called
    sent = []
    for times in (1, 5):
        chat = new_chat()
        person = api.user(chat)
        for _ in range(times):
            answer = client.post(
                ADDRESS, json=update(2 * 10**9 + chat, chat), headers={HEADER: SECRET}
            )
            assert answer.status_code == 200
        sent.append(len(settled(person)))
    once, five_times = sent
    assert once == five_times > 0


def broken(update, chance):
    """The update with something wrong in it."""
    written = json.dumps(update)
    match chance.randrange(6):
        case 0:
            return written[: chance.randrange(len(written))].encode()
        case 1:
            place = chance.randrange(len(written))
            return (
                written[:place] + chr(chance.randrange(1, 0x2FFF)) + written[place:]
            ).encode()
        case 2:
            return chance.randbytes(chance.randrange(200))
    kind = next(k for k in update if k != "update_id")
    content = update[kind]
    if isinstance(content, dict) and content:
        name = chance.choice(sorted(content))
        wrong = [None, -1, "x", [], {}, [[]], 2**70, True, {"id": "x"}, ""]
        content[name] = chance.choice(wrong)
        if chance.random() < 0.3:
            del content[name]
    return json.dumps(update).encode()


def test_malformed_updates_break_nothing(called, client, new_chat):
    api, _ = called
    chance = random.Random(7)
    kinds = [*api.update_of_each_kind(), *api.message_of_each_kind()]
    for number in range(UPDATES_TRIED):
        content = json.loads(json.dumps(chance.choice(kinds)))
        content["update_id"] = 3 * 10**9 + number
        answer = client.post(
            ADDRESS, content=broken(content, chance), headers={HEADER: SECRET}
        )
        assert answer.status_code < 500, content
    assert started(api, new_chat()).messages
    assert client.get("/health").status_code == 200


def test_a_huge_body_is_refused(client):
    answer = client.post(ADDRESS, content=b"x" * 1_000_000, headers={HEADER: SECRET})
    assert answer.status_code == 413


def test_every_kind_of_update_is_taken(called, new_chat):
    api, server = called
    before = len(server.log.read_text())
    for content in [*api.update_of_each_kind(), *api.message_of_each_kind()]:
        api.inject(content)
    person = started(api, new_chat())
    assert len(person.messages) == OPENINGS
    assert {delivery.status for delivery in api.deliveries} == {200}
    assert "telegram.update.failed" not in server.log.read_text()[before:]


def test_asking_goes_on_after_what_it_cannot_read(asking, new_chat):
    api, server = asking
    for content in ({"message": {}}, {"message": {"message_id": "x"}}, {"poll": []}):
        api.inject(content)
    assert len(started(api, new_chat()).messages) == OPENINGS
    assert "telegram.update.unreadable" in server.log.read_text()


def test_asking_goes_on_after_the_token_was_refused_for_a_while(
    trained_model, tmp_path, new_chat
):
    with on_telegram(tmp_path) as (api, server), server.client() as http:
        right, api.token = api.token, "1:another"
        api.pause()
        api.resume()
        assert wait_for(lambda: http.get("/ready").json()["telegram"] is False)
        api.token = right
        assert wait_for(lambda: http.get("/ready").json()["telegram"] is True, 40)
        assert started(api, new_chat()).messages


def test_asking_takes_every_kind_of_update(asking, new_chat):
    api, server = asking
    for content in [*api.update_of_each_kind(), *api.message_of_each_kind()]:
        api.inject(content)
    assert len(started(api, new_chat()).messages) == OPENINGS
    assert "telegram.update.failed" not in server.log.read_text()


def test_who_asks_has_no_webhook(asking):
    _, server = asking
    with server.client() as client:
        assert client.post(ADDRESS, json=update(1, 1)).status_code in (404, 405)
