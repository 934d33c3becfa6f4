"""Nothing that the bot writes can ever be seen by who reported, whatever is tried."""

from __future__ import annotations

import ast
import random
from pathlib import Path
from typing import Any

import pytest

import bot.clients
from bot.clients.desk import Words
from bot.clients.private_calls import PrivateCalls, PublicReplyError
from bot.terms import URGENCIES
from tests.helpdesk.clients.at_desk import WITH_API, client_of
from tests.helpdesk.desks.desks import DESKS, auth_of
from tests.helpdesk.desks.test_desk_server import PUBLIC
from tests.helpdesk.desks.tickets import OFFICE

SEED, ROUNDS = 1911, 25
CLIENTS = sorted(Path(bot.clients.__file__).parent.glob("*.py"))
ODD_TEXTS = (
    "Someone asks my son for photos.",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<p>Hello <b>there</b></p><blockquote>On Monday, Office wrote:</blockquote>",
    "{{ ticket.public }} {% include 'x' %} {{#if public}}true{{/if}} ${7*7} #{7*7}",
    '{"public": true, "internal": false, "private": false, "type": "email"}',
    '"}, "public": true, {"',
    "public=true&internal=false\r\nX-Public: true\r\n\r\n",
    "😟🫠👨‍👩‍👧 café – “quoted” ‮backwards‬ ٣ Ｆｕｌｌ",
    "\x00\x01\x1f\x7f\ufeff\u2028",
    "w" * 50_000,
    "Please help. " * 3_900,
    "safeguarding-bot mark 0123456789abcdef01234567",
    "[~accountid:1] @office #public /reply !note",
    " \n\t ",
)
# vendor, method, path, body: what the reporter would see or be sent.
SHOWN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "zendesk, public": (
        "PUT",
        "/api/v2/tickets/1.json",
        {"ticket": {"comment": {"body": "a", "public": True}}},
    ),
    "zendesk, a new ticket for the reporter": (
        "POST",
        "/api/v2/tickets.json",
        {"ticket": {"comment": {"body": "a", "public": True}, "requester_id": 5}},
    ),
    "zammad, not internal": (
        "POST",
        "/api/v1/ticket_articles",
        {"ticket_id": 1, "body": "a", "type": "note", "internal": False},
    ),
    "zammad, in a change": (
        "PUT",
        "/api/v1/tickets/1",
        {"article": {"body": "a", "internal": False}},
    ),
    "zammad, with a receiver": (
        "POST",
        "/api/v1/ticket_articles",
        {"ticket_id": 1, "body": "a", "internal": True, "to": "a@example.org"},
    ),
    "zammad, a text message": (
        "POST",
        "/api/v1/ticket_articles",
        {"ticket_id": 1, "body": "a", "internal": True, "type": "sms"},
    ),
    "freshdesk, forwarded": ("POST", "/api/v2/tickets/1/forward", {"body": "a"}),
    "jira's service desk, public": (
        "POST",
        "/rest/servicedeskapi/request/SAFE-1/comment",
        {"body": "a", "public": True},
    ),
    "jira, property says not internal": (
        "POST",
        "/rest/api/2/issue/SAFE-1/comment",
        {
            "body": "a",
            "properties": [{"key": "sd.public.comment", "value": {"internal": False}}],
        },
    ),
    "freescout, a customer's thread": (
        "POST",
        "/api/conversations/1/threads",
        {"type": "customer", "text": "a", "user": 1},
    ),
    "freescout, with a copy": (
        "POST",
        "/api/conversations/1/threads",
        {"type": "note", "text": "a", "user": 1, "cc": ["a@example.org"]},
    ),
    "django-helpdesk, public": (
        "POST",
        "/api/followups/",
        {"ticket": 1, "comment": "a", "public": True},
    ),
    "django-helpdesk, a ticket with an address": (
        "POST",
        "/api/tickets/",
        {"queue": 1, "title": "a", "submitter_email": "a@example.org"},
    ),
    # Addresses that send mail themselves.
    "freshdesk, outbound mail": ("POST", "/api/v2/tickets/outbound_email", {"a": "b"}),
    "freshdesk, reply to a forward": (
        "POST",
        "/api/v2/tickets/1/reply_to_forward",
        {"body": "a"},
    ),
    "jira, notify": ("POST", "/rest/api/2/issue/SAFE-1/notify", {"textBody": "a"}),
    # Vendors read these as yes and no, too.
    "public as a text": ("POST", "/x", {"public": "true"}),
    "public as a number": ("POST", "/x", {"public": 1}),
    "internal as a text": ("POST", "/x", {"internal": "false"}),
    "internal as a number": ("POST", "/x", {"internal": 0}),
    "internal is null": ("POST", "/x", {"internal": None}),
    "private as a text": ("POST", "/x", {"private": "false"}),
    "private as a number": ("POST", "/x", {"private": 0}),
    "freshdesk, with a copy": ("POST", "/x", {"cc_emails": ["a@example.org"]}),
    "zendesk, with a copy": ("POST", "/x", {"email_ccs": [{"user_id": 5}]}),
}
HIDDEN = {
    "in a dict": lambda body: {"a": {"b": body}},
    "in a list": lambda body: {"a": [0, [body]]},
    "in a tuple": lambda body: {"a": (body,)},
    "deep": lambda body: deep(body, 60),
    "after others": lambda body: {"public": False, "internal": True, "a": [body]},
}
FOUND_BY_ITS_FIELDS = {
    "public": {"public": True},
    "internal": {"internal": False},
    "private": {"private": False},
    "email": {"type": "email"},
    "message": {"type": "message"},
    "to": {"to": "a@example.org"},
    "notify_emails": {"notify_emails": ["a@example.org"]},
}


