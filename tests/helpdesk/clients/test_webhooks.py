"""The server's webhook routes over real HTTP, with the desk at the other end."""

from __future__ import annotations

import contextlib
import json
import random
import re
import statistics
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.desk_settings import DESKS as ALL_DESKS
from tests.helpdesk.clients.at_desk import (
    ABOUT_HER,
    EMERGENCY,
    QUEUES,
    RAISED,
    settings_for,
)
from tests.helpdesk.desks import signing
from tests.helpdesk.desks.desks import DESKS
from tests.helpdesk.desks.server import stamp
from tests.helpdesk.desks.tickets import BOT, LEAD, REPORTER
from tests.live_server import serving, wait_for

pytestmark = pytest.mark.model
SECRET = "a-secret-for-tests-only"
FUZZED, SEED = 300, 1911
QUICK = 0.2
MEGABYTE = 1024 * 1024
DELIVERIES = {
    "zendesk": "X-Zendesk-Webhook-Invocation-Id",
    "zammad": "X-Zammad-Delivery",
}
SIGNATURES = {"zendesk": "X-Zendesk-Webhook-Signature", "zammad": "X-Hub-Signature"}
OWN_EVENT = re.compile(r"^\S+ \S+ \w+ helpdesk(?:\.[a-z_]+)+(?: \w+=[\w.]+)*$")


class Both:
    """A desk and the bot's server, each knowing of the other."""

    def __init__(self, helpdesk, server, http):
        self.helpdesk, self.server, self.http = helpdesk, server, http
        self.address = f"/webhooks/helpdesk/{helpdesk.name}"

    def post(self, headers, body, address=None):
        return self.http.post(address or self.address, headers=headers, content=body)

    def deliver(self, kind="created", **about):
        return self.post(*self.helpdesk.webhook(kind, **about))

    def signed(self, body: bytes, number: str, at: datetime | None = None):
        """Right headers for any bytes."""
        headers = {DELIVERIES[self.helpdesk.name]: number}
        if self.helpdesk.name == "zammad":
            return {**headers, "X-Hub-Signature": signing.zammad(SECRET, body)}
        when = stamp(at or datetime.now(UTC))
        return {
            **headers,
            "X-Zendesk-Webhook-Signature": signing.zendesk(SECRET, when, body),
            "X-Zendesk-Webhook-Signature-Timestamp": when,
        }

    def is_noted(self, ticket):
        return wait_for(lambda: self.notes(ticket))

    def notes(self, ticket):
        return [n for n in self.helpdesk.notes(ticket) if n.author == BOT]

    @property
    def log(self):
        return self.server.log.read_text()


@pytest.fixture(scope="module", params=["zendesk", "zammad"])
def both(request, trained_model, tmp_path_factory):
    with DESKS[request.param]() as helpdesk:
        helpdesk.secret = SECRET
        settings = settings_for(helpdesk)
        with (
            serving(
                tmp_path_factory.mktemp("helpdesk"),
                HELPDESK_DESK=settings.name,
                HELPDESK_URL=settings.url,
                HELPDESK_SECRET=settings.secret,
                HELPDESK_TOKEN=settings.token,
                HELPDESK_USER=settings.user,
                HELPDESK_QUEUE=QUEUES.get(settings.name, ""),
                HELPDESK_LEAD=settings.lead,
            ) as server,
            server.client() as http,
        ):
            yield Both(helpdesk, server, http)
            # Whatever a test did.
            assert helpdesk.public_replies == []
            unknown = [c for c in helpdesk.complaints if "there is no ticket" not in c]
            assert unknown == []
            assert not server.outbound.exists() or not server.outbound.read_text()


def test_a_ticket_gets_its_note(both):
    answer = both.deliver(text=EMERGENCY)
    assert (answer.status_code, answer.json()) == (202, {"code": "TAKEN"})
    ticket = both.helpdesk.tickets[-1]
    assert both.is_noted(ticket)
    [note] = both.notes(ticket)
    assert "EMERGENCY" in note.text
    assert note.public is False
    assert ticket.priority == RAISED[both.helpdesk.name]["emergency"]
    assert ticket.assignee == LEAD
    assert both.http.get("/ready").json()["helpdesk"] is True


