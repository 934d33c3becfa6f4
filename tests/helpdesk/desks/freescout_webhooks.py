"""What FreeScout sends, and its conversation object.

https://freescout.net/module/api-webhooks/
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.helpdesk.desks import signing
from tests.helpdesk.desks.server import DeskServer, Webhook, stamp
from tests.helpdesk.desks.tickets import Note, Person, Ticket
from tests.helpdesk.desks.wording import as_html, as_text

MAILBOX: Final = 15
PREVIEW: Final = 255
EVENTS: Final = {
    "created": "convo.created",
    "reporter_reply": "convo.customer.reply.created",
    "auto_reply": "convo.customer.reply.created",
    "staff_note": "convo.note.created",
    "closed": "convo.status",
}


class FreeScoutWebhooks(DeskServer):
    """The sending half of `FreeScoutDesk`."""

    def make_webhook(
        self, kind: str, ticket: Ticket, note: Note, *, secret: str = ""
    ) -> Webhook:
        """The headers and body: the whole conversation, newest thread first."""
        raw = json.dumps(conversation_json(self, ticket, ["threads", "tags"])).encode()
        return {
            "Content-Type": "application/json",
            "X-FreeScout-Event": EVENTS[kind],
            "X-FreeScout-Signature": signing.freescout(secret, raw),
        }, raw


def conversation_json(
    desk: DeskServer, ticket: Ticket, embed: list[str]
) -> dict[str, Any]:
    """The conversation object with what is to be embedded."""
    last = ticket.messages[-1]
    inside: dict[str, Any] = {"threads": []}
    if "threads" in embed:
        newest_first = reversed(ticket.messages)
        inside["threads"] = [_thread_json(desk, ticket, note) for note in newest_first]
    if "tags" in embed:
        inside["tags"] = [{"id": 39 + n, "name": t} for n, t in enumerate(ticket.tags)]
    owner = ticket.assignee
    closed_at = stamp(ticket.updated) if ticket.status == "closed" else None
    return desk.shape("conversation") | {
        "id": ticket.id,
        "number": ticket.id - 1000,
        "threadsCount": len(ticket.messages),
        "status": ticket.status,
        "subject": ticket.subject,
        "preview": as_text(last.text, last.is_html)[:PREVIEW],
        "mailboxId": MAILBOX,
        "assignee": _person_json(owner) if owner else None,
        "createdBy": _person_json(ticket.opening.author),
        "createdAt": stamp(ticket.created),
        "updatedAt": stamp(ticket.updated),
        "closedAt": closed_at,
        "userUpdatedAt": stamp(ticket.updated),
        "customer": _person_json(ticket.requester),
        "_embedded": inside,
    }


def _thread_json(desk: DeskServer, ticket: Ticket, note: Note) -> dict[str, Any]:
    kind = "message" if note.public else "note"
    author = _person_json(note.author)
    return desk.shape("thread") | {
        "id": note.id,
        "type": kind if note.author.is_staff else "customer",
        "status": ticket.status,
        "body": as_html(note.text, note.is_html),
        "source": {
            "type": "email",
            "via": "user" if note.author.is_staff else "customer",
        },
        "customer": _person_json(ticket.requester),
        "createdBy": author,
        "createdAt": stamp(note.at),
    }


def _person_json(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "type": "user" if person.is_staff else "customer",
        "firstName": person.first,
        "lastName": person.last,
        "photoUrl": "",
        "email": person.email,
    }
