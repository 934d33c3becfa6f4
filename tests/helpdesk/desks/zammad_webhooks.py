"""What Zammad sends when a trigger fires, and its ticket and article objects.

https://admin-docs.zammad.org/en/latest/manage/webhook/payload.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from tests.helpdesk.desks import signing
from tests.helpdesk.desks.server import AUTO_SUBJECT, DeskServer, Webhook
from tests.helpdesk.desks.tickets import Note, Person, Ticket

GROUP: Final = "Users"
PRIORITIES: Final = {1: "1 low", 2: "2 normal", 3: "3 high"}
STATES: Final = {
    1: "new",
    2: "open",
    3: "pending reminder",
    4: "closed",
    5: "merged",
    7: "pending close",
}
ARTICLE_TYPES: Final = {"email": 1, "phone": 5, "note": 10, "web": 11}


class ZammadWebhooks(DeskServer):
    """The sending half of `ZammadDesk`."""

    def make_webhook(
        self,
        kind: str,
        ticket: Ticket,
        note: Note,
        *,
        secret: str = "",
        trigger: str = "Tell the signpost bot",
    ) -> Webhook:
        """The headers and body; without a secret there is no signature.

        A trigger fires on the whole ticket, so nothing in the body says what happened:
        the article does, by its sender, type and `internal`.
        """
        people = {
            "customer": self._user_json(ticket.requester),
            "created_by": self._user_json(ticket.requester),
            "updated_by": self._user_json(note.author),
            "owner": self._user_json(ticket.assignee) if ticket.assignee else {},
            "group": self.shape("group"),
            "organization": {},
            "priority": {"id": _number(PRIORITIES, ticket.priority)}
            | {"name": ticket.priority, "active": True},
            "state": {"id": _number(STATES, ticket.status), "name": ticket.status},
            "tags": ticket.tags,
        }
        article = article_json(self, ticket, note) | {
            "created_by": self._user_json(note.author),
            "updated_by": self._user_json(note.author),
            "accounted_time": 0,
        }
        body = {"ticket": ticket_json(self, ticket) | people, "article": article}
        raw = json.dumps(body, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zammad User Agent",
            "X-Zammad-Trigger": trigger,
            "X-Zammad-Delivery": f"8e4b6a1c-0000-4000-8000-"
            f"{next(self.numbers.deliveries):012x}",
        }
        if secret:
            headers["X-Hub-Signature"] = signing.zammad(secret, raw)
        return headers, raw

    def _user_json(self, person: Person) -> dict[str, Any]:
        return self.shape("user") | {
            "id": person.id,
            "login": person.email,
            "email": person.email,
            "firstname": person.first,
            "lastname": person.last,
            "roles": ["Agent" if person.is_staff else "Customer"],
            "role_ids": [2 if person.is_staff else 3],
        }


def ticket_json(
    desk: DeskServer, ticket: Ticket, is_expanded: bool = False
) -> dict[str, Any]:
    """The ticket object; expanded it has names beside the ids."""
    owner = ticket.assignee
    body = desk.shape("ticket") | {
        "id": ticket.id,
        "number": f"22{ticket.id}",
        "title": ticket.subject,
        "priority_id": _number(PRIORITIES, ticket.priority),
        "state_id": _number(STATES, ticket.status),
        "owner_id": owner.id if owner else 1,
        "customer_id": ticket.requester.id,
        "created_by_id": ticket.requester.id,
        "updated_by_id": ticket.messages[-1].author.id,
        "article_count": len(ticket.messages),
        "article_ids": [note.id for note in ticket.messages],
        "created_at": milliseconds(ticket.created),
        "updated_at": milliseconds(ticket.updated),
    }
    names = {
        "group": GROUP,
        "priority": ticket.priority,
        "state": ticket.status,
        "owner": owner.email if owner else "-",
        "customer": ticket.requester.email,
        "created_by": ticket.requester.email,
        "updated_by": ticket.messages[-1].author.email,
    }
    return body | names if is_expanded else body


def article_json(
    desk: DeskServer, ticket: Ticket, note: Note, kind: str = ""
) -> dict[str, Any]:
    """The article object."""
    author = note.author
    called = kind or ("note" if author.is_staff else "email")
    body = {
        "id": note.id,
        "ticket_id": ticket.id,
        "type": called,
        "type_id": ARTICLE_TYPES.get(called, 10),
        "sender": "Agent" if author.is_staff else "Customer",
        "sender_id": 1 if author.is_staff else 2,
        "from": f"{author.name} <{author.email}>",
        "to": None
        if author.is_staff
        else "Hillside School <office@school.example.org>",
        "subject": (AUTO_SUBJECT if note.is_auto else "") + ticket.subject,
        "body": note.text,
        "content_type": "text/html" if note.is_html else "text/plain",
        "internal": not note.public,
        "created_by": author.email,
        "created_by_id": author.id,
        "updated_by": author.email,
        "updated_by_id": author.id,
        "created_at": milliseconds(note.at),
        "updated_at": milliseconds(note.at),
    }
    if note.is_auto:
        # Set by Zammad's mail filters from the headers of the mail.
        body["preferences"] = {"is-auto-response": True, "send-auto-response": False}
    return desk.shape("article") | body


def milliseconds(moment: datetime) -> str:
    """As Zammad writes a moment."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _number(names: dict[int, str], wanted: str) -> int:
    return next((number for number, name in names.items() if name == wanted), 0)
