"""Freshdesk, API v2.

https://developers.freshdesk.com/api/
An unknown field is an error there.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, Call, RefusedError, route
from tests.helpdesk.desks.checking import Problem, Spec, fields, list_of, one_of
from tests.helpdesk.desks.freshdesk_webhooks import FreshdeskWebhooks
from tests.helpdesk.desks.server import DeskServer, stamp
from tests.helpdesk.desks.tickets import BOT, Note, Person, Task, Ticket
from tests.helpdesk.desks.wording import as_html, as_text

PRIORITIES: Final = (1, 2, 3, 4)  # low, medium, high, urgent
STATUSES: Final = (2, 3, 4, 5)  # open, pending, resolved, closed
SOURCES: Final = (1, 2, 3, 7, 9, 10)
LONGEST_TAG: Final = 32
MOST_PER_PAGE: Final = 100
CODES: Final = {
    checking.UNKNOWN: "invalid_field",
    checking.MISSING: "missing_field",
    checking.TYPE: "datatype_mismatch",
    checking.VALUE: "invalid_value",
}
NOTE: Final = fields(
    {
        "body": checking.words,
        "private": checking.BOOL,
        "incoming": checking.BOOL,
        "notify_emails": list_of(checking.email),
        "user_id": checking.NUMBER,
    },
    "body",
)
TICKET: Final[Spec] = {
    "subject": checking.words,
    "description": checking.words,
    "priority": one_of(*PRIORITIES),
    "status": one_of(*STATUSES),
    "tags": list_of(checking.words),
    "type": checking.TEXT,
    "responder_id": checking.NUMBER_OR_NONE,
    "group_id": checking.NUMBER_OR_NONE,
    "due_by": checking.moment,
    "fr_due_by": checking.moment,
    "custom_fields": checking.OBJECT,
    "source": one_of(*SOURCES),
}
CHANGE: Final = fields(TICKET)
# The documentation gives priority and status defaults, 1 and 2; many accounts answer
# `missing_field` without them, so this server complains too.
NEW: Final = fields(
    TICKET
    | {
        "name": checking.words,
        "email": checking.email,
        "phone": checking.words,
        "requester_id": checking.NUMBER,
        "unique_external_id": checking.words,
    },
    "subject description priority status",
)
WHO: Final = {"email", "phone", "requester_id", "unique_external_id"}
ONE: Final = "/api/v2/tickets/{id}"


class FreshdeskDesk(FreshdeskWebhooks, DeskServer):
    """Freshdesk. Basic auth with the API key and anything as password."""

    name: ClassVar[str] = "freshdesk"
    ignores_unknown: ClassVar[bool] = False
    first_status: ClassVar[int] = 2
    closed_status: ClassVar[int] = 5
    first_priority: ClassVar[int] = 1

    def signed_in(self, headers: dict[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        try:
            key, colon, _ = base64.b64decode(given, validate=True).partition(b":")
        except ValueError:
            return False
        return kind == "Basic" and bool(colon) and key == self.token.encode()

    def unauthorized(self) -> Answer:
        said = "You have to be logged in to perform this action."
        return Answer(401, {"code": "invalid_credentials", "message": said})

    def not_found(self) -> Answer:
        return Answer(404)

    def invalid(self, problems: list[Problem]) -> Answer:
        errors = []
        for p in problems:
            said = p.why.replace("must be", "It should be")
            if p.kind == checking.UNKNOWN:
                said = "Unexpected/invalid field in request"
            errors.append({"field": p.path, "message": said, "code": CODES[p.kind]})
        return Answer(400, {"description": "Validation failed", "errors": errors})

    def unreadable(self) -> Answer:
        said = "Request body has invalid json format"
        return Answer(400, {"code": "invalid_json", "message": said})

    def wrong_type(self) -> Answer:
        said = "Content-Type header should be application/json"
        return Answer(415, {"code": "invalid_content_type", "message": said})

    @route("GET", ONE, "include")
    def show(self, call: Call) -> Answer:
        ticket = self.found(call)
        body = self.ticket_json(ticket)
        wanted = call.query.get("include", "").split(",")
        if "conversations" in wanted:
            # "Embedding conversations returns up to ten."
            later = ticket.messages[1:][:10]
            body["conversations"] = [self._note_json(ticket, n) for n in later]
        if "requester" in wanted:
            body["requester"] = _person_json(ticket.requester)
        return Answer(200, body)

    @route("GET", ONE + "/conversations", "page per_page")
    def conversations(self, call: Call) -> Answer:
        ticket = self.found(call)
        # The opening is the ticket's description and no conversation.
        found = [self._note_json(ticket, note) for note in ticket.messages[1:]]
        return self._page(call, found)

    @route("POST", ONE + "/notes")
    def add_note(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, NOTE)
        # "Set to true if the note is private. The default value is true."
        is_public = not asked.get("private", True)
        author = self.person(asked.get("user_id")) or BOT
        note = self.write(
            ticket, asked["body"], author, is_public=is_public, is_html=True
        )
        if is_public:
            self.replied_in_public(note, "a note with private: false")
        for address in asked.get("notify_emails", []):
            told = self.person(address)
            if told is None or not told.is_staff:
                self.replied_in_public(note, f"notify_emails with {address}")
        return Answer(201, self._note_json(ticket, note))

    @route("POST", ONE + "/reply")
    def reply(self, call: Call) -> Answer:
        ticket = self.found(call)
        text = str(call.fields.get("body", ""))
        note = self.write(ticket, text, BOT, is_public=True, is_html=True)
        self.replied_in_public(note, "a reply")
        return Answer(201, self._note_json(ticket, note))

    @route("POST", ONE + "/forward")
    def forward(self, call: Call) -> Answer:
        self.complain("a forward sends the ticket to somebody by mail")
        return self.reply(call)

    @route("PUT", ONE)
    def change(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, CHANGE)
        if not asked:
            said = "Please provide at least one field to be updated"
            answer = Answer(400, {"code": "missing_params", "message": said})
            raise RefusedError(answer, "there is nothing to change")
        gone = sorted(set(ticket.tags) - set(asked.get("tags", ticket.tags)))
        if gone:
            self.complain(f"tags replaces all tags; it loses {gone}")
        if {"subject", "description"} & set(asked):
            self.complain("subject and description are the reporter's own words")
        self._set(ticket, asked)
        return Answer(200, self.ticket_json(ticket))

    @route("POST", "/api/v2/tickets")
    def make(self, call: Call) -> Answer:
        asked = self.checked(call, NEW)
        if not WHO & set(asked):
            bad = Problem(
                "requester_id", checking.MISSING, "one of these must be there"
            )
            raise RefusedError(self.invalid([bad]), "nobody reports it")
        ticket = self.add_ticket(
            asked["subject"],
            asked["description"],
            requester=self._requester(asked),
            is_html=True,
        )
        self._set(ticket, asked)
        if ticket.assignee:
            due = asked.get("due_by")
            self.tasks.append(Task(ticket.subject, ticket.assignee, ticket, due))
        place = {"Location": f"{self.base_url}/api/v2/tickets/{ticket.id}"}
        return Answer(201, self.ticket_json(ticket), place)

    @route(
        "GET",
        "/api/v2/tickets",
        "filter requester_id email updated_since include order_by order_type page "
        "per_page",
    )
    def listed(self, call: Call) -> Answer:
        # "By default, only tickets created within the past 30 days are returned", and
        # updated_since is the way to older ones.
        since = self.now() - timedelta(days=30)
        found = [t for t in self.tickets if t.created >= since]
        if "updated_since" in call.query:
            after = _read_since(call.query["updated_since"])
            if after is None:
                bad = Problem(
                    "updated_since",
                    checking.VALUE,
                    "must be a time like 2015-01-19T02:00:00Z",
                )
                raise RefusedError(self.invalid([bad]), "updated_since is no time")
            found = [t for t in self.tickets if t.updated >= after]
        is_up = call.query.get("order_type") == "asc"
        if call.query.get("order_by") == "updated_at":
            found.sort(key=lambda t: t.updated, reverse=not is_up)
        else:
            found.sort(key=lambda t: t.created, reverse=not is_up)
        full = "description" in call.query.get("include", "").split(",")
        return self._page(call, [self._listed_json(t, full) for t in found])

    def _page(self, call: Call, found: list[Any]) -> Answer:
        size, page = (
            int(call.query.get(n, d)) for n, d in (("per_page", 30), ("page", 1))
        )
        if size > MOST_PER_PAGE:
            bad = Problem("per_page", checking.VALUE, "must be at most 100")
            raise RefusedError(self.invalid([bad]), "per_page is over 100")
        shown = found[(page - 1) * size : page * size]
        more = f"<{self.base_url}{call.path}?page={page + 1}&per_page={size}>"
        has_more = page * size < len(found)
        return Answer(200, shown, {"Link": f'{more}; rel="next"'} if has_more else {})

    def _set(self, ticket: Ticket, asked: dict[str, Any]) -> None:
        ticket.updated = self.now()
        ticket.subject = asked.get("subject", ticket.subject)
        ticket.status = asked.get("status", ticket.status)
        ticket.priority = asked.get("priority", ticket.priority)
        ticket.tags = list(asked.get("tags", ticket.tags))
        for tag in ticket.tags:
            if len(tag) > LONGEST_TAG or "," in tag:
                bad = Problem("tags", checking.VALUE, "must be at most 32 characters")
                raise RefusedError(self.invalid([bad]), f"the tag {tag!r} will not do")
        if "responder_id" in asked:
            ticket.assignee = self.person(asked["responder_id"])
            if ticket.assignee is None or not ticket.assignee.is_staff:
                bad = Problem("responder_id", checking.VALUE, "There is no such agent")
                raise RefusedError(self.invalid([bad]), "responder_id is no agent")
        rest = ("type", "group_id", "due_by", "fr_due_by", "custom_fields", "source")
        ticket.extra |= {name: asked[name] for name in rest if name in asked}

    def _requester(self, asked: dict[str, Any]) -> Person:
        if "email" in asked:
            return self.person_or_new(asked["email"], asked.get("name", ""))
        return self.person(asked.get("requester_id")) or BOT

    def _listed_json(self, ticket: Ticket, full: bool) -> dict[str, Any]:
        body = self.ticket_json(ticket)
        if not full:
            del body["description"], body["description_text"]
        return body

    def ticket_json(self, ticket: Ticket) -> dict[str, Any]:
        """The ticket object."""
        opening = ticket.opening
        return self.shape("ticket") | {
            "id": ticket.id,
            "subject": ticket.subject,
            "description": f"<div>{as_html(opening.text, opening.is_html)}</div>",
            "description_text": as_text(opening.text, opening.is_html),
            "priority": ticket.priority,
            "status": ticket.status,
            "tags": ticket.tags,
            "type": ticket.extra.get("type"),
            "requester_id": ticket.requester.id,
            "responder_id": ticket.assignee.id if ticket.assignee else None,
            "created_at": stamp(ticket.created),
            "updated_at": stamp(ticket.updated),
        }

    def _note_json(self, ticket: Ticket, note: Note) -> dict[str, Any]:
        return self.shape("conversation") | {
            "id": note.id,
            "body": f"<div>{as_html(note.text, note.is_html)}</div>",
            "body_text": as_text(note.text, note.is_html),
            "incoming": not note.author.is_staff,
            "private": not note.public,
            "user_id": note.author.id,
            # 0 is a reply by mail, 2 a note.
            "source": 2 if note.author.is_staff else 0,
            "ticket_id": ticket.id,
            "created_at": stamp(note.at),
            "updated_at": stamp(note.at),
        }


def _read_since(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _person_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "email": person.email}
