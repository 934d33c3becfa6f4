"""The test desks take what is documented, complain of the rest, and sign as openssl."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.helpdesk.desks import record_fixtures, signing
from tests.helpdesk.desks.desks import DESKS, auth_of
from tests.helpdesk.desks.server import FIXTURES, KINDS, DeskServer, stamp
from tests.helpdesk.desks.tickets import BOT, LEAD, REPORTER

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors.json").read_text(encoding="utf-8"))
WITH_API = [name for name in DESKS if name != "generic"]
MARKER = "[signpost 1] <b>read this</b>"
ADF = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": MARKER}]}],
}
INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]
V1, V2 = "/api/v1", "/api/v2"
SD, J2, J3 = "/rest/servicedeskapi", "/rest/api/2", "/rest/api/3"

# desk, method, path, body, status
NOTES = {
    "zendesk html": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"ticket": {"comment": {"html_body": MARKER, "public": False}}},
        200,
    ),
    "zendesk text, without .json": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001",
        {"ticket": {"comment": {"body": MARKER, "public": False}}},
        200,
    ),
    "zammad": (
        "zammad",
        "POST",
        f"{V1}/ticket_articles",
        {
            "ticket_id": 1001,
            "body": MARKER,
            "type": "note",
            "internal": True,
            "content_type": "text/html",
        },
        201,
    ),
    "zammad with the ticket": (
        "zammad",
        "PUT",
        f"{V1}/tickets/1001",
        {"priority": "3 high", "article": {"body": MARKER, "internal": True}},
        200,
    ),
    "freshdesk": (
        "freshdesk",
        "POST",
        f"{V2}/tickets/1001/notes",
        {"body": MARKER, "private": True, "notify_emails": [LEAD.email]},
        201,
    ),
    "jira's service desk": (
        "jira",
        "POST",
        f"{SD}/request/SAFE-1/comment",
        {"body": MARKER, "public": False},
        201,
    ),
    "jira, version 2": (
        "jira",
        "POST",
        f"{J2}/issue/SAFE-1/comment",
        {"body": MARKER, "properties": INTERNAL},
        201,
    ),
    "jira, version 3": (
        "jira",
        "POST",
        f"{J3}/issue/SAFE-1/comment",
        {"body": ADF, "properties": INTERNAL},
        201,
    ),
    "freescout": (
        "freescout",
        "POST",
        "/api/conversations/1001/threads",
        {"type": "note", "text": MARKER, "user": BOT.id},
        201,
    ),
}
PUBLIC = {
    "zendesk by default": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"ticket": {"comment": {"body": MARKER}}},
        200,
    ),
    "zammad by default": (
        "zammad",
        "POST",
        f"{V1}/ticket_articles",
        {"ticket_id": 1001, "body": MARKER, "type": "note"},
        201,
    ),
    "zammad by mail, however internal": (
        "zammad",
        "POST",
        f"{V1}/ticket_articles",
        {"ticket_id": 1001, "body": MARKER, "type": "email", "internal": True},
        201,
    ),
    "freshdesk, not private": (
        "freshdesk",
        "POST",
        f"{V2}/tickets/1001/notes",
        {"body": MARKER, "private": False},
        201,
    ),
    "freshdesk, mailed to the reporter": (
        "freshdesk",
        "POST",
        f"{V2}/tickets/1001/notes",
        {"body": MARKER, "notify_emails": [REPORTER.email]},
        201,
    ),
    "freshdesk, a reply": (
        "freshdesk",
        "POST",
        f"{V2}/tickets/1001/reply",
        {"body": MARKER},
        201,
    ),
    "jira's service desk by default": (
        "jira",
        "POST",
        f"{SD}/request/SAFE-1/comment",
        {"body": MARKER},
        201,
    ),
    "jira, hidden by role only": (
        "jira",
        "POST",
        f"{J2}/issue/SAFE-1/comment",
        {"body": MARKER, "visibility": {"type": "role", "value": "Service Desk Team"}},
        201,
    ),
    "jira, in an update": (
        "jira",
        "PUT",
        f"{J2}/issue/SAFE-1",
        {"update": {"comment": [{"add": {"body": MARKER}}]}},
        204,
    ),
    "freescout, a message": (
        "freescout",
        "POST",
        "/api/conversations/1001/threads",
        {"type": "message", "text": MARKER, "user": BOT.id},
        201,
    ),
}
RAISED = {
    "zendesk": [
        ("PUT", f"{V2}/tickets/1001.json", {"ticket": {"priority": "urgent"}}, 200),
        ("PUT", f"{V2}/tickets/1001/tags.json", {"tags": ["safeguarding"]}, 200),
        (
            "PUT",
            f"{V2}/tickets/1001.json",
            {"ticket": {"assignee_email": LEAD.email}},
            200,
        ),
    ],
    "zammad": [
        ("PUT", f"{V1}/tickets/1001", {"priority_id": 3}, 200),
        (
            "POST",
            f"{V1}/tags/add",
            {"item": "safeguarding", "object": "Ticket", "o_id": 1001},
            201,
        ),
        ("PUT", f"{V1}/tickets/1001", {"owner": LEAD.email}, 200),
    ],
    "freshdesk": [
        (
            "PUT",
            f"{V2}/tickets/1001",
            {"priority": 4, "tags": ["year 9", "safeguarding"]},
            200,
        ),
        ("PUT", f"{V2}/tickets/1001", {"responder_id": LEAD.id}, 200),
    ],
    "jira": [
        (
            "PUT",
            f"{J2}/issue/SAFE-1",
            {
                "fields": {"priority": {"name": "Highest"}},
                "update": {"labels": [{"add": "safeguarding"}]},
            },
            204,
        ),
        (
            "PUT",
            f"{J3}/issue/SAFE-1/assignee",
            {"accountId": "712020:00000000-0000-4000-8000-000000000902"},
            204,
        ),
    ],
    "freescout": [
        (
            "PUT",
            "/api/conversations/1001/tags",
            {"tags": ["year 9", "safeguarding"]},
            204,
        ),
        (
            "PUT",
            "/api/conversations/1001",
            {"assignTo": LEAD.id, "byUser": BOT.id},
            204,
        ),
    ],
}
HIGHEST = {"zendesk": "urgent", "zammad": "3 high", "freshdesk": 4, "jira": "Highest"}
REFUSED = {
    "zendesk, unknown priority": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"ticket": {"priority": "critical"}},
        422,
    ),
    "zendesk, not in ticket": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"priority": "urgent"},
        422,
    ),
    "zendesk, public as a text": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"ticket": {"comment": {"body": "a", "public": "false"}}},
        422,
    ),
    "zendesk, unknown field is ignored": (
        "zendesk",
        "PUT",
        f"{V2}/tickets/1001.json",
        {"ticket": {"urgency": "high"}},
        200,
    ),
    "zendesk, tags set and not added": (
        "zendesk",
        "POST",
        f"{V2}/tickets/1001/tags.json",
        {"tags": ["safeguarding"]},
        201,
    ),
    "zendesk, no such ticket": ("zendesk", "GET", f"{V2}/tickets/9.json", None, 404),
    "zendesk, export of this minute": (
        "zendesk",
        "GET",
        f"{V2}/incremental/tickets/cursor.json?start_time=99999999999",
        None,
        422,
    ),
    "zammad, unknown priority": (
        "zammad",
        "PUT",
        f"{V1}/tickets/1001",
        {"priority": "4 urgent"},
        422,
    ),
    "zammad, no body": (
        "zammad",
        "POST",
        f"{V1}/ticket_articles",
        {"ticket_id": 1001, "internal": True},
        422,
    ),
    "zammad, colons that end the value": (
        "zammad",
        "GET",
        f"{V1}/tickets/search?query=updated_at:>2026-01-01T10:00:00Z",
        None,
        422,
    ),
    "freshdesk, unknown field": (
        "freshdesk",
        "POST",
        f"{V2}/tickets/1001/notes",
        {"body": "a", "internal": True},
        400,
    ),
    "freshdesk, priority by name": (
        "freshdesk",
        "PUT",
        f"{V2}/tickets/1001",
        {"priority": "urgent"},
        400,
    ),
    "freshdesk, tags forgotten": (
        "freshdesk",
        "PUT",
        f"{V2}/tickets/1001",
        {"tags": ["safeguarding"]},
        200,
    ),
    "jira, unknown priority": (
        "jira",
        "PUT",
        f"{J2}/issue/SAFE-1",
        {"fields": {"priority": {"name": "Critical"}}},
        400,
    ),
    "jira, label with a space": (
        "jira",
        "PUT",
        f"{J2}/issue/SAFE-1",
        {"update": {"labels": [{"add": "year 9"}]}},
        400,
    ),
    "jira, text to version 3": (
        "jira",
        "POST",
        f"{J3}/issue/SAFE-1/comment",
        {"body": "a", "properties": INTERNAL},
        400,
    ),
    "jira, the search that is gone": (
        "jira",
        "GET",
        f"{J2}/search?jql=project=SAFE",
        None,
        410,
    ),
    "jira, a time as ISO has it": (
        "jira",
        "GET",
        f'{J3}/search/jql?jql=updated >= "2026-01-01T10:00:00Z"',
        None,
        400,
    ),
    "jira, a search without bounds": (
        "jira",
        "GET",
        f"{J3}/search/jql?jql=order by updated",
        None,
        400,
    ),
    "freescout, a note by nobody": (
        "freescout",
        "POST",
        "/api/conversations/1001/threads",
        {"type": "note", "text": "a"},
        400,
    ),
    "freescout, unknown type": (
        "freescout",
        "POST",
        "/api/conversations/1001/threads",
        {"type": "internal", "text": "a", "user": BOT.id},
        400,
    ),
    "freescout, tags forgotten": (
        "freescout",
        "PUT",
        "/api/conversations/1001/tags",
        {"tags": ["safeguarding"]},
        204,
    ),
    "a method that is not there": (
        "freescout",
        "DELETE",
        "/api/conversations/1001",
        None,
        405,
    ),
}
NEW = {
    "zendesk": (
        f"{V2}/tickets.json",
        {
            "ticket": {
                "subject": "Please contact me",
                "comment": {"body": "Please ring me.", "public": False},
                "requester": {"name": "Sam Okoro", "email": "sam.okoro@example.org"},
                "type": "task",
                "assignee_email": LEAD.email,
                "priority": "high",
            }
        },
    ),
    "zammad": (
        f"{V1}/tickets",
        {
            "title": "Please contact me",
            "group": "Users",
            "customer_id": "guess:sam.okoro@example.org",
            "priority": "3 high",
            "tags": "safeguarding,contact",
            "article": {"body": "Please ring me.", "type": "note", "internal": True},
        },
    ),
    "freshdesk": (
        f"{V2}/tickets",
        {
            "subject": "Please contact me",
            "description": "Please ring me.",
            "email": "sam.okoro@example.org",
            "priority": 3,
            "status": 2,
            "responder_id": LEAD.id,
        },
    ),
    "jira": (
        f"{SD}/request",
        {
            "serviceDeskId": "4",
            "requestTypeId": "25",
            "requestFieldValues": {
                "summary": "Please contact me",
                "description": "Please ring me.",
            },
            "raiseOnBehalfOf": "sam.okoro@example.org",
        },
    ),
    "freescout": (
        "/api/conversations",
        {
            "type": "email",
            "mailboxId": 15,
            "subject": "Please contact me",
            "customer": {"email": "sam.okoro@example.org", "firstName": "Sam"},
            "threads": [{"type": "note", "text": "Please ring me.", "user": BOT.id}],
        },
    ),
}


class Client:
    """A right client of a desk."""

    def __init__(self, server: DeskServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.base_url, timeout=5)

    def ask(
        self, method: str, path: str, body: Any = None, **more: Any
    ) -> httpx.Response:
        headers = auth_of(self.server) | more.pop("headers", {})
        return self.http.request(method, path, json=body, headers=headers, **more)


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A desk with one ticket, by name."""
    with DESKS[request.param]() as server:
        ticket = server.add_ticket("Worried", "He asks my daughter for pictures.")
        ticket.tags = ["year 9"] if request.param != "jira" else ["year-9"]
        client = Client(server)
        yield client
        client.http.close()


