"""FreeScout with its module "API & Webhooks".

https://api-docs.freescout.net/
It has no priority: a tag is all. Unknown fields are ignored there; here they are
complained of.
"""

from __future__ import annotations

import base64
from typing import Any, ClassVar, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, Call, RefusedError, route
from tests.helpdesk.desks.checking import Problem, fields, list_of, one_of, read_moment
from tests.helpdesk.desks.freescout_webhooks import (
    MAILBOX,
    FreeScoutWebhooks,
    conversation_json,
)
from tests.helpdesk.desks.server import DeskServer
from tests.helpdesk.desks.tickets import BOT, Note, Person, Ticket

STATUSES: Final = ("active", "pending", "closed")
PER_PAGE: Final = 50
CUSTOMER: Final = fields(
    {
        "id": checking.NUMBER,
        "email": checking.email,
        "firstName": checking.TEXT,
        "lastName": checking.TEXT,
        "phone": checking.TEXT,
    }
)
THREAD: Final = {
    "type": one_of("customer", "message", "note"),
    "text": checking.words,
    "user": checking.NUMBER,
    "customer": CUSTOMER,
    "imported": checking.BOOL,
    "status": one_of(*STATUSES),
    "cc": list_of(checking.email),
    "bcc": list_of(checking.email),
    "createdAt": checking.moment,
}
NEW_THREAD: Final = fields(THREAD, "type text")
NEW: Final = fields(
    {
        "type": one_of("email", "phone", "chat"),
        "mailboxId": one_of(MAILBOX),
        "subject": checking.words,
        "customer": CUSTOMER,
        "threads": list_of(NEW_THREAD),
        "imported": checking.BOOL,
        "assignTo": checking.NUMBER,
        "status": one_of(*STATUSES),
        "customFields": checking.anything,
        "createdAt": checking.moment,
    },
    "type mailboxId subject customer threads",
)
CHANGE: Final = fields(
    {
        "byUser": checking.NUMBER,
        "status": one_of(*STATUSES, "spam"),
        "assignTo": checking.NUMBER,
        "mailboxId": one_of(MAILBOX),
        "subject": checking.TEXT,
    }
)
TAGS: Final = fields({"tags": list_of(checking.words)}, "tags")
ALL: Final = "/api/conversations"
ONE: Final = ALL + "/{id}"
FILTERS: Final = (
    "embed mailboxId folderId status state type assignedTo customerEmail customerPhone "
    "customerId number subject tag createdSince updatedSince sortField sortOrder page "
    "pageSize"
)


