"""The test server refuses what Telegram refuses, and what it would quietly ignore."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.telegram import asking
from tests.telegram.checking import METHODS
from tests.telegram.html_text import parse_html
from tests.telegram.refusals import RefusedError

# Fixtures of these tests only, so not in `conftest.py`.
ask, bot_api, http_client = asking.ask, asking.bot_api, asking.http_client

CHAT = 1
ROW = [{"text": "x", "callback_data": "x"}]


def button(**does):
    return {"reply_markup": {"inline_keyboard": [[{"text": "x"} | does]]}}


REFUSED = {
    "unknown field": ("sendMessage", {"text": "a", "txet": "b"}),
    "missing field": ("sendMessage", {}),
    "wrong type": ("sendMessage", {"text": 5}),
    "a truth value is no number": ("deleteMessage", {"message_id": True}),
    "unknown field inside": (
        "sendMessage",
        {"text": "a", "link_preview_options": {"is_disable": True}},
    ),
    "missing field inside": (
        "sendMessage",
        {"text": "a", "reply_markup": {"inline_keyboard": [[{"url": "https://a.b"}]]}},
    ),
    "wrong type inside": (
        "sendMessage",
        {"text": "a", "link_preview_options": {"is_disabled": "yes"}},
    ),
    "of no type of a union": ("sendMessage", {"text": "a", "reply_markup": {"x": 1}}),
    "not JSON": ("sendMessage", {"text": "a", "reply_markup": "{"}),
    "empty text": ("sendMessage", {"text": " \n"}),
    "empty after parsing": ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}),
    "long text": ("sendMessage", {"text": "a" * 4097}),
    "broken surrogate": ("sendMessage", {"text": "\ud83d"}),
    "unknown parse mode": ("sendMessage", {"text": "a", "parse_mode": "RTF"}),
    "bad HTML": ("sendMessage", {"text": "<p>a</p>", "parse_mode": "HTML"}),
    "long caption": ("sendPhoto", {"photo": "id", "caption": "a" * 1025}),
    "no data": ("sendMessage", {"text": "a"} | button(callback_data="")),
    "long data": ("sendMessage", {"text": "a"} | button(callback_data="é" * 33)),
    "a button that does nothing": ("sendMessage", {"text": "a"} | button()),
    "a button that does two things": (
        "sendMessage",
        {"text": "a"} | button(callback_data="x", url="https://a.b"),
    ),
    "a telephone button": ("sendMessage", {"text": "a"} | button(url="tel:999")),
    "a button to nowhere": ("sendMessage", {"text": "a"} | button(url="https://")),
    "many buttons": (
        "sendMessage",
        {"text": "a", "reply_markup": {"inline_keyboard": [ROW] * 101}},
    ),
    "unknown action": ("sendChatAction", {"action": "thinking"}),
    "no ids": ("deleteMessages", {"message_ids": []}),
    "many ids": ("deleteMessages", {"message_ids": list(range(101))}),
    "a long answer": (
        "answerCallbackQuery",
        {"callback_query_id": "1", "text": "a" * 201, "chat_id": None},
    ),
    "a secret with a space": (
        "setWebhook",
        {"url": "https://a.b", "secret_token": "a b", "chat_id": None},
    ),
    "a long secret": (
        "setWebhook",
        {"url": "https://a.b", "secret_token": "a" * 257, "chat_id": None},
    ),
    "an empty secret": (
        "setWebhook",
        {"url": "https://a.b", "secret_token": "", "chat_id": None},
    ),
    "a plain webhook": ("setWebhook", {"url": "http://a.b", "chat_id": None}),
    "an odd port": ("setWebhook", {"url": "https://a.b:5005", "chat_id": None}),
    "unknown updates": (
        "getUpdates",
        {"allowed_updates": ["messages"], "chat_id": None},
    ),
    "a command in capitals": (
        "setMyCommands",
        {"commands": [{"command": "Go", "description": "x"}], "chat_id": None},
    ),
    "a command with a slash": (
        "setMyCommands",
        {"commands": [{"command": "/go", "description": "x"}], "chat_id": None},
    ),
    "a long command": (
        "setMyCommands",
        {"commands": [{"command": "a" * 33, "description": "x"}], "chat_id": None},
    ),
    "no description": (
        "setMyCommands",
        {"commands": [{"command": "go", "description": ""}], "chat_id": None},
    ),
    "a long description": (
        "setMyCommands",
        {"commands": [{"command": "a", "description": "x" * 257}], "chat_id": None},
    ),
    "many commands": (
        "setMyCommands",
        {"commands": [{"command": "a", "description": "x"}] * 101, "chat_id": None},
    ),
    "a long language": (
        "setMyDescription",
        {"description": "x", "language_code": "en-GB", "chat_id": None},
    ),
    "a long text about the bot": (
        "setMyDescription",
        {"description": "x" * 513, "chat_id": None},
    ),
    "a long short text": (
        "setMyShortDescription",
        {"short_description": "x" * 121, "chat_id": None},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(bot_api, ask, case):
    bot_api.user(CHAT)
    method, fields = REFUSED[case]
    fields = {"chat_id": CHAT} | fields
    answer = ask(method, **{k: v for k, v in fields.items() if v is not None})
    assert answer.status_code == answer.json()["error_code"] == 400
    assert answer.json()["description"].startswith("Bad Request: ")
    assert [complaint.split(":")[0] for complaint in bot_api.complaints] == [method]
    assert bot_api.requests[-1].status == 400


TAKEN = {
    "4,096 characters": {"text": "a" * 4096},
    "4,096 emoji": {"text": "🌍" * 4096},
    "long only before parsing": {"text": "&amp;" * 4096, "parse_mode": "HTML"},
    "64 bytes": {"text": "a"} | button(callback_data="é" * 32),
    "100 buttons": {"text": "a", "reply_markup": {"inline_keyboard": [ROW] * 100}},
    "a link": {"text": "a"} | button(url="https://example.org/a?b=c"),
    "a link within Telegram": {"text": "a"} | button(url="tg://resolve?domain=a"),
    "an id as a string": {"chat_id": str(CHAT), "text": "a"},
    "no preview": {"text": "a", "link_preview_options": {"is_disabled": True}},
}


@pytest.mark.parametrize("case", TAKEN)
def test_it_is_taken(bot_api, ask, case):
    bot_api.user(CHAT)
    answer = ask("sendMessage", **({"chat_id": CHAT} | TAKEN[case]))
    assert answer.status_code == 200, answer.json()
    assert bot_api.complaints == []


@pytest.mark.parametrize("way", ["form", "multipart", "json", "query"])
def test_fields_come_in_every_way(bot_api, way):
    sam = bot_api.user(CHAT)
    url = f"{bot_api.base_url}{bot_api.token}/sendMessage"
    markup = json.dumps({"inline_keyboard": [ROW]})
    fields = {"chat_id": str(CHAT), "text": "a", "reply_markup": markup}
    fields["disable_notification"] = "true"
    match way:
        case "form":
            httpx.post(url, data=fields)
        case "multipart":
            httpx.post(url, files={k: (None, v) for k, v in fields.items()})
        case "json":
            httpx.post(url, json=fields)
        case "query":
            httpx.get(url, params=fields)
    assert bot_api.complaints == []
    assert sam.messages[0].titles == ["x"]
    assert sam.messages[0].arguments["disable_notification"] is True


def test_files_are_fields_or_mentioned(bot_api):
    bot_api.user(CHAT)
    url = f"{bot_api.base_url}{bot_api.token}"
    file = ("a.png", b"123")
    fields = {"chat_id": CHAT}
    assert httpx.post(f"{url}/sendPhoto", data=fields, files={"photo": file}).is_success
    media = json.dumps([{"type": "photo", "media": "attach://one"}] * 2)
    group = {"chat_id": CHAT, "media": media}
    sent = httpx.post(f"{url}/sendMediaGroup", data=group, files={"one": file})
    assert sent.is_success
    assert bot_api.complaints == []
    assert httpx.post(f"{url}/sendMediaGroup", data=group).is_client_error
    stray = httpx.post(f"{url}/sendPhoto", data=fields, files={"phoot": file})
    assert stray.is_client_error


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("text/plain", b"text=a"),
        ("application/x-www-form-urlencoded", b"text=a&text=b"),
        ("multipart/form-data", b"no boundary"),
    ],
)
def test_an_unreadable_body_is_refused(bot_api, kind, body):
    url = f"{bot_api.base_url}{bot_api.token}/getUpdates"
    answer = httpx.post(url, content=body, headers={"Content-Type": kind})
    assert answer.json()["error_code"] == 400
    assert len(bot_api.complaints) == 1


def test_methods_that_are_only_checked_are_true(bot_api, ask):
    bot_api.user(CHAT)
    assert ask("pinChatMessage", chat_id=CHAT, message_id=1).json()["result"] is True
    assert len(METHODS) == 180


HTML = {
    "<b>a</b><i>b</i><u>c</u><s>d</s>": "abcd",
    "<b>a <i>b</i></b>": "a b",
    '<a href="https://example.org/?a=1&amp;b=2">a</a>': "a",
    '<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>': "ab",
    "<blockquote expandable>a</blockquote>": "a",
    '<pre><code class="language-python">a</code></pre>': "a",
    "&lt;&gt;&amp;&quot;&#x27;&#39;": "<>&\"''",
}
NOT_HTML = [
    "<b>a",
    "a</b>",
    "<b><i>a</b></i>",
    "<p>a</p>",
    "a<br>b",
    "a < b",
    "a > b",
    "a & b",
    "&nbsp;",
    "&#0;",
    "<a>a</a>",
    '<a href="tel:999">a</a>',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="https://a.b/?a&b">a</a>',
    '<b class="x">a</b>',
    '<span class="red">a</span>',
    "<code><b>a</b></code>",
    "<blockquote><blockquote>a</blockquote></blockquote>",
    "<!-- a -->",
]


@pytest.mark.parametrize("html", HTML)
def test_html_is_read(html):
    assert parse_html(html)[0] == HTML[html]


@pytest.mark.parametrize("html", NOT_HTML)
def test_other_html_is_refused(html):
    with pytest.raises(RefusedError, match="can't parse entities"):
        parse_html(html)


def test_entities_are_counted_in_utf16():
    text, entities = parse_html('🌍 <a href="https://example.org"><b>é</b></a>')
    assert text == "🌍 é"
    assert sorted(entity["type"] for entity in entities) == ["bold", "text_link"]
    assert {(entity["offset"], entity["length"]) for entity in entities} == {(3, 1)}