def cases(table: dict[str, tuple[Any, ...]]) -> Any:
    rows = [pytest.param(row[0], row[1:], id=name) for name, row in table.items()]
    return pytest.mark.parametrize(("desk", "row"), rows, indirect=["desk"])


every_desk = pytest.mark.parametrize("desk", WITH_API, indirect=True)


@cases(NOTES)
def test_a_private_note_is_taken(desk, row):
    method, path, body, status = row
    assert desk.ask(method, path, body).status_code == status
    [note] = desk.server.notes(1001)
    assert (note.public, note.text.strip()) == (False, MARKER)
    assert desk.server.complaints == []
    assert desk.server.public_replies == []


@cases(PUBLIC)
def test_what_reaches_the_reporter_is_kept_and_complained_of(desk, row):
    method, path, body, status = row
    assert desk.ask(method, path, body).status_code == status
    assert [note.text.strip() for note in desk.server.public_replies] == [MARKER]
    assert "reaches the person who reported" in desk.server.complaints[-1]


@every_desk
def test_a_ticket_is_raised_tagged_and_assigned(desk):
    for method, path, body, status in RAISED[desk.server.name]:
        answer = desk.ask(method, path, body)
        assert answer.status_code == status, answer.text
    [ticket] = desk.server.tickets
    assert ticket.priority == HIGHEST.get(desk.server.name)
    assert len(ticket.tags) == 2
    assert "safeguarding" in ticket.tags
    assert ticket.assignee == LEAD
    assert desk.server.complaints == []


