"""Zammad, REST API v1.

https://docs.zammad.org/en/latest/api/intro.html
Unknown fields are dropped there; here they are complained of.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from tests.helpdesk.desks import checking
from tests.helpdesk.desks.asking import Answer, Call, RefusedError, route
from tests.helpdesk.desks.checking import Problem, Spec, fields, one_of, read_moment
from tests.helpdesk.desks.server import DeskServer
from tests.helpdesk.desks.tickets import BOT, Note, Person, Ticket
from tests.helpdesk.desks.zammad_webhooks import (
    GROUP,
    PRIORITIES,
    STATES,
    ZammadWebhooks,
    article_json,
    ticket_json,
)

# Communication goes out with these, even if `internal` is true ("internal doesn't mean
# it's silent").
SENT: Final = ("email", "sms", "telegram personal-message", "whatsapp message")
TYPES: Final = ("note", "phone", "web", "chat", "fax", *SENT)
PER_PAGE: Final = 50
ARTICLE: Final[Spec] = {
    "subject": checking.TEXT,
    "body": checking.words,
    "content_type": one_of("text/plain", "text/html"),
    "type": one_of(*TYPES),
    "internal": checking.BOOL,
    "sender": one_of("Agent", "Customer", "System"),
    "to": checking.TEXT,
    "cc": checking.TEXT,
    "time_unit": checking.NUMBER_OR_TEXT,
    "origin_by_id": checking.NUMBER,
}
TICKET: Final[Spec] = {
    "title": checking.words,
    "group": one_of(GROUP),
    "group_id": one_of(1),
    "state": one_of(*STATES.values()),
    "state_id": one_of(*STATES),
    "priority": one_of(*PRIORITIES.values()),
    "priority_id": one_of(*PRIORITIES),
    "owner": checking.TEXT,
    "owner_id": checking.NUMBER,
    "note": checking.TEXT,
    "article": fields(ARTICLE, "body"),
}
CHANGE: Final = fields(TICKET)
NEW: Final = fields(
    TICKET
    | {
        "customer": checking.TEXT,
        "customer_id": checking.NUMBER_OR_TEXT,
        "tags": checking.TEXT,
    },
    "title article",
)
NEW_ARTICLE: Final = fields(ARTICLE | {"ticket_id": checking.NUMBER}, "ticket_id body")
TAG: Final = fields(
    {
        "item": checking.words,
        "object": one_of("Ticket"),
        "o_id": checking.NUMBER_OR_TEXT,
    },
    "item object o_id",
)
# Elasticsearch's query strings. A colon inside a value ends it, unless it is inside
# brackets or quotes or behind a backslash.
TERM: Final = re.compile(
    r'(?P<field>\w+):(?P<value>\[[^\]]+\]|\{[^}]+\}|"[^"]*"|(?:\\:|[^\s:()])+)'
)
RANGE: Final = re.compile(r"[\[{](\S+) TO (\S+)[\]}]")
AGO: Final = re.compile(r"now(?:-(\d+)([smhd]))?")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class ZammadDesk(ZammadWebhooks, DeskServer):
    """Zammad. `Authorization: Token token=...`, or `Bearer ...` for OAuth 2."""

    name: ClassVar[str] = "zammad"
    first_status: ClassVar[str] = "new"
    first_priority: ClassVar[str] = "2 normal"

    def signed_in(self, headers: dict[str, str]) -> bool:
        given = headers.get("authorization")
        return given in (f"Token token={self.token}", f"Bearer {self.token}")

    def unauthorized(self) -> Answer:
        return _error(401, "Authentication required")

    def not_found(self) -> Answer:
        return _error(404, "Couldn't find Ticket")

    def invalid(self, problems: list[Problem]) -> Answer:
        first = problems[0]
        if first.kind == checking.VALUE and first.name in (
            "priority",
            "state",
            "group",
        ):
            said = f"No lookup value found for '{first.name}': {first.value!r}"
            return _error(422, said)
        return _error(422, f"Invalid value for '{first.path}': {first.why}")

    def wrong_type(self) -> Answer:
        # Rails reads other types as well; the documentation asks for JSON.
        return _error(422, "The required parameters are missing")

    def unreadable(self) -> Answer:
        return _error(400, "Error occurred while parsing request parameters")

    @route("GET", r"/api/v1/tickets/{id}", "expand all")
    def show(self, call: Call) -> Answer:
        return Answer(200, ticket_json(self, self.found(call), _expand(call)))

    @route("PUT", r"/api/v1/tickets/{id}", "expand all")
    def change(self, call: Call) -> Answer:
        ticket = self.found(call)
        asked = self.checked(call, CHANGE)
        self._set(ticket, asked)
        if "article" in asked:
            self._article(ticket, asked["article"])
        return Answer(200, ticket_json(self, ticket, _expand(call)))

    @route("POST", r"/api/v1/tickets", "expand")
    def make(self, call: Call) -> Answer:
        asked = self.checked(call, NEW)
        if not {"group", "group_id"} & set(asked):
            raise RefusedError(_error(422, "Group can't be blank"), "there is no group")
        customer = self._customer(asked)
        article = asked["article"]
        author = customer if article.get("sender") == "Customer" else BOT
        ticket = self.add_ticket(
            asked["title"],
            article["body"],
            requester=customer,
            is_html=article.get("content_type") == "text/html",
            is_public=not article.get("internal", False),
            author=author,
        )
        if article.get("type") in SENT and author.is_staff:
            self.replied_in_public(ticket.opening, f"an article {article['type']}")
        ticket.tags = [t.strip() for t in asked.get("tags", "").split(",") if t.strip()]
        self._set(ticket, asked)
        return Answer(201, ticket_json(self, ticket, _expand(call)))

    @route("POST", r"/api/v1/ticket_articles", "expand")
    def add_article(self, call: Call) -> Answer:
        asked = self.checked(call, NEW_ARTICLE)
        for ticket in self.tickets:
            if ticket.id == asked["ticket_id"]:
                note = self._article(ticket, asked)
                kind = asked.get("type", "note")
                return Answer(201, article_json(self, ticket, note, kind))
        raise RefusedError(self.not_found(), f"there is no ticket {asked['ticket_id']}")

    @route("GET", r"/api/v1/ticket_articles/by_ticket/{id}", "expand")
    def articles(self, call: Call) -> Answer:
        ticket = self.found(call)
        return Answer(200, [article_json(self, ticket, n) for n in ticket.messages])

    @route("GET", r"/api/v1/tags", "object o_id")
    def list_tags(self, call: Call) -> Answer:
        if call.query.get("object") != "Ticket":
            raise RefusedError(self.not_found(), "?object= must be Ticket")
        return Answer(200, {"tags": self._tagged(call.query.get("o_id", "")).tags})

    @route("POST", r"/api/v1/tags/add")
    def add_tag(self, call: Call) -> Answer:
        asked = self.checked(call, TAG)
        ticket = self._tagged(str(asked["o_id"]))
        if asked["item"] not in ticket.tags:
            ticket.tags.append(asked["item"])
        ticket.updated = self.now()
        return Answer(201, True)

    @route("DELETE", r"/api/v1/tags/remove")
    def remove_tag(self, call: Call) -> Answer:
        asked = self.checked(call, TAG)
        ticket = self._tagged(str(asked["o_id"]))
        ticket.tags = [tag for tag in ticket.tags if tag != asked["item"]]
        return Answer(201, True)

    @route("GET", r"/api/v1/ticket_priorities", "expand")
    def priorities(self, call: Call) -> Answer:
        known = [{"id": n, "name": called} for n, called in PRIORITIES.items()]
        return Answer(200, [each | {"active": True} for each in known])

    @route(
        "GET",
        r"/api/v1/tickets/search",
        "query expand limit page per_page sort_by order_by",
    )
    def search(self, call: Call) -> Answer:
        query = call.query.get("query", "")
        if not query:
            raise RefusedError(_error(422, "Missing query"), "the query is empty")
        found = [t for t in self.tickets if self._matches(t, query)]
        newest_first = call.query.get("order_by", "desc") == "desc"
        found.sort(key=lambda t: t.updated, reverse=newest_first)
        size = int(call.query.get("per_page", call.query.get("limit", PER_PAGE)))
        start = (int(call.query.get("page", 1)) - 1) * size
        shown = found[start : start + size]
        return Answer(200, [ticket_json(self, t, _expand(call)) for t in shown])

    def _tagged(self, number: str) -> Ticket:
        for ticket in self.tickets:
            if str(ticket.id) == number:
                return ticket
        raise RefusedError(self.not_found(), f"there is no ticket {number}")

    def _article(self, ticket: Ticket, asked: dict[str, Any]) -> Note:
        kind = asked.get("type", "note")
        # Without `internal` an article is one that the customer sees.
        is_public = not asked.get("internal", False) or kind in SENT
        author = ticket.requester if asked.get("sender") == "Customer" else BOT
        is_html = asked.get("content_type") == "text/html"
        note = self.write(
            ticket, asked["body"], author, is_public=is_public, is_html=is_html
        )
        if asked.get("sender") == "Customer":
            self.complain("sender Customer puts words into the reporter's mouth")
        if is_public:
            internal = asked.get("internal")
            self.replied_in_public(note, f"a {kind} article, internal: {internal},")
        if asked.get("to") or asked.get("cc"):
            self.complain("to and cc are for mail, which this bot must not send")
        return note

    def _set(self, ticket: Ticket, asked: dict[str, Any]) -> None:
        ticket.updated = self.now()
        ticket.subject = asked.get("title", ticket.subject)
        ticket.status = asked.get(
            "state", STATES.get(asked.get("state_id", 0), ticket.status)
        )
        ticket.priority = asked.get(
            "priority", PRIORITIES.get(asked.get("priority_id", 0), ticket.priority)
        )
        owner = asked.get("owner_id", asked.get("owner"))
        if owner is not None:
            ticket.assignee = self.person(owner)
            if ticket.assignee is None or not ticket.assignee.is_staff:
                said = f"No lookup value found for 'owner': {owner!r}"
                raise RefusedError(_error(422, said), f"{owner!r} is nobody here")

    def _customer(self, asked: dict[str, Any]) -> Person:
        given = asked.get("customer_id", asked.get("customer"))
        if isinstance(given, str):
            # `guess:someone@example.org` makes the person if there is none.
            known = self.person(given.removeprefix("guess:"))
            if known is None and not given.startswith("guess:"):
                said = f"No lookup value found for 'customer': {given!r}"
                raise RefusedError(_error(422, said), f"there is no customer {given!r}")
            return self.person_or_new(given.removeprefix("guess:"))
        found = self.person(given)
        if found is None:
            raise RefusedError(_error(422, "Customer can't be blank"), "no customer")
        return found

    def _matches(self, ticket: Ticket, query: str) -> bool:
        matches = True
        rest = TERM.sub("", query)
        for word in rest.split():
            if word not in ("AND", "(", ")"):
                self.complain(f"the search has {word!r}: quote values with a colon")
        for term in TERM.finditer(query):
            value = term["value"].replace("\\:", ":").strip('"')
            if term["field"] in ("updated_at", "created_at"):
                created = term["field"] == "created_at"
                moment = ticket.created if created else ticket.updated
                matches = self._is_in(moment, value) and matches
            elif term["field"] in ("tags", "number", "id", "state.name", "group.name"):
                known = {
                    "tags": ticket.tags,
                    "id": [ticket.ref],
                    "number": [ticket.ref],
                }
                matches = value in known.get(term["field"], [value]) and matches
            else:
                self.complain(f"this server does not know {term[0]!r} in a search")
        return matches

    def _is_in(self, moment: datetime, value: str) -> bool:
        span = RANGE.fullmatch(value)
        if span:
            starts, ends = (self._read_time(end) for end in span.groups())
        elif value.startswith(">"):
            starts, ends = self._read_time(value.lstrip(">=")), None
        else:
            raise RefusedError(_error(422, "Invalid query"), f"{value!r} is no range")
        return (starts is None or moment >= starts) and (ends is None or moment <= ends)

    def _read_time(self, text: str) -> datetime | None:
        if text == "*":
            return None
        ago = AGO.fullmatch(text)
        if ago:
            unit = UNITS[ago[2] or "s"]
            return self.now() - timedelta(**{unit: int(ago[1] or 0)})
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        found = read_moment(text)
        if found is None:
            raise RefusedError(_error(422, "Invalid query"), f"{text!r} is no time")
        return found


def _expand(call: Call) -> bool:
    return call.query.get("expand") == "true"


def _error(status: int, said: str) -> Answer:
    return Answer(status, {"error": said, "error_human": said})
