"""The desk is down, refuses, or says nothing: the person is told, nothing is kept."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from bot.channels import school_requests
from bot.channels.school_requests import SchoolRequests
from bot.desk_settings import DeskSettings
from bot.handover.request import ContactRequest
from tests.helpdesk.desks.desks import DESKS
from tests.helpdesk.desks.tickets import BOT
from tests.helpdesk.requests.walking import NAME, WAY, walk_to
from tests.live_server import ROOT

pytestmark = [pytest.mark.model, pytest.mark.service]

FAILED = ["school_contact_failed"]
LONGEST_WAIT = 25
# Many times as long as it may take, for a busy machine; what it waits for takes longer.
SECONDS_TO_GIVE_UP = 10
QUEUES = {"zammad": "Users", "freshdesk": "7", "jira": "SAFE", "freescout": "15"}
USERS = {"freescout": "901"}


def is_a_request(method, *_):
    """A look at the desk, which comes every minute, must not take its fault."""
    return method == "POST"


def is_told_whom_to_ring(reply):
    phones = [c["id"] for m in reply.messages for c in m["contacts"] if c["phone"]]
    return reply.cards == FAILED and phones[0] == "emergency_999" and len(phones) > 2


def test_a_desk_that_is_down(parent, desk):
    walk_to(parent, "check")
    desk.go_away()
    try:
        reply = parent.press("school.send")
    finally:
        desk.come_back()
    assert is_told_whom_to_ring(reply)
    parent.press("school.send")
    assert desk.tickets == []


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403, 404, 422])
def test_a_desk_that_refuses(parent, desk, status):
    walk_to(parent, "check")
    desk.fail_where(is_a_request, status)
    assert is_told_whom_to_ring(parent.press("school.send"))
    assert desk.tickets == []
    desk.all_well()
    # Nothing is kept to be sent later, and asking again works.
    walk_to(parent, "check")
    assert parent.press("school.send").cards == ["school_contact_sent"]
    assert len(desk.tickets) == 1


def test_a_slow_desk_is_waited_for(parent, desk):
    walk_to(parent, "check")
    desk.hang(1)
    assert parent.press("school.send").cards == ["school_contact_sent"]


def test_a_second_press_while_the_desk_is_slow_sends_once(inside, desk):
    async def both():
        inside.school._open["twice"] = ContactRequest("check", NAME, WAY)
        return await asyncio.gather(
            inside.school.press("twice", "school.send"),
            inside.school.press("twice", "school.send"),
        )

    desk.hang(0.3)
    said = asyncio.run(both())
    assert len(desk.tickets) == 1
    assert sorted(one.card for one in said) != [
        "school_contact_sent",
        "school_contact_stopped",
    ]


async def test_a_desk_that_hangs_is_given_up(inside, desk, monkeypatch):
    monkeypatch.setattr(school_requests, "SECONDS_TO_SEND", 0.5)
    inside.school._open["hangs"] = ContactRequest("check", NAME, WAY)
    desk.hang(30)
    began = time.monotonic()
    said = await inside.school.press("hangs", "school.send")
    assert said.card == FAILED[0]
    assert time.monotonic() - began < SECONDS_TO_GIVE_UP
    assert inside.school._open == {}


async def test_a_desk_that_drips_is_given_up(library, monkeypatch):
    """A byte now and then is no answer: the wait as a whole must have an end."""

    async def drip(reader, writer):
        for byte in b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.4)
        writer.close()

    monkeypatch.setattr(school_requests, "SECONDS_TO_SEND", 0.5)
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    desk = DeskSettings("zendesk", url, "s" * 16, "bot@example.org", "token")
    school = SchoolRequests(desk, library, "webchat")
    monkeypatch.setattr(school, "_story", _no_story)
    school._open["drips"] = ContactRequest("check", NAME, WAY)
    try:
        async with asyncio.timeout(SECONDS_TO_GIVE_UP):
            said = await school.press("drips", "school.send")
    except TimeoutError:
        pytest.fail("still waiting after many times as long as it may take")
    finally:
        server.close()
    assert said.card == FAILED[0]


async def _no_story(_):
    return None, "concern"


def test_the_wait_is_bounded():
    assert school_requests.SECONDS_TO_SEND <= LONGEST_WAIT


def test_the_page_waits_longer_than_the_desk_is_given():
    """Or the parent reads that the chat is gone, tries again, and is told nothing."""
    contract = (ROOT / "bot/web/chat/contract.ts").read_text("utf-8")
    found = re.search(r"MOST_MILLISECONDS = ([\d_]+)", contract)
    assert found
    page = int(found[1].replace("_", "")) / 1_000
    assert page > school_requests.SECONDS_TO_SEND


@pytest.mark.parametrize("name", [*DESKS.keys() - {"generic"}])
async def test_each_desk_gets_it_and_writes_to_nobody(library, monkeypatch, name):
    with DESKS[name]() as server:
        school = _school_at(server, library, monkeypatch)
        said = await school.press("here", "school.send")
        assert said.card == "school_contact_sent"
        (ticket,) = server.tickets
        held = " ".join(note.text for note in ticket.messages)
        assert NAME in held
        assert "philippa@example.org" in held
        # Whom a desk writes to by itself.
        assert "philippa" not in ticket.requester.email
        assert NAME not in ticket.requester.name
        assert server.complaints == []
        assert server.public_replies == []


async def test_freescout_has_it_even_if_the_label_fails(library, monkeypatch):
    """The conversation is made by the first call; only the tags are lost."""
    with DESKS["freescout"]() as server:
        school = _school_at(server, library, monkeypatch)
        server.hang(0)
        server.fail_next(500)
        said = await school.press("here", "school.send")
        assert len(server.tickets) == 1
        assert said.card == "school_contact_sent"


def _school_at(server, library, monkeypatch):
    settings = DeskSettings(
        name=server.name,
        url=server.base_url,
        secret="s" * 16,
        user=USERS.get(server.name, BOT.email),
        token=server.token,
        queue=QUEUES.get(server.name, ""),
    )
    school = SchoolRequests(settings, library, "webchat")
    monkeypatch.setattr(school, "_story", _no_story)
    school._open["here"] = ContactRequest("check", NAME, "philippa@example.org")
    return school