@cases(REFUSED)
def test_what_is_not_documented_is_complained_of(desk, row):
    method, path, body, status = row
    assert desk.ask(method, path, body).status_code == status
    assert desk.server.complaints != []


@every_desk
def test_a_new_ticket_is_made(desk):
    path, body = NEW[desk.server.name]
    answer = desk.ask("POST", path, body)
    assert answer.status_code == 201, answer.text
    ticket = desk.server.tickets[-1]
    assert ticket.subject == "Please contact me"
    assert ticket.requester.email == "sam.okoro@example.org"
    assert desk.server.complaints == []
    assert desk.server.public_replies == []


def test_tasks_are_kept_with_their_person():
    with DESKS["zendesk"]() as zendesk, DESKS["jira"]() as jira:
        path, body = NEW["zendesk"]
        Client(zendesk).ask("POST", path, body)
        account = {"accountId": "712020:00000000-0000-4000-8000-000000000902"}
        issue = {
            "project": {"key": "SAFE"},
            "issuetype": {"name": "Task"},
            "summary": "Ring Morgan Ellis",
            "assignee": account,
        }
        made = Client(jira).ask("POST", f"{J2}/issue", {"fields": issue})
        assert made.json()["key"] == "SAFE-1"
        assert [task.assignee for task in zendesk.tasks + jira.tasks] == [LEAD, LEAD]
        assert zendesk.complaints + jira.complaints == []


