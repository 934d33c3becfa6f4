"""Zendesk Support, ticketing API v2.

https://developer.zendesk.com/api-reference/ticketing/introduction/
Unknown fields are ignored there; here they are complained of.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, Call, RefusedError, route
from tests.helpdesk.desks.checking import Problem, fields, list_of, one_of, read_moment
from tests.helpdesk.desks.server import DeskServer, stamp
from tests.helpdesk.desks.tickets import BOT, Note, Person, Task, Ticket
from tests.helpdesk.desks.wording import as_html, as_text
from tests.helpdesk.desks.zendesk_webhooks import ZendeskWebhooks

PRIORITIES: Final = ("low", "normal", "high", "urgent")
STATUSES: Final = ("new", "open", "pending", "hold", "solved", "closed")
# "The start time must be more than one minute in the past."
YOUNGEST_EXPORT: Final = timedelta(minutes=1)
PAGE: Final = 100
TERM: Final = re.compile(r"(\w+)(>=|<=|[:<>])(\S+)")
AGO: Final = re.compile(r"(\d+)(minute|hour|day|week)s?")
COMMENT: Final = fields(
    {
        "body": checking.words,
        "html_body": checking.words,
        "public": checking.BOOL,
        "author_id": checking.NUMBER,
    }
)
TICKET: Final = {
    "comment": COMMENT,
    "subject": checking.words,
    "priority": one_of(*PRIORITIES),
    "status": one_of(*STATUSES),
    "type": one_of("problem", "incident", "question", "task"),
    "tags": list_of(checking.words),
    "assignee_id": checking.NUMBER_OR_NONE,
    "assignee_email": checking.email,
    "group_id": checking.NUMBER_OR_NONE,
    "due_at": checking.moment,
    "external_id": checking.TEXT,
    "custom_fields": list_of(
        fields({"id": checking.NUMBER, "value": checking.anything}, "id value")
    ),
}
CHANGE: Final = fields(
    {
        "ticket": fields(
            TICKET | {"safe_update": checking.BOOL, "updated_stamp": checking.moment}
        )
    },
    "ticket",
)
REQUESTER: Final = fields({"name": checking.words, "email": checking.email})
NEW: Final = fields(
    {
        "ticket": fields(
            TICKET | {"requester": REQUESTER, "requester_id": checking.NUMBER},
            "comment",
        )
    },
    "ticket",
)
TAGS: Final = fields(
    {
        "tags": list_of(checking.words),
        "safe_update": checking.anything,
        "updated_stamp": checking.moment,
    },
    "tags",
)
ONE: Final = r"/api/v2/tickets/{id}"


class ZendeskDesk(ZendeskWebhooks, DeskServer):
    """Zendesk. Basic auth with `user/token` and `token`."""

    name: ClassVar[str] = "zendesk"
    first_status: ClassVar[str] = "new"
    closed_status: ClassVar[str] = "solved"
    user: str = BOT.email

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Ticket] = {}  # by Idempotency-Key

    def signed_in(self, headers: dict[str, str]) -> bool:
        pair = base64.b64encode(f"{self.user}/token:{self.token}".encode()).decode()
        return headers.get("authorization") == f"Basic {pair}"

    def unauthorized(self) -> Answer:
        return Answer(401, {"error": "Couldn't authenticate you"})

    def not_found(self) -> Answer:
        return Answer(404, {"error": "RecordNotFound", "description": "Not found"})

    def invalid(self, problems: list[Problem]) -> Answer:
        details: dict[str, list[dict[str, str]]] = {}
        for p in problems:
            said = f"{p.name.capitalize()}: {p.value} is not valid"
            problem = {"description": said, "error": "InvalidValue"}
            details.setdefault(p.name or "base", []).append(problem)
        return Answer(
            422,
            {
                "error": "RecordInvalid",
                "description": "Record validation errors",
                "details": details,
            },
        )

    @route("GET", ONE + r"(?:\.json)?", "include")
    def show(self, call: Call) -> Answer:
        return Answer(200, {"ticket": self.ticket_json(self.found(call))})

    @route("GET", ONE + r"/comments(?:\.json)?", "include sort sort_order page[size]")
    def comments(self, call: Call) -> Answer:
        ticket = self.found(call)
        found = [self._comment_json(note) for note in ticket.messages]
        if (
            call.query.get("sort_order") == "desc"
            or call.query.get("sort", "")[:1] == "-"
        ):
            found.reverse()
        body: dict[str, Any] = {"comments": found}
        if "users" in call.query.get("include", ""):
            people = {note.author.id: note.author for note in ticket.messages}
            body["users"] = [_user_json(person) for person in people.values()]
        if "page[size]" in call.query:
            meta = {"has_more": False, "after_cursor": None, "before_cursor": None}
            return Answer(200, body | {"meta": meta, "links": {}})
        body |= {"next_page": None, "previous_page": None, "count": len(found)}
        return Answer(200, body)

    @route("PUT", ONE + r"(?:\.json)?")
    def change(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, CHANGE)["ticket"]
        if ticket.status == "closed":
            why = "Status: closed prevents ticket update"
            closed = {"status": [{"description": why}]}
            raise RefusedError(
                Answer(422, {"error": "RecordInvalid", "details": closed})
            )
        if asked.get("safe_update") and asked.get("updated_stamp") != stamp(
            ticket.updated
        ):
            raise RefusedError(Answer(409, {"error": "UpdateConflict"}))
        if "comment" in asked:
            self._comment(ticket, asked["comment"])
        if "tags" in asked:
            gone = sorted(set(ticket.tags) - set(asked["tags"]))
            if gone:
                self.complain(f"ticket.tags replaces all tags; it loses {gone}")
        self._set(ticket, asked)
        audit = {"id": next(self.numbers.notes), "ticket_id": ticket.id, "events": []}
        return Answer(200, {"ticket": self.ticket_json(ticket), "audit": audit})

    @route("GET", ONE + r"/tags(?:\.json)?")
    def list_tags(self, call: Call) -> Answer:
        return Answer(200, {"tags": self.found(call).tags})

    @route("PUT", ONE + r"/tags(?:\.json)?")
    def add_tags(self, call: Call) -> Answer:
        ticket = self.found(call)
        for tag in self.checked(call, TAGS)["tags"]:
            self._add_tag(ticket, tag)
        ticket.updated = self.now()
        return Answer(200, {"tags": ticket.tags})

    @route("POST", ONE + r"/tags(?:\.json)?")
    def set_tags(self, call: Call) -> Answer:
        ticket = self.found(call)
        wanted = self.checked(call, TAGS)["tags"]
        gone = sorted(set(ticket.tags) - set(wanted))
        if gone:
            self.complain(f"POST tags replaces all tags; it loses {gone}")
        ticket.tags, ticket.updated = [], self.now()
        for tag in wanted:
            self._add_tag(ticket, tag)
        return Answer(201, {"tags": ticket.tags})

    @route("POST", r"/api/v2/tickets(?:\.json)?")
    def make(self, call: Call) -> Answer:
        key = call.headers.get("idempotency-key", "")
        if key and key in self._made:
            body = {"ticket": self.ticket_json(self._made[key])}
            return Answer(201, body, {"x-idempotency-lookup": "hit"})
        asked = self.checked(call, NEW)["ticket"]
        comment = asked["comment"]
        text = comment.get("html_body") or comment.get("body")
        if not text:
            raise RefusedError(self.invalid([]), "the comment says nothing")
        ticket = self.add_ticket(
            asked.get("subject", ""),
            text,
            requester=self._requester(asked),
            is_html="html_body" in comment,
            is_public=comment.get("public", True),
        )
        ticket.tags = [tag.lower() for tag in asked.get("tags", [])]
        self._set(ticket, {k: v for k, v in asked.items() if k != "tags"})
        if asked.get("type") == "task":
            due = asked.get("due_at")
            self.tasks.append(Task(ticket.subject, ticket.assignee, ticket, due))
        if key:
            self._made[key] = ticket
        place = {"Location": f"{self.base_url}/api/v2/tickets/{ticket.id}.json"}
        miss = {"x-idempotency-lookup": "miss"} if key else {}
        return Answer(201, {"ticket": self.ticket_json(ticket)}, place | miss)

    @route(
        "GET", r"/api/v2/search(?:\.json)?", "query sort_by sort_order page per_page"
    )
    def search(self, call: Call) -> Answer:
        query = call.query.get("query", "")
        if "type:ticket" not in query.split():
            self.complain("a search without type:ticket finds people as well")
        if not query:
            raise RefusedError(Answer(422, {"error": "invalid"}), "the query is empty")
        found = [t for t in self.tickets if self._matches(t, query)]
        found.sort(
            key=lambda t: t.updated, reverse=call.query.get("sort_order") != "asc"
        )
        size, page = (
            int(call.query.get("per_page", PAGE)),
            int(call.query.get("page", 1)),
        )
        shown = found[(page - 1) * size : page * size]
        has_more = page * size < len(found)
        after = f"{self.base_url}/api/v2/search.json?page={page + 1}"
        results = [self.ticket_json(t) | {"result_type": "ticket"} for t in shown]
        body = {"results": results, "facets": None, "count": len(found)}
        pages = {"next_page": after if has_more else None, "previous_page": None}
        return Answer(200, body | pages)

    @route(
        "GET",
        r"/api/v2/incremental/tickets/cursor(?:\.json)?",
        "start_time cursor per_page include exclude_deleted support_type_scope",
    )
    def export(self, call: Call) -> Answer:
        if "cursor" in call.query:
            since, done = (int(n) for n in call.query["cursor"].split("-"))
        else:
            since, done = self._start_time(call), 0
        found = [t for t in self.tickets if t.updated.timestamp() >= since]
        found.sort(key=lambda t: t.updated)
        size = int(call.query.get("per_page", 1000))
        shown = found[done : done + size]
        after = f"{since}-{done + len(shown)}"
        url = f"{self.base_url}/api/v2/incremental/tickets/cursor.json?cursor={after}"
        return Answer(
            200,
            {
                "tickets": [self.ticket_json(t) for t in shown],
                "after_url": url,
                "after_cursor": after,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": done + size >= len(found),
            },
        )

    def _start_time(self, call: Call) -> int:
        given = call.query.get("start_time", "")
        if not given.isdecimal():
            answer = Answer(400, {"error": "InvalidStartTime"})
            raise RefusedError(answer, "start_time must be seconds since 1970")
        start = datetime.fromtimestamp(int(given), UTC)
        if start > self.now() - YOUNGEST_EXPORT:
            why = "Too recent start_time. Use a start_time older than 60 seconds"
            answer = Answer(422, {"error": "StartTimeTooRecent", "description": why})
            raise RefusedError(answer, "start_time must be a minute old")
        return int(given)

    def _comment(self, ticket: Ticket, asked: dict[str, Any]) -> None:
        text = asked.get("html_body") or asked.get("body")
        if not text:
            self.complain("the comment has no body, so Zendesk would add none")
            return
        # "The initial default is true": a comment without it goes to the requester.
        is_public = asked.get("public", True)
        author = self.person(asked.get("author_id")) or BOT
        is_html = "html_body" in asked
        note = self.write(ticket, text, author, is_public=is_public, is_html=is_html)
        if is_public:
            self.replied_in_public(note, "a comment without public: false")

    def _set(self, ticket: Ticket, asked: dict[str, Any]) -> None:
        ticket.updated = self.now()
        for name in ("subject", "status", "priority"):
            if name in asked:
                setattr(ticket, name, asked[name])
        if "tags" in asked:
            ticket.tags = [tag.lower() for tag in asked["tags"]]
        for name in ("assignee_id", "assignee_email"):
            if name in asked:
                ticket.assignee = self.person(asked[name])
                if ticket.assignee is None or not ticket.assignee.is_staff:
                    self.complain(f"{name} {asked[name]} is nobody at the desk")
        if ticket.assignee and ticket.status == "new":
            ticket.status = "open"
        rest = ("type", "due_at", "external_id", "group_id", "custom_fields")
        ticket.extra |= {name: asked[name] for name in rest if name in asked}

    def _add_tag(self, ticket: Ticket, tag: str) -> None:
        if re.search(r"[\s,]", tag):
            self.complain(f"the tag {tag!r} has a space, which splits it")
        for piece in re.split(r"[\s,]+", tag.lower()):
            if piece not in ticket.tags:
                ticket.tags.append(piece)

    def _requester(self, asked: dict[str, Any]) -> Person:
        requester = asked.get("requester", {})
        if "email" in requester:
            return self.person_or_new(requester["email"], requester.get("name", ""))
        return self.person(asked.get("requester_id")) or BOT

    def _matches(self, ticket: Ticket, query: str) -> bool:
        tests = {
            "type": lambda sign, value: value == "ticket",
            "tags": lambda sign, value: value in ticket.tags,
            "status": lambda sign, value: value == ticket.status,
            "updated": lambda sign, value: self._is_since(ticket.updated, sign, value),
            "created": lambda sign, value: self._is_since(ticket.created, sign, value),
            "order_by": lambda sign, value: True,
            "sort": lambda sign, value: True,
        }
        matches = True
        for term in query.split():
            found = TERM.fullmatch(term)
            if found and found[1] in tests:
                matches = tests[found[1]](found[2], found[3]) and matches
            else:
                self.complain(f"this server does not know the search term {term!r}")
        return matches

    def _is_since(self, moment: datetime, sign: str, value: str) -> bool:
        ago = AGO.fullmatch(value)
        if ago:
            since: datetime | None = self.now() - timedelta(
                **{ago[2] + "s": int(ago[1])}
            )
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            since = datetime.fromisoformat(value).replace(tzinfo=UTC)
        else:
            since = read_moment(value)
        if since is None or sign not in (">", ">="):
            answer = Answer(422, {"error": "invalid", "description": "Invalid search"})
            raise RefusedError(answer, f"updated{sign}{value} is no search for a time")
        # Zendesk keeps whole seconds.
        whole = moment.replace(microsecond=0)
        return whole > since if sign == ">" else whole >= since

    def ticket_json(self, ticket: Ticket) -> dict[str, Any]:
        """The ticket object."""
        opening = ticket.opening
        return self.shape("ticket") | {
            "url": f"{self.base_url}/api/v2/tickets/{ticket.id}.json",
            "id": ticket.id,
            "created_at": stamp(ticket.created),
            "updated_at": stamp(ticket.updated),
            "type": ticket.extra.get("type"),
            "due_at": ticket.extra.get("due_at"),
            "external_id": ticket.extra.get("external_id"),
            "subject": ticket.subject,
            "raw_subject": ticket.subject,
            "description": as_text(opening.text, opening.is_html),
            "priority": ticket.priority,
            "status": ticket.status,
            "requester_id": ticket.requester.id,
            "submitter_id": ticket.requester.id,
            "assignee_id": ticket.assignee.id if ticket.assignee else None,
            "is_public": any(note.public for note in ticket.messages),
            "tags": ticket.tags,
        }

    def _comment_json(self, note: Note) -> dict[str, Any]:
        plain = as_text(note.text, note.is_html)
        return self.shape("comment") | {
            "id": note.id,
            "author_id": note.author.id,
            "body": plain,
            "html_body": f'<div class="zd-comment" dir="auto">'
            f"{as_html(note.text, note.is_html)}</div>",
            "plain_body": plain,
            "public": note.public,
            "created_at": stamp(note.at),
        }


def _user_json(person: Person) -> dict[str, Any]:
    role = "agent" if person.is_staff else "end-user"
    about = {"id": person.id, "name": person.name, "email": person.email}
    return about | {"role": role, "active": True}
