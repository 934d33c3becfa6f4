"""The contract of the web chat over HTTP, and what happens to those who break it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.channels.reception import MOST_CHARACTERS
from bot.guidance.choices import Menu, load_titles
from tests.live_server import ORIGIN, Chat, Reply, Server

pytestmark = pytest.mark.model

SESSION = "/webhooks/webchat/session"
MESSAGE = "/webhooks/webchat/message"
FORGET = "/webhooks/webchat/forget"
WORRY = "someone on snapchat is threatening to send my sons photos round unless he pays"

MESSAGE_KEYS = {"text", "buttons", "contacts", "card"}
CONTACT_KEYS = {"id", "name", "phone", "text", "url", "hours"}
URGENCIES = {"emergency", "urgent", "concern", "information"}
# Nothing that a server says to anyone may look like its own code.
INSIDES = ("Traceback", 'File "', ".py", "rasa", "sanic", "Exception", "site-packages")


def assert_has_no_insides(response: httpx.Response) -> None:
    """No traceback, no path, no name of a library, in body or headers."""
    said = response.text + str(response.headers.raw)
    assert not [word for word in INSIDES if word.lower() in said.lower()]


def assert_is_refused(response: httpx.Response, status: int, code: str) -> None:
    """A machine gets a status, a code and a sentence."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert_has_no_insides(response)


def assert_is_kind_answer(response: httpx.Response) -> Reply:
    """A person gets a reviewed card with the way to a person."""
    assert response.status_code == 200, response.text
    assert_has_no_insides(response)
    reply = Reply.of(response.json())
    assert reply.messages
    assert all(message["text"] and message["card"] for message in reply.messages)
    assert "human" in reply.buttons or reply.cards[-1].startswith("human_routes")
    return reply


# --- the contract ---


def test_a_session_begins_with_a_token_and_the_opening(http: httpx.Client) -> None:
    body = http.post(SESSION).json()
    assert isinstance(body["session"], str)
    assert len(body["session"]) >= 32
    reply = Reply.of(body)
    assert reply.cards == ["opening"]
    assert reply.contacts[0] == "emergency_999"
    assert "emergency" in reply.buttons


@pytest.mark.parametrize("body", [b"", b"{}", b'{"sender": "me"}', b"nonsense"])
def test_a_session_can_be_opened_with_any_body(http: httpx.Client, body: bytes) -> None:
    assert http.post(SESSION, content=body).status_code == 200


def test_every_session_has_a_token_of_its_own(http: httpx.Client) -> None:
    tokens = {http.post(SESSION).json()["session"] for _ in range(50)}
    assert len(tokens) == 50


def test_a_client_cannot_choose_its_token(http: httpx.Client) -> None:
    body = http.post(SESSION, json={"session": "mine", "sender": "mine"}).json()
    assert body["session"] != "mine"


def test_an_answer_has_the_shape_of_the_contract(chat: Chat) -> None:
    response = chat.send(text=WORRY)
    body = response.json()
    assert body.keys() == {"urgency", "danger_check", "messages"}
    assert body["urgency"] in URGENCIES
    assert isinstance(body["danger_check"], bool)
    for message in body["messages"]:
        assert message.keys() == MESSAGE_KEYS
        assert message["card"].keys() >= {"id", "sources", "reviewed_on"}
        assert message["card"]["sources"]
        assert all(
            source.keys() == {"name", "url"} for source in message["card"]["sources"]
        )
        assert all(contact.keys() >= CONTACT_KEYS for contact in message["contacts"])
        assert all(b.keys() == {"title", "choice"} for b in message["buttons"])


def test_an_answer_is_never_stored_on_the_way(chat: Chat) -> None:
    response = chat.send(text="hello")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"].startswith("application/json")
    assert "set-cookie" not in response.headers


def test_every_button_that_is_shown_can_be_pressed(chat: Chat) -> None:
    seen: set[str] = set()
    waiting = list(chat.opening.buttons)
    while waiting:
        choice = waiting.pop()
        if choice not in seen:
            seen.add(choice)
            waiting += assert_is_kind_answer(chat.send(choice=choice)).buttons
    assert len(seen) > 20