@every_desk
def test_notes_can_be_read_back(desk):
    method, path, body, _ = next(
        row[1:] for row in NOTES.values() if row[0] == desk.server.name
    )
    desk.ask(method, path, body)
    read = {
        "zendesk": f"{V2}/tickets/1001/comments.json?include=users&sort_order=desc",
        "zammad": f"{V1}/ticket_articles/by_ticket/1001",
        "freshdesk": f"{V2}/tickets/1001/conversations?per_page=100",
        "jira": f"{SD}/request/SAFE-1/comment?internal=true&public=false",
        "freescout": "/api/conversations/1001?embed=threads",
    }
    answer = desk.ask("GET", read[desk.server.name])
    assert answer.status_code == 200
    assert "[signpost 1]" in answer.text
    assert desk.server.complaints == []


def searches(server: DeskServer) -> list[tuple[str, str, Any]]:
    since = server.now() - timedelta(minutes=5)
    iso, second = stamp(since), int(since.timestamp())
    jql = f'project = SAFE AND updated >= "{since:%Y-%m-%d %H:%M}" ORDER BY updated'
    all_fields = {"jql": "updated >= -5m", "fields": ["summary", "updated"]}
    return {
        "zendesk": [
            ("GET", f"{V2}/search.json?query=type:ticket updated>{iso}", None),
            ("GET", f"{V2}/search?query=type:ticket updated>5minutes", None),
            ("GET", f"{V2}/incremental/tickets/cursor?start_time={second}", None),
        ],
        "zammad": [
            ("GET", f"{V1}/tickets/search?query=updated_at:[{iso} TO *]", None),
            ("GET", f"{V1}/tickets/search?query=updated_at:>now-5m&expand=true", None),
            ("GET", f'{V1}/tickets/search?query=updated_at:">={iso}"', None),
        ],
        "freshdesk": [
            ("GET", f"{V2}/tickets?updated_since={iso}&order_by=updated_at", None)
        ],
        "jira": [
            ("GET", f"{J3}/search/jql?jql={jql}&fields=key,updated", None),
            ("POST", f"{J3}/search/jql", all_fields),
        ],
        "freescout": [
            ("GET", f"/api/conversations?updatedSince={iso}&embed=threads", None)
        ],
    }[server.name]