def test_a_webhook_is_answered_at_once(both):
    seconds = []
    for _ in range(9):
        webhook = both.helpdesk.webhook("created", text=EMERGENCY)
        started = time.perf_counter()
        assert both.post(*webhook).status_code == 202
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < QUICK
    assert both.is_noted(both.helpdesk.tickets[-1])


def test_a_slow_desk_makes_no_webhook_wait(both):
    both.helpdesk.delay = 2.0
    try:
        for _ in range(3):
            webhook = both.helpdesk.webhook("created", text=EMERGENCY)
            started = time.perf_counter()
            assert both.post(*webhook).status_code == 202
            # Busy or not, the server has waited for no answer of the desk.
            assert time.perf_counter() - started < both.helpdesk.delay / 2
    finally:
        both.helpdesk.delay = 0.0
    assert both.is_noted(both.helpdesk.tickets[-1])


def test_a_replay_is_told_so_and_does_nothing(both):
    webhook = both.helpdesk.webhook("created", text=EMERGENCY)
    ticket = both.helpdesk.tickets[-1]
    assert [both.post(*webhook).status_code for _ in range(3)] == [202, 409, 409]
    assert both.is_noted(ticket)
    assert both.post(*webhook).status_code == 409
    time.sleep(0.1)
    assert len(both.notes(ticket)) == 1


# What is done to right headers.
FORGED = {
    "missing": lambda headers, name: headers.pop(name),
    "empty": lambda headers, name: headers.update({name: ""}),
    "wrong": lambda headers, name: headers.update({name: "A" * 44}),
    "other case": lambda headers, name: headers.update(
        {name: headers[name].swapcase()}
    ),
    "bytes that are no text": lambda headers, name: headers.update({name: b"\xff\xfe"}),
    "letters beyond ASCII": lambda headers, name: headers.update(
        {name: "é😟".encode()}
    ),
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_what_the_desk_did_not_sign_is_refused(both, change):
    headers, body = both.helpdesk.webhook("created", text=EMERGENCY)
    ticket = both.helpdesk.tickets.pop()
    change(headers, SIGNATURES[both.helpdesk.name])
    answer = both.post(headers, body)
    assert (answer.status_code, answer.json()) == (401, {"code": "SIGNATURE_WRONG"})
    assert not both.helpdesk.asked("GET", ticket.ref)


def test_signed_with_another_secret_or_over_another_body(both):
    headers, body = both.helpdesk.webhook("created", secret=SECRET + "x")
    assert both.post(headers, body).status_code == 401
    headers, body = both.helpdesk.webhook("created")
    assert both.post(headers, body + b" ").status_code == 401
    assert both.post(headers, body).status_code == 202


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24], ids=["past", "future", "a day"])
def test_zendesk_signed_it_lately(both, minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    answer = both.post(both.signed(b'{"ticket_id": "1"}', f"at {minutes}", at), b"{}")
    assert answer.status_code == 401
    headers = both.signed(b'{"ticket_id": "1"}', f"at {minutes}", at)
    if both.helpdesk.name == "zendesk":
        assert both.post(headers, b'{"ticket_id": "1"}').status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"null", b'"x"', b"\xff\xfe", b"[" * 50_000]
)
def test_what_is_signed_and_no_object_is_unreadable(both, body):
    answer = both.post(both.signed(body, f"unreadable {body[:9]!r} {len(body)}"), body)
    assert (answer.status_code, answer.json()) == (400, {"code": "BODY_INVALID"})


def test_only_the_desk_that_is_set_has_a_route(both):
    headers, body = both.helpdesk.webhook("created")
    for name in ALL_DESKS:
        if name != both.helpdesk.name:
            address = f"/webhooks/helpdesk/{name}"
            assert both.post(headers, body, address).status_code == 404
            assert both.post(headers, body, f"{address}/{SECRET}").status_code == 404
    assert both.post(headers, body, "/webhooks/helpdesk/").status_code == 404
    assert both.http.get(both.address).status_code == 405


def test_the_secret_in_the_address_does_not_replace_a_signature(both):
    for key in (SECRET, "x", "%00", "%ff", "..%2f.."):
        answer = both.post({}, b"{}", f"{both.address}/{key}")
        assert answer.status_code in (401, 404), key