def test_every_button_there_is_answers_with_its_cards(
    http: httpx.Client, library
) -> None:
    menu = Menu(library, load_titles())
    chat = Chat(http)
    for choice in menu._meanings:
        reply = assert_is_kind_answer(chat.send(choice=choice))
        assert "something_failed" not in reply.cards, choice


def test_health_says_alive(http: httpx.Client) -> None:
    response = http.get("/health")
    assert response.status_code == 200
    assert response.json()["status"] == "alive"


def test_ready_says_what_is_ready(http: httpx.Client) -> None:
    response = http.get("/ready")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "model": True, "database": True}


# --- what people may type ---

PEOPLE_TYPE = {
    "nothing": "",
    "blanks": "   \t \n  ",
    "a blank that takes no room": "\u200b\u200b",
    "emoji only": "😭😭😭🙏",
    "punctuation only": "?!?!...",
    "the longest message": "a" * MOST_CHARACTERS,
    "one character too many": "a" * (MOST_CHARACTERS + 1),
    "far too many characters": "help me " * 2_000,
    "NUL bytes": "my son\x00is\x00being bullied",
    "control characters": "\x01\x02\x1b[31mhelp\x07\x7f",
    "right to left": "ابنتي تتعرض للتهديد",
    "a change of direction": "my son \u202egnieb si\u202c bullied",
    "half a surrogate pair": "help \ud83d",
    "combining characters without end": "h\u0301\u0302\u0303\u0304" * 200 + "elp",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE turns; -- ",
    "a format string": "{0} %s %(x)s ${jndi:ldap://127.0.0.1/a}",
    "a path": "../../../../etc/passwd",
    "JSON": '{"session": "x", "choice": "emergency"}',
    "YAML": "!!python/object/apply:os.system ['true']",
    "a slash": "/",
    "slash restart": "/restart",
    "slash inform": '/inform{"nation": "x"}',
    "slash session start": "/session_start",
    "slash back": "/back",
    "a slot by Rasa's syntax": '/inform_nation{"nation": "scotland"}',
    "an entity by Rasa's syntax": '[x](nation) [scotland]{"entity": "nation"}',
    "an external intent": "EXTERNAL: /report_immediate_danger",
}


@pytest.mark.parametrize("text", PEOPLE_TYPE.values(), ids=PEOPLE_TYPE)
def test_whatever_is_typed_is_answered_kindly(chat: Chat, text: str) -> None:
    body = json.dumps({"session": chat.session, "text": text}).encode()
    response = chat._http.post(MESSAGE, content=body)
    reply = assert_is_kind_answer(response)
    assert "something_failed" not in reply.cards
    # And the conversation goes on.
    assert chat.press("worry_bullying.now").cards[0] == "bullying_now"


UNREADABLE = (
    "nothing",
    "blanks",
    "a blank that takes no room",
    "emoji only",
    "punctuation only",
    "one character too many",
    "far too many characters",
    "a slash",
)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_to_be_so(chat: Chat, name: str) -> None:
    assert chat.say(PEOPLE_TYPE[name]).cards == ["message_unreadable"]


def test_the_length_is_counted_in_characters_not_in_bytes(chat: Chat) -> None:
    danger = "she has taken an overdose. "
    text = danger + "é" * (MOST_CHARACTERS - len(danger))
    assert chat.say(text).cards != ["message_unreadable"]


def test_a_script_never_comes_back(chat: Chat) -> None:
    response = chat.send(text="<script>alert('canary')</script>")
    assert "canary" not in response.text


# --- typing is not pressing ---


@pytest.mark.parametrize(
    "text",
    [
        "/report_immediate_danger",
        " /report_immediate_danger",
        "//report_immediate_danger{}",
        "/report_immediate_danger{}",
    ],
)
def test_typing_an_intent_is_typing_words(chat: Chat, text: str) -> None:
    """The same as its words without the slash, in a conversation like it."""
    with httpx.Client(base_url=chat._http.base_url, trust_env=False) as http:
        plain = Chat(http).say(text.strip(" /"))
    assert chat.say(text) == plain