@every_desk
def test_what_was_missed_is_found_and_older_things_are_not(desk):
    desk.server.pass_time(3600)
    newer = desk.server.add_ticket("Newer", "Please help.")
    desk.server.pass_time(120)
    for method, path, body in searches(desk.server):
        answer = desk.ask(method, path, body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        for name in ("results", "tickets", "issues", "_embedded", "conversations"):
            found = found[name] if isinstance(found, dict) and name in found else found
        assert [str(ticket["id"]) for ticket in found] == [str(newer.id)], path
    assert desk.server.complaints == []


@every_desk
@pytest.mark.parametrize("wrong", ["", "Basic eDp5", "Token token=x", "Bearer x"])
def test_a_wrong_key_is_refused(desk, wrong):
    headers = {"Authorization": wrong, "X-FreeScout-API-Key": "x"} if wrong else {}
    path, body = NEW[desk.server.name]
    answer = httpx.post(desk.server.base_url + path, json=body, headers=headers)
    assert answer.status_code == 401
    assert len(desk.server.tickets) == 1
    assert desk.server.complaints != []


@every_desk
@pytest.mark.parametrize(
    ("kind", "content"),
    [("text/plain", "{}"), ("application/json", "{")],
    ids=["not JSON", "broken JSON"],
)
def test_a_body_that_cannot_be_read_is_refused(desk, kind, content):
    headers = auth_of(desk.server) | {"Content-Type": kind}
    url = desk.server.base_url + NEW[desk.server.name][0]
    assert httpx.post(url, content=content, headers=headers).status_code >= 400
    assert desk.server.complaints != []


@pytest.mark.parametrize("desk", ["zendesk"], indirect=True)
def test_failures_come_in_order_and_end(desk):
    desk.server.fail_next(429, retry_after=7)
    desk.server.fail_next(500, times=2)
    path = f"{V2}/tickets/1001.json"
    answers = [desk.ask("GET", path) for _ in range(4)]
    assert [a.status_code for a in answers] == [429, 500, 500, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert [a.status for a in desk.server.asked("GET", "1001")] == [429, 500, 500, 200]
    assert desk.server.complaints == []


@pytest.mark.parametrize("desk", ["freshdesk"], indirect=True)
def test_an_answer_can_be_lost_after_the_work_is_done(desk):
    desk.server.fail_next(502, after=True)
    body = {"body": MARKER, "private": True}
    answer = desk.ask("POST", f"{V2}/tickets/1001/notes", body)
    assert answer.status_code == 502
    assert len(desk.server.notes(1001)) == 1


@pytest.mark.parametrize("desk", ["freshdesk"], indirect=True)
def test_a_kind_of_request_can_fail_until_all_is_well(desk):
    desk.server.fail_where(lambda method, *_: method == "PUT", 503)
    path, body = f"{V2}/tickets/1001", {"priority": 4}
    assert [desk.ask("PUT", path, body).status_code for _ in range(2)] == [503, 503]
    assert desk.ask("GET", path).status_code == 200
    desk.server.all_well()
    assert desk.ask("PUT", path, body).status_code == 200


@pytest.mark.parametrize("desk", ["zammad"], indirect=True)
def test_a_client_that_does_not_wait_changes_nothing(desk):
    desk.server.hang(30)
    body = {"item": "x", "object": "Ticket", "o_id": 1001}
    with pytest.raises(httpx.ReadTimeout):
        desk.ask("POST", f"{V1}/tags/add", body, timeout=0.5)
    assert desk.ask("GET", f"{V1}/tickets/1001").status_code == 200
    assert desk.server.tickets[0].tags == ["year 9"]


@pytest.mark.parametrize("desk", ["jira"], indirect=True)
def test_a_desk_goes_away_and_comes_back_with_all_it_had(desk):
    desk.server.go_away()
    with pytest.raises(httpx.ConnectError):
        desk.ask("GET", f"{J2}/issue/SAFE-1")
    desk.server.come_back()
    assert desk.ask("GET", f"{J2}/issue/SAFE-1").status_code == 200
    desk.server.delay = 0.05
    start = time.monotonic()
    desk.ask("GET", f"{J2}/issue/SAFE-1")
    assert time.monotonic() - start >= 0.05


@pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda v: f"{v['scheme']}, {v['about']}"
)
def test_signatures_are_those_of_openssl(vector):
    body = base64.b64decode(vector["body_base64"])
    assert body == vector["body"].encode()
    more = [vector["timestamp"]] if vector["timestamp"] else []
    sign = getattr(signing, vector["scheme"])
    assert sign(vector["secret"], *more, body) == vector["value"]


@pytest.mark.parametrize("name", list(DESKS))
@pytest.mark.parametrize("kind", KINDS)
def test_every_webhook_tells_of_what_happened_at_the_desk(name, kind):
    with DESKS[name]() as server:
        ticket = server.add_ticket("Worried", 'She said "no".\nHe went on — 😟')
        headers, raw = server.webhook(kind, ticket, 'A "quoted" line\nand another')
        assert json.loads(raw)
        assert headers["Content-Type"].startswith("application/json")
        if kind in ("reporter_reply", "staff_note", "auto_reply"):
            assert len(ticket.messages) == 2
        assert ticket.messages[-1].author.is_staff is (kind == "staff_note")
        assert server.complaints == []


def test_a_webhook_can_be_signed_with_a_wrong_secret_or_have_another_body():
    with DESKS["zendesk"]() as server:
        right = server.webhook("created", server.add_ticket("a", "b"), timestamp="t")
        wrong = server.webhook("created", server.tickets[0], secret="x", timestamp="t")
        name = "X-Zendesk-Webhook-Signature"
        assert right[1] == wrong[1]
        assert right[0][name] != wrong[0][name]
        assert signing.zendesk(server.secret, "t", right[1]) == right[0][name]
        template = '{"n": "{{ticket.id}}", "c": "{{ticket.latest_comment}}"}'
        _, raw = server.webhook("created", template=template)
        assert json.loads(raw)["n"] == "1002"
        _, raw = server.webhook("created", template=template, is_escaped=False)
        with pytest.raises(ValueError, match="control character"):
            json.loads(raw)


def test_the_bots_own_note_comes_back_as_a_webhook():
    with DESKS["zammad"]() as server:
        ticket = server.add_ticket("a", "b")
        _, method, path, body, _ = NOTES["zammad"]
        Client(server).ask(method, path, body)
        _, raw = server.webhook("staff_note", ticket, note=server.notes(ticket)[0])
        article = json.loads(raw)["article"]
        assert (article["internal"], article["created_by"]["email"]) == (
            True,
            BOT.email,
        )
        assert len(server.notes(ticket)) == 1


def test_the_recorded_fixtures_are_what_the_servers_send():
    recorded = dict(record_fixtures.recordings())
    kept = set(FIXTURES.glob("*/recorded/*.json"))
    assert kept == set(recorded)
    for path, content in recorded.items():
        assert json.loads(path.read_text(encoding="utf-8")) == content, path.name