def fuzz(chance: random.Random, ref: str) -> bytes:
    """Something like a webhook, and not quite one."""
    odd = (
        None, True, 1.5, -1, 0, 10**300, "", " ", "x" * 9_000, "\ud83d", "\x00", [], {},
        [[]], "../../1", "1001'--", "{{7*7}}", "٣", "😟", 1e999, "9" * 40, {"id": {}},
    )  # fmt: skip
    names = (
        "ticket_id", "detail", "ticket", "id", "article", "issue", "key", "event",
        "", "__proto__", "freshdesk_webhook", "subject", "x" * 500,
    )  # fmt: skip

    def value(depth: int):
        kind = chance.random()
        if depth > 4 or kind < 0.5:
            return chance.choice(odd)
        if kind < 0.7:
            return [value(depth + 1) for _ in range(chance.randint(0, 4))]
        return {chance.choice(names): value(depth + 1) for _ in range(4)}

    body = {chance.choice(names): value(0) for _ in range(chance.randint(0, 6))}
    raw = json.dumps(body if chance.random() < 0.9 else value(0)).encode()
    kind = chance.random()
    if kind < 0.2:
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + chance.randbytes(chance.randint(1, 9)) + raw[place:]
    elif kind < 0.3:
        raw = chance.randbytes(chance.randint(0, 300))
    elif kind < 0.35:
        raw = raw.decode().encode("utf-16")
    elif kind < 0.4:
        raw = b'{"ticket_id":' * 3_000
    return raw


def test_fuzzed_bodies_do_no_harm(both):
    chance = random.Random(SEED)
    statuses = set()
    for number in range(FUZZED):
        body = fuzz(chance, "1001")
        signed = both.post(both.signed(body, f"fuzz {number}"), body).status_code
        statuses.add(signed)
        assert signed in (202, 400), body[:200]
        headers = both.signed(body, f"forged {number}")
        name = chance.choice(list(headers))
        if name == DELIVERIES[both.helpdesk.name]:
            name = SIGNATURES[both.helpdesk.name]
        headers[name] = chance.randbytes(chance.randint(0, 60)).hex()
        assert both.post(headers, body).status_code == 401
    assert statuses == {202, 400}
    assert both.http.get("/ready").status_code == 200
    both.deliver(text=EMERGENCY)
    assert both.is_noted(both.helpdesk.tickets[-1])


def large(both, ref: str, size: int) -> bytes:
    about = {"ticket_id": ref, "ticket": {"id": int(ref)}, "padding": ""}
    return json.dumps({**about, "padding": "x" * (size - 100)}).encode()


def test_a_whole_ticket_with_its_letters_is_taken(both):
    ticket = both.helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
    body = large(both, ticket.ref, 6 * MEGABYTE)
    assert both.post(both.signed(body, "6 MB"), body).status_code == 202
    assert both.is_noted(ticket)


@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "not signed"])
@pytest.mark.parametrize("way", ["at once", "in chunks"])
def test_what_is_too_large_is_refused(both, is_signed, way):
    body = large(both, "1001", 12 * MEGABYTE)
    headers = both.signed(body, f"12 MB {way}") if is_signed else {}
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    status = 413
    # It may also hang up on who goes on sending.
    with contextlib.suppress(httpx.TransportError):
        status = both.post(headers, body if way == "at once" else pieces).status_code
    assert status in (401, 413)
    assert both.http.get("/ready").status_code == 200


def test_a_person_may_not_send_as_much(both):
    answer = both.http.post("/webhooks/webchat/message", content=b"x" * MEGABYTE)
    assert 400 <= answer.status_code < 500


def test_the_log_holds_names_of_events_and_nothing_of_a_ticket(both):
    ticket = both.helpdesk.add_ticket("Zebedee and the marmalade", EMERGENCY)
    both.deliver("created", ticket=ticket)
    assert both.is_noted(ticket)
    both.post({}, b"{}")
    both.post(both.signed(b"[]", "for the log"), b"[]")
    log = both.log
    assert "helpdesk.call.forged" in log
    assert "helpdesk.call.unreadable" in log
    for line in log.splitlines():
        if "helpdesk" in line:
            assert OWN_EVENT.match(line), line
    secrets = (SECRET, both.helpdesk.token, BOT.email, REPORTER.email, REPORTER.name)
    for word in ("overdose", "Zebedee", "marmalade", "Traceback", *secrets):
        assert word not in log
    assert not re.search(rf"\b{ticket.id}\b", log)