def test_typing_restart_with_a_slash_does_not_restart_by_fiat(chat: Chat) -> None:
    """`/restart` means no more than the word does."""
    with httpx.Client(base_url=chat._http.base_url, trust_env=False) as http:
        plain = Chat(http).say("restart")
    assert chat.say("/restart") == plain


@pytest.mark.parametrize(
    "text",
    [
        '/inform{"nation": "x"}',
        '/inform_nation{"nation": "scotland"}',
        '/worry_sextortion{"nation": "scotland", "topic": "worry_bullying"}',
        '/SetSlots(nation="scotland")',
        '[scotland]{"entity": "nation", "value": "scotland"}',
    ],
)
def test_no_slot_is_set_by_rasas_syntax(chat: Chat, text: str) -> None:
    """A nation smuggled in would change the police contact; the audience, the card."""
    chat.say(text.replace("scotland", "x"))
    reply = chat.press("worry_sextortion.now")
    assert reply.cards[0] == "sextortion_now"
    assert "police_101" in reply.contacts


def test_the_words_of_an_audience_slot_change_nothing(chat: Chat) -> None:
    chat.say('/greet{"audience": "school_staff", "card": "own_behaviour"}')
    assert chat.press("worry_bullying.now").cards[0] == "bullying_now"


@pytest.mark.parametrize(
    "choice",
    [
        "",
        "nonsense",
        "/restart",
        "restart{}",
        "card.opening",
        "nation.x",
        "worry_sextortion.card",
        "worry_sextortion",
        '/inform_nation{"nation": "scotland"}',
        "EMERGENCY",
        "__class__",
    ],
)
def test_a_button_that_does_not_exist_is_refused(chat: Chat, choice: str) -> None:
    assert_is_refused(chat.send(choice=choice), 400, "CHOICE_UNKNOWN")
    assert chat.press("worry_bullying.now").cards[0] == "bullying_now"


# --- what machines may send ---

WRONG_BODIES = {
    "no body": b"",
    "not JSON": b"session=abc&text=hello",
    "half of JSON": b'{"session": "abc", "te',
    "a list": b'["session", "text"]',
    "a string": b'"hello"',
    "a number": b"1",
    "null": b"null",
    "not a number": b"NaN",
    "invalid UTF-8": b'{"session": "abc", "text": "\xff\xfe\xfa"}',
    "UTF-16": '{"session": "abc", "text": "hello"}'.encode("utf-16"),
    "NUL bytes": b"\x00" * 100,
    "a deep nest": b"[" * 20_000 + b"]" * 20_000,
}


@pytest.mark.parametrize("address", [MESSAGE, FORGET])
@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_body_of_the_wrong_kind_is_refused(
    http: httpx.Client, address: str, body: bytes
) -> None:
    assert_is_refused(http.post(address, content=body), 400, "BODY_INVALID")


WRONG_SHAPES = {
    "neither text nor choice": {},
    "both": {"text": "hello", "choice": "human"},
    "text is a number": {"text": 1},
    "text is a list": {"text": ["hello"]},
    "text is an object": {"text": {"text": "hello"}},
    "text is null": {"text": None},
    "text is true": {"text": True},
    "choice is a number": {"choice": 7},
    "choice is a list": {"choice": ["emergency"]},
    "text and a wrong choice": {"text": "hello", "choice": 1},
    "Rasa's own form": {"sender": "x", "message": "hello"},
}