def deep(body: Any, levels: int) -> Any:
    return body if not levels else {"a": [deep(body, levels - 1)]}


@pytest.fixture(scope="module")
def calls_of_nobody():
    return PrivateCalls("http://127.0.0.1:9", {})


@pytest.fixture
def calls_and_sent(monkeypatch, calls_of_nobody):
    """Calls that go nowhere, and those that would have gone."""
    sent = []
    calls = calls_of_nobody

    async def request(*arguments, **other):
        sent.append((arguments, other))
        raise AssertionError("it was sent")

    monkeypatch.setattr(calls._http, "request", request)
    return calls, sent


async def is_stopped(calls, sent, method, path, body):
    with pytest.raises(PublicReplyError):
        await calls.write(method, path, body)
    assert sent == []


@pytest.mark.parametrize("call", SHOWN.values(), ids=SHOWN)
async def test_what_the_reporter_would_see_is_not_sent(calls_and_sent, call):
    await is_stopped(*calls_and_sent, *call)


@pytest.mark.parametrize("call", PUBLIC.values(), ids=PUBLIC)
async def test_what_a_fake_desk_calls_public_is_not_sent(calls_and_sent, call):
    _, method, path, body, _ = call
    await is_stopped(*calls_and_sent, method, path, body)


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("body", FOUND_BY_ITS_FIELDS.values(), ids=FOUND_BY_ITS_FIELDS)
async def test_however_deep_it_stands(calls_and_sent, hidden, body):
    await is_stopped(*calls_and_sent, "POST", "/x", hidden(body))


@pytest.mark.parametrize("call", PUBLIC.values(), ids=PUBLIC)
async def test_a_desk_is_not_even_asked(call):
    name, method, path, body, _ = call
    with DESKS[name]() as helpdesk:
        helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
        async with PrivateCalls(helpdesk.base_url, auth_of(helpdesk)) as calls:
            with pytest.raises(PublicReplyError):
                await calls.write(method, path, body)
        assert helpdesk.requests == []


@pytest.mark.parametrize("path", CLIENTS, ids=[path.stem for path in CLIENTS])
def test_no_client_has_a_way_to_say_it(path):
    shown = {("public", True), ("internal", False), ("private", False)}
    said = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        pairs: list[tuple[Any, Any]] = []
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
        elif isinstance(node, ast.Call):
            pairs = [(ast.Constant(k.arg), k.value) for k in node.keywords]
        elif isinstance(node, ast.Assign):
            # body["public"] = True
            pairs = [
                (target.slice, node.value)
                for target in node.targets
                if isinstance(target, ast.Subscript)
            ]
        for name, value in pairs:
            if isinstance(name, ast.Constant) and isinstance(value, ast.Constant):
                said.add((name.value, value.value))
    assert not {pair for pair in said if pair[1] is not None} & shown
    if path.stem in ("zendesk", "zammad", "freshdesk", "django_helpdesk"):
        # So that the search above is known to find such things.
        assert said & {("public", False), ("internal", True), ("private", True)}


@pytest.mark.parametrize("name", WITH_API)
async def test_whatever_is_done_and_said(name):
    chance = random.Random(f"{SEED} {name}")
    with DESKS[name]() as helpdesk:
        async with client_of(helpdesk) as (desk, _):
            for _ in range(ROUNDS):
                await one_round(chance, helpdesk, desk)
        assert helpdesk.public_replies == []
        assert helpdesk.complaints == []
        for ticket in helpdesk.tickets:
            assert not any(note.public for note in helpdesk.notes(ticket)[1:])


async def one_round(chance, helpdesk, desk):
    text = chance.choice(ODD_TEXTS)
    words = Words(text, chance.choice((text, f"<p>{text}</p>")))
    if not text.strip():
        words = Words("A note.", "<p>A note.</p>")
    urgency = chance.choice(URGENCIES)
    if chance.random() < 0.3:
        assert await desk.open_ticket("Please contact", words, urgency)
        return
    ticket = helpdesk.add_ticket(
        chance.choice(ODD_TEXTS)[:200], text, is_html=chance.random() < 0.5
    )
    ticket.tags = chance.sample(["year-9", "vip", "safeguarding"], chance.randint(0, 3))
    ticket.assignee = chance.choice((None, OFFICE))
    before = {*ticket.tags}
    helpdesk.write(ticket, chance.choice(ODD_TEXTS), ticket.requester, is_public=True)
    found = await desk.ticket(ticket.ref)
    await desk.raise_priority(found, urgency)
    await desk.add_private_note(found, words)
    again = await desk.ticket(ticket.ref)
    assert len(again.entries) == len(found.entries) + 1
    assert before <= set(ticket.tags)
    assert [note.public for note in helpdesk.notes(ticket)] == [False]
