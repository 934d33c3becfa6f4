"""The test server behaves as Telegram does: messages, polling, people, the network."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.telegram import asking
from tests.telegram.asking import wait_until
from tests.telegram.bot_api import BotApi
from tests.telegram.checking import TYPES, UPDATE_KINDS, problems_of

QUICK_SECONDS = 3.0
# Fixtures of these tests only, so not in `conftest.py`.
ask, bot_api, http_client = asking.ask, asking.bot_api, asking.http_client


def keyboard(*titles: str) -> dict:
    rows = [[{"text": title, "callback_data": title.lower()}] for title in titles]
    return {"inline_keyboard": rows}


def result(answer: httpx.Response) -> object:
    body = answer.json()
    assert (answer.status_code, body["ok"]) == (200, True), body
    return body["result"]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["ok"] is False
    assert answer.status_code == body["error_code"]
    return body["error_code"], body["description"]


def test_a_wrong_token_is_unauthorized(bot_api):
    answer = httpx.post(f"{bot_api.base_url}1:wrong/getMe")
    assert refusal(answer) == (401, "Unauthorized")
    assert bot_api.complaints == []


def test_an_unknown_method_is_not_found(bot_api, ask):
    assert refusal(ask("sendLove")) == (404, "Not Found")
    assert bot_api.complaints == ["sendLove: 404 Not Found"]


def test_the_bot_learns_who_it_is(bot_api, ask):
    me = result(ask("getMe"))
    assert problems_of(["User"], me, "me") == []
    assert (me["id"], me["is_bot"]) == (bot_api.me["id"], True)


def test_what_the_bot_sends_is_seen(bot_api, ask):
    sam = bot_api.user(1)
    html = "Call <b>999</b> &amp; ask &lt;them&gt;"
    sent = result(
        ask(
            "sendMessage",
            chat_id=1,
            text=html,
            parse_mode="HTML",
            reply_markup=keyboard("Yes", "No"),
        )
    )
    (message,) = sam.messages
    assert message.text == "Call 999 & ask <them>"
    assert message.html == html
    assert message.titles == ["Yes", "No"]
    assert problems_of(["Message"], sent, "message") == []
    assert sent["entities"] == [{"type": "bold", "offset": 5, "length": 3}]
    assert abs(sent["date"] - time.time()) < QUICK_SECONDS


def test_message_ids_rise_by_one(bot_api, ask):
    bot_api.user(1), bot_api.user(2)
    first, second = (result(ask("sendMessage", chat_id=n, text="x")) for n in (1, 2))
    assert second["message_id"] == first["message_id"] + 1


def test_nobody_can_be_written_to_who_never_wrote(bot_api, ask):
    assert refusal(ask("sendMessage", chat_id=99, text="hello"))[0] == 400
    assert len(bot_api.complaints) == 1


def test_an_edit_replaces_text_and_buttons(bot_api, ask):
    sam = bot_api.user(1)
    sent = result(ask("sendMessage", chat_id=1, text="a", reply_markup=keyboard("Yes")))
    place = {"chat_id": 1, "message_id": sent["message_id"]}
    result(ask("editMessageText", **place, text="b"))
    (message,) = sam.messages
    assert (message.text, message.titles) == ("b", [])
    result(ask("editMessageReplyMarkup", **place, reply_markup=keyboard("No")))
    assert sam.messages[0].titles == ["No"]
    again = ask("editMessageReplyMarkup", **place, reply_markup=keyboard("No"))
    assert "message is not modified" in refusal(again)[1]
    assert bot_api.complaints == []


def test_the_bot_deletes_its_own_messages(bot_api, ask):
    sam = bot_api.user(1)
    ids = [
        result(ask("sendMessage", chat_id=1, text=text))["message_id"]
        for text in ("a", "b", "c")
    ]
    result(ask("deleteMessage", chat_id=1, message_id=ids[0]))
    assert sam.texts == ["b", "c"]
    assert refusal(ask("deleteMessage", chat_id=1, message_id=ids[0]))[0] == 400
    # Those that are gone already are passed over.
    result(ask("deleteMessages", chat_id=1, message_ids=ids))
    assert sam.messages == []


def test_old_messages_and_those_of_others_stay(bot_api, ask):
    sam = bot_api.user(1)
    sent = result(ask("sendMessage", chat_id=1, text="old"))
    bot_api.pass_time(48 * 3600 + 1)
    assert refusal(ask("deleteMessages", chat_id=1, message_ids=[sent["message_id"]]))
    sam.says("mine")
    (update,) = result(ask("getUpdates"))
    theirs = update["message"]["message_id"]
    assert refusal(ask("deleteMessage", chat_id=1, message_id=theirs))
    assert sam.texts == ["old"]
    bot_api.methods.messages.deletes_incoming = True
    result(ask("deleteMessage", chat_id=1, message_id=theirs))


def test_updates_come_until_they_are_confirmed(bot_api, ask):
    sam = bot_api.user(1)
    first, second = sam.says("/start now"), sam.says("two")
    assert second == first + 1
    for _ in range(2):
        updates = result(ask("getUpdates"))
        assert [update["message"]["text"] for update in updates] == [
            "/start now",
            "two",
        ]
    assert updates[0]["message"]["entities"][0]["length"] == len("/start")
    (update,) = result(ask("getUpdates", offset=second))
    assert update["update_id"] == second
    assert bot_api.unconfirmed == 1
    assert result(ask("getUpdates", offset=second + 1)) == []
    assert len(bot_api.handed_over) == 2


def test_limit_and_negative_offset(bot_api, ask):
    sam = bot_api.user(1)
    ids = [sam.says(text) for text in "abc"]
    assert [u["update_id"] for u in result(ask("getUpdates", limit=2))] == ids[:2]
    assert [u["update_id"] for u in result(ask("getUpdates", offset=-1))] == ids[2:]
    assert bot_api.unconfirmed == 1


def test_a_long_poll_ends_when_something_comes(bot_api, ask):
    with ThreadPoolExecutor() as pool:
        polling = pool.submit(ask, "getUpdates", timeout=5)
        wait_until(lambda: bot_api.queue.is_polled)
        started = time.monotonic()
        bot_api.user(1).says("hello")
        assert len(result(polling.result())) == 1
    assert time.monotonic() - started < 1


def test_a_newer_poll_ends_the_older(bot_api, ask):
    with ThreadPoolExecutor() as pool:
        older = pool.submit(ask, "getUpdates", timeout=5)
        wait_until(lambda: bot_api.queue.is_polled)
        newer = pool.submit(ask, "getUpdates", timeout=0)
        assert refusal(older.result())[0] == 409
        assert result(newer.result()) == []


def test_only_kinds_that_were_asked_for_come(bot_api, ask):
    result(ask("getUpdates", allowed_updates=["message"]))
    sam = bot_api.user(1)
    assert sam.says("one") is not None
    assert sam.edits("two") is None
    assert [list(u)[1] for u in result(ask("getUpdates"))] == ["message"]


def test_a_button_is_pressed_and_answered_once(bot_api, ask):
    sam = bot_api.user(1)
    ask("sendMessage", chat_id=1, text="?", reply_markup=keyboard("Yes", "No"))
    query = sam.presses("No")
    (update,) = result(ask("getUpdates"))
    assert problems_of(["Update"], update, "update") == []
    assert update["callback_query"]["data"] == "no"
    assert bot_api.unanswered == [query]
    result(ask("answerCallbackQuery", callback_query_id=query))
    assert bot_api.unanswered == []
    assert refusal(ask("answerCallbackQuery", callback_query_id=query))[0] == 400
    assert refusal(ask("answerCallbackQuery", callback_query_id="1"))[0] == 400
    with pytest.raises(AssertionError, match="no button"):
        sam.presses("Maybe")


def test_a_blocked_bot_is_told(bot_api, ask):
    sam, kim = bot_api.user(1), bot_api.user(2)
    sam.blocks()
    bot_api.block(kim.chat_id)
    forbidden = (403, "Forbidden: bot was blocked by the user")
    for chat in (1, 2):
        assert refusal(ask("sendMessage", chat_id=chat, text="hello")) == forbidden
    (update,) = result(ask("getUpdates"))
    assert problems_of(["Update"], update, "update") == []
    sam.unblocks()
    result(ask("sendMessage", chat_id=1, text="hello"))


def test_a_group_that_was_left_takes_nothing(bot_api, ask):
    group = bot_api.user(-5, "group")
    group.says("hello")
    assert result(ask("leaveChat", chat_id=-5)) is True
    assert refusal(ask("sendMessage", chat_id=-5, text="hello"))[0] == 403
    bot_api.user(1)
    assert refusal(ask("leaveChat", chat_id=1))[0] == 400


def test_a_migrated_group_names_its_new_id(bot_api, ask):
    bot_api.user(-5, "group")
    bot_api.migrate(-5, -1005)
    answer = ask("sendMessage", chat_id=-5, text="hello")
    assert answer.json()["parameters"] == {"migrate_to_chat_id": -1005}


def test_flood_control_says_how_long_to_wait(bot_api, ask):
    bot_api.methods.flood.per_chat = 2
    bot_api.methods.flood.overall = 3
    bot_api.user(1), bot_api.user(2)
    statuses = [
        ask("sendMessage", chat_id=chat, text="x").status_code
        for chat in (1, 1, 1, 2, 2)
    ]
    assert statuses == [200, 200, 429, 200, 429]
    answer = ask("sendMessage", chat_id=1, text="x")
    assert answer.json()["parameters"] == {"retry_after": 1}
    assert bot_api.complaints == []


def test_commands_are_kept_by_scope(ask):
    commands = [{"command": "start", "description": "Begin"}]
    scope = {"type": "all_private_chats"}
    result(ask("setMyCommands", commands=commands, scope=scope))
    assert result(ask("getMyCommands", scope=scope)) == commands
    assert result(ask("getMyCommands")) == []


def test_descriptions_are_kept(ask):
    result(ask("setMyDescription", description="A bot"))
    assert result(ask("getMyDescription")) == {"description": "A bot"}


def test_there_is_a_valid_update_of_each_kind(bot_api):
    updates = list(bot_api.update_of_each_kind())
    assert [next(iter(update)) for update in updates] == list(UPDATE_KINDS)
    for update in [*updates, *bot_api.message_of_each_kind()]:
        whole = {"update_id": 1} | update
        assert problems_of(["Update"], whole, "update") == []


def test_every_kind_of_message_has_a_sample(bot_api):
    optional = [name for name, f in TYPES["Message"].items() if not f["required"]]
    messages = [update["message"] for update in bot_api.message_of_each_kind()]
    assert len(messages) == len(optional) - 1  # each has a `from`


@pytest.mark.parametrize(
    "kind", ["voice", "document", "sticker", "location", "contact", "video", "dice"]
)
def test_people_send_more_than_words(bot_api, ask, kind):
    bot_api.user(1).sends(kind)
    (update,) = result(ask("getUpdates"))
    assert kind in update["message"]
    assert problems_of(["Update"], update, "update") == []


def test_while_the_network_is_gone_nobody_answers(bot_api, ask):
    sam = bot_api.user(1)
    with ThreadPoolExecutor() as pool:
        polling = pool.submit(ask, "getUpdates", timeout=5)
        wait_until(lambda: bot_api.queue.is_polled)
        bot_api.pause()
        with pytest.raises(httpx.TransportError):
            polling.result()
    with pytest.raises(httpx.ConnectError):
        ask("getMe")
    sam.says("are you there?")
    bot_api.resume()
    (update,) = result(ask("getUpdates"))
    assert update["message"]["text"] == "are you there?"


def test_waiting_for_an_answer(bot_api, ask):
    sam = bot_api.user(1)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sam.wait_for, 2)
        for text in "ab":
            ask("sendMessage", chat_id=1, text=text)
        assert [message.text for message in waiting.result()] == ["a", "b"]
    assert sam.wait_for(lambda messages: messages[-1].text == "b")
    with pytest.raises(AssertionError, match="- a"):
        sam.wait_for(3, seconds=0.05)


async def test_waiting_within_an_event_loop(bot_api):
    sam = bot_api.user(1)
    url = f"{bot_api.base_url}{bot_api.token}/sendMessage"
    async with httpx.AsyncClient() as client:
        await client.post(url, json={"chat_id": 1, "text": "a"})
    assert [message.text for message in await sam.arrives(1)] == ["a"]


def test_two_hundred_chats_at_once(bot_api):
    def talk(chat_id: int) -> None:
        bot_api.user(chat_id)
        for number in range(2):
            fields = {"chat_id": chat_id, "text": str(number)}
            url = f"{bot_api.base_url}{bot_api.token}/sendMessage"
            assert client.post(url, data=fields).status_code == 200

    limits = httpx.Limits(max_connections=200)
    with httpx.Client(limits=limits) as client, ThreadPoolExecutor(50) as pool:
        list(pool.map(talk, range(1, 201)))
    assert all(bot_api.user(chat).texts == ["0", "1"] for chat in range(1, 201))


def test_a_server_that_is_closed_can_still_be_asked_what_happened():
    with BotApi() as server:
        sam = server.user(1)
        sam.says("hello")
        httpx.post(f"{server.base_url}{server.token}/sendChatAction", json={})
    assert [request.method for request in server.requests] == ["sendChatAction"]
    assert server.called("sendChatAction")[0].status == 400
    assert sam.messages == []