@pytest.mark.parametrize("shape", WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_json_of_the_wrong_shape_is_refused(chat: Chat, shape: dict) -> None:
    assert_is_refused(chat.send(**shape), 400, "MESSAGE_INVALID")
    assert chat.press("worry_bullying.now").cards[0] == "bullying_now"


@pytest.mark.parametrize("session", [None, 1, ["x"], {"a": 1}, True])
@pytest.mark.parametrize("address", [MESSAGE, FORGET])
def test_a_session_that_is_no_string_is_refused(
    http: httpx.Client, address: str, session: object
) -> None:
    body = {"session": session, "text": "hello"}
    assert_is_refused(http.post(address, json=body), 400, "SESSION_MISSING")


def test_no_session_at_all_is_refused(http: httpx.Client) -> None:
    body = {"text": "hello"}
    assert_is_refused(http.post(MESSAGE, json=body), 400, "SESSION_MISSING")


FORGED = {
    "empty": "",
    "made up": "A" * 32,
    "very long": "A" * 5_000,
    "with a NUL": "abc\x00def",
    "not ASCII": "sëssion",
    "SQL": "' OR 1=1 --",
    "a default sender": "default",
}


@pytest.mark.parametrize("session", FORGED.values(), ids=FORGED)
def test_a_forged_session_is_refused(http: httpx.Client, session: str) -> None:
    body = {"session": session, "text": "hello"}
    assert_is_refused(http.post(MESSAGE, json=body), 404, "SESSION_UNKNOWN")


def test_a_token_with_one_letter_changed_is_refused(chat: Chat) -> None:
    changed = ("A" if chat.session[0] != "A" else "B") + chat.session[1:]
    body = {"session": changed, "text": "hello"}
    assert_is_refused(chat._http.post(MESSAGE, json=body), 404, "SESSION_UNKNOWN")


def test_a_body_of_one_megabyte_is_refused(chat: Chat) -> None:
    response = chat.send(text="a" * 1_000_000)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "PayloadTooLarge"
    assert_has_no_insides(response)
    assert chat.press("human").cards == ["human_routes"]


def test_a_body_without_a_length_is_bounded_too(chat: Chat) -> None:
    """Sent in pieces, so that its size is not known beforehand."""
    pieces = (b"a" * 10_000 for _ in range(100))
    response = chat._http.post(MESSAGE, content=pieces)
    assert response.status_code == 413
    assert_has_no_insides(response)


@pytest.mark.parametrize("address", [SESSION, MESSAGE, FORGET])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_a_wrong_method_is_refused(
    http: httpx.Client, address: str, method: str
) -> None:
    response = http.request(method, address)
    assert response.status_code == 405
    assert_has_no_insides(response)


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/webhooks/webchat",
        "/webhooks/webchat/nothing",
        "/webhooks/webchat/session/extra",
        "/%00",
        "/%ff%fe",
        "/../../etc/passwd",
        "/.env",
        "/metrics.db",
        "/docs",
    ],
)
def test_an_unknown_address_is_refused(http: httpx.Client, address: str) -> None:
    response = http.get(address)
    assert response.status_code in (400, 404)
    assert_has_no_insides(response)


STOCK_ADDRESSES = [
    ("POST", "/webhooks/rest/webhook"),
    ("GET", "/webhooks/rest/"),
    ("POST", "/webhooks/callback/webhook"),
    ("POST", "/webhooks/telegram/webhook"),
    ("GET", "/webhooks/telegram/set_webhook"),
    ("POST", "/webhooks/slack/webhook"),
    ("POST", "/webhooks/facebook/webhook"),
    ("GET", "/socket.io/"),
    ("POST", "/model/parse"),
    ("POST", "/model/train"),
    ("PUT", "/model"),
    ("DELETE", "/model"),
    ("POST", "/model/predict"),
    ("POST", "/model/test/intents"),
    ("GET", "/conversations/default/tracker"),
    ("POST", "/conversations/default/tracker/events"),
    ("POST", "/conversations/default/messages"),
    ("POST", "/conversations/default/trigger_intent"),
    ("POST", "/conversations/default/execute"),
    ("GET", "/domain"),
    ("GET", "/status"),
    ("GET", "/version"),
    ("GET", "/api"),
    ("POST", "/webhook"),
]


@pytest.mark.parametrize(
    ("method", "address"), STOCK_ADDRESSES, ids=[a for _, a in STOCK_ADDRESSES]
)
def test_rasas_channels_and_http_api_are_not_there(
    http: httpx.Client, method: str, address: str
) -> None:
    body = {"sender": "default", "message": "hello", "text": "hello"}
    response = http.request(method, address, json=body)
    assert response.status_code == 404
    assert_has_no_insides(response)


# --- CORS ---


@pytest.mark.parametrize("address", [SESSION, MESSAGE, FORGET])
def test_a_listed_origin_may_use_the_chat(http: httpx.Client, address: str) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = http.options(address, headers=asked)
    assert response.status_code in (200, 204)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "content-type" in response.headers["access-control-allow-headers"].lower()