class FreeScoutDesk(FreeScoutWebhooks, DeskServer):
    """FreeScout. `X-FreeScout-API-Key`, or Basic auth with the key as the name.

    The documentation also lets the key be in the address; here it may not, because
    addresses are logged.
    """

    name: ClassVar[str] = "freescout"
    first_status: ClassVar[str] = "active"

    def signed_in(self, headers: dict[str, str]) -> bool:
        if "x-freescout-api-key" in headers:
            return headers["x-freescout-api-key"] == self.token
        kind, _, given = headers.get("authorization", "").partition(" ")
        try:
            key = base64.b64decode(given, validate=True).partition(b":")[0]
        except ValueError:
            return False
        return kind == "Basic" and key == self.token.encode()

    def unauthorized(self) -> Answer:
        return _error(401, "API Key is either not provided or not valid", [])

    def not_found(self) -> Answer:
        return _error(404, "Resource was not found", [])

    def invalid(self, problems: list[Problem]) -> Answer:
        errors = [
            {
                "path": p.path,
                "message": p.why,
                "rejectedValue": p.value,
                "source": "JSON",
            }
            for p in problems
        ]
        return _error(400, "Bad request", errors)

    def unreadable(self) -> Answer:
        return _error(400, "Bad request", [])

    def wrong_type(self) -> Answer:
        return _error(415, "The API is unable to work with the provided payload.", [])

    @route("GET", ONE, "embed")
    def show(self, call: Call) -> Answer:
        wanted = call.query.get("embed", "threads").split(",")
        return Answer(200, conversation_json(self, self.found(call), wanted))

    @route("GET", ALL, FILTERS)
    def listed(self, call: Call) -> Answer:
        # "Filter conversation by status (defaults to active)".
        wanted = call.query.get("status", "active").split(",")
        if not set(wanted) <= {*STATUSES, "spam"}:
            self.complain(f"status {','.join(wanted)} is not in the documentation")
        found = [t for t in self.tickets if t.status in wanted or "all" in wanted]
        for name, of in (("updatedSince", "updated"), ("createdSince", "created")):
            if name in call.query:
                since = read_moment(call.query[name])
                if since is None:
                    bad = Problem(
                        name, checking.VALUE, "must be like 2020-01-02T23:00:00Z"
                    )
                    raise RefusedError(self.invalid([bad]), f"{name} is no time")
                # Whole seconds are kept, and "after" is taken to include the second.
                found = [
                    t for t in found if getattr(t, of).replace(microsecond=0) >= since
                ]
        if "tag" in call.query:
            found = [t for t in found if call.query["tag"] in t.tags]
        by_update = call.query.get("sortField") == "updatedAt"
        is_up = call.query.get("sortOrder") == "asc"
        found.sort(
            key=lambda t: t.updated if by_update else t.created, reverse=not is_up
        )
        embed = call.query.get("embed", "").split(",")
        pages = self._page(call, found)
        shown = [conversation_json(self, t, embed) for t in pages.pop("shown")]
        return Answer(200, {"_embedded": {"conversations": shown}, "page": pages})

    @route("POST", ONE + "/threads")
    def add_thread(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, NEW_THREAD)
        note = self._write_thread(ticket, asked)
        if "status" in asked:
            ticket.status = asked["status"]
        elif asked["type"] == "message":
            ticket.status = "pending"
        return Answer(201, None, {"Resource-ID": str(note.id)})

    @route("PUT", ONE + "/tags")
    def set_tags(self, call: Call) -> Answer:
        ticket = self.found(call)
        wanted = self.checked(call, TAGS)["tags"]
        gone = sorted(set(ticket.tags) - set(wanted))
        if gone:
            self.complain(f"PUT tags replaces all tags; it loses {gone}")
        ticket.tags, ticket.updated = list(dict.fromkeys(wanted)), self.now()
        return Answer(204)

    @route("GET", "/api/tags", "conversationId page pageSize")
    def list_tags(self, call: Call) -> Answer:
        wanted = call.query.get("conversationId")
        names = [
            t for each in self.tickets if wanted in (None, each.ref) for t in each.tags
        ]
        tags = [{"id": 39 + n, "name": name} for n, name in enumerate(names)]
        pages = self._page(call, tags)
        return Answer(200, {"_embedded": {"tags": pages.pop("shown")}, "page": pages})

    @route("PUT", ONE)
    def change(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, CHANGE)
        if {"status", "assignTo", "mailboxId"} & set(asked):
            self._user(asked.get("byUser"), "byUser")
        if "assignTo" in asked:
            ticket.assignee = self._user(asked["assignTo"], "assignTo")
        ticket.status = asked.get("status", ticket.status)
        ticket.updated = self.now()
        return Answer(204)

    @route("POST", ALL)
    def make(self, call: Call) -> Answer:
        asked = self.checked(call, NEW)
        # "Newest threads go first."
        threads = list(reversed(asked["threads"]))
        if not threads:
            bad = Problem("threads", checking.MISSING, "may not be empty")
            raise RefusedError(self.invalid([bad]), "there is no thread")
        customer = self._customer(asked["customer"])
        first = threads[0]
        author = self._author(first, customer)
        is_public = first["type"] != "note"
        ticket = self.add_ticket(
            asked["subject"],
            first["text"],
            requester=customer,
            author=author,
            is_public=is_public,
            is_html=True,
        )
        if first["type"] == "message":
            self.replied_in_public(ticket.opening, "a thread of type message")
        for thread in threads[1:]:
            self._write_thread(ticket, thread)
        if "assignTo" in asked:
            ticket.assignee = self._user(asked["assignTo"], "assignTo")
        ticket.status = asked.get("status", ticket.status)
        return Answer(201, None, {"Resource-ID": str(ticket.id)})

    @route("GET", "/api/users", "email page pageSize")
    def users(self, call: Call) -> Answer:
        found = [
            {"id": p.id, "firstName": p.first, "lastName": p.last, "email": p.email}
            for p in self.people
            if p.is_staff and call.query.get("email", p.email) == p.email
        ]
        pages = self._page(call, found)
        return Answer(200, {"_embedded": {"users": pages.pop("shown")}, "page": pages})

    def _write_thread(self, ticket: Ticket, asked: dict[str, Any]) -> Note:
        author = self._author(asked, ticket.requester)
        is_public = asked["type"] != "note"
        note = self.write(
            ticket, asked["text"], author, is_public=is_public, is_html=True
        )
        if asked["type"] == "message":
            self.replied_in_public(note, "a thread of type message")
        elif asked["type"] == "customer":
            self.complain("a thread of type customer puts words into their mouth")
        if asked.get("cc") or asked.get("bcc"):
            self.complain("cc and bcc are for mail, which this bot must not send")
        return note

    def _author(self, asked: dict[str, Any], customer: Person) -> Person:
        if asked["type"] != "customer":
            return self._user(asked.get("user"), "user")
        if "customer" not in asked:
            bad = Problem("customer", checking.MISSING, "may not be empty")
            raise RefusedError(self.invalid([bad]), "a customer's thread without one")
        return customer

    def _user(self, number: int | None, name: str) -> Person:
        found = self.person(number) if number is not None else None
        if found is None or not found.is_staff:
            bad = Problem(name, checking.MISSING, "must be a user of this desk", number)
            raise RefusedError(self.invalid([bad]), f"{name} {number} is no user")
        return found

    def _customer(self, asked: dict[str, Any]) -> Person:
        found = self.person(asked.get("id"))
        if "email" in asked and found is None:
            name = f"{asked.get('firstName', '')} {asked.get('lastName', '')}".strip()
            return self.person_or_new(asked["email"], name)
        if found is None and not {"firstName", "phone"} & set(asked):
            bad = Problem("customer", checking.MISSING, "must have an id or an email")
            raise RefusedError(self.invalid([bad]), "the customer is nobody")
        return found or BOT

    def _page(self, call: Call, found: list[Any]) -> dict[str, Any]:
        size = int(call.query.get("pageSize", PER_PAGE))
        page = int(call.query.get("page", 1))
        return {
            "shown": found[(page - 1) * size : page * size],
            "size": size,
            "totalElements": len(found),
            "totalPages": -(-len(found) // size),
            "number": page,
        }


def _error(status: int, said: str, errors: list[dict[str, Any]]) -> Answer:
    code = said.upper()
    body = {"message": said, "errorCode": code, "_embedded": {"errors": errors}}
    return Answer(status, body)