def test_an_answer_to_a_listed_origin_says_so(http: httpx.Client) -> None:
    response = http.post(SESSION, headers={"Origin": ORIGIN})
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in response.headers


def test_a_refusal_can_be_read_by_a_listed_origin(http: httpx.Client) -> None:
    """A widget on a school's page must see that its session has ended."""
    body = {"session": "gone", "text": "hello"}
    response = http.post(MESSAGE, json=body, headers={"Origin": ORIGIN})
    assert response.status_code == 404
    assert response.headers["access-control-allow-origin"] == ORIGIN


def test_a_refusal_by_the_server_can_be_read_too(chat: Chat) -> None:
    """Too large, and the wrong method."""
    http = chat._http
    from_school = {"Origin": ORIGIN}
    for response in (
        http.post(MESSAGE, json={"text": "a" * 1_000_000}, headers=from_school),
        http.get(MESSAGE, headers=from_school),
    ):
        assert response.status_code in (405, 413)
        assert response.headers.get("access-control-allow-origin") == ORIGIN


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://school.example.evil.example",
        "https://sub.school.example",
        "https://school.example:8443",
        "http://school.example",
        "https://schoolxexample",
        "null",
    ],
)
def test_another_origin_gets_no_permission(http: httpx.Client, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for response in (
        http.options(SESSION, headers=asked),
        http.post(SESSION, headers={"Origin": origin}),
    ):
        assert "access-control-allow-origin" not in response.headers


# --- forgetting ---


def test_forget_ends_the_session(chat: Chat) -> None:
    chat.press("worry_sextortion.now")
    assert chat.forget().status_code == 200
    assert_is_refused(chat.send(text="hello"), 404, "SESSION_UNKNOWN")


def test_forget_twice_is_no_error(chat: Chat) -> None:
    assert chat.forget().status_code == 200
    assert chat.forget().status_code == 200


def test_one_persons_forget_is_not_anothers(http: httpx.Client) -> None:
    one, other = Chat(http), Chat(http)
    one.forget()
    assert other.press("human").cards == ["human_routes"]


def test_a_new_session_knows_nothing_of_the_old(http: httpx.Client) -> None:
    old = Chat(http)
    old.press("nation.scotland")
    old.press("audience.young_person")
    old.press("worry_sextortion.now")
    old.forget()
    new = Chat(http)
    assert new.press("worry_bullying.now").cards[0] == "bullying_now"


def test_sessions_do_not_see_each_other(http: httpx.Client) -> None:
    scot, other = Chat(http), Chat(http)
    scot.press("nation.scotland")
    assert "police_101" in other.press("worry_sextortion.now").contacts
    assert "police_scotland_101" in scot.press("worry_sextortion.now").contacts


# --- many at once ---


def hold(server: Server, choices: list[str]) -> list[list[str]]:
    """The cards of a whole conversation, button by button."""
    with server.client() as http:
        chat = Chat(http)
        return [chat.press(choice).cards for choice in choices]


def test_twenty_conversations_at_once_stay_in_order(server: Server) -> None:
    """What each is told depends on its own turns only, and on their order."""
    nations = ("scotland", "wales", "northern_ireland", "england")
    scripts = [
        [
            f"nation.{nations[number % 4]}",
            "worry_sextortion.now",
            "worry_sextortion.report",
            "restart",
            "worry_bullying.now",
            "emergency",
            "human",
        ]
        for number in range(20)
    ]
    alone = [hold(server, script) for script in scripts[:4]]
    with ThreadPoolExecutor(20) as people:
        together = list(people.map(lambda script: hold(server, script), scripts))
    assert together == alone * 5


def test_messages_of_one_session_at_once_are_all_answered(chat: Chat, server) -> None:
    """An impatient person presses twice; no turn is lost."""

    def press(_: int) -> Reply:
        with server.client() as http:
            body = {"session": chat.session, "choice": "human"}
            return assert_is_kind_answer(http.post(MESSAGE, json=body))

    with ThreadPoolExecutor(8) as fingers:
        replies = list(fingers.map(press, range(16)))
    assert all(reply.cards == ["human_routes"] for reply in replies)
