"""What Zendesk sends: of its own events, and what an operator typed into a trigger.

https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
https://developer.zendesk.com/documentation/webhooks/verifying/
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.helpdesk.desks import signing
from tests.helpdesk.desks.server import DeskServer, Webhook, stamp
from tests.helpdesk.desks.tickets import Note, Ticket
from tests.helpdesk.desks.wording import as_text, fill_in

ACCOUNT: Final = 22129848
WEBHOOK: Final = "01J9ZK6M2Q4R8T0V2X4Z6B8D0F"
# What an operator types into the trigger's JSON body. Zendesk knows the placeholders;
# `event` is typed by hand, one word for each trigger.
TRIGGER_BODY: Final = """{
  "event": "{{event}}",
  "ticket_id": "{{ticket.id}}",
  "subject": "{{ticket.title}}",
  "description": "{{ticket.description}}",
  "latest_comment": "{{ticket.latest_comment}}",
  "latest_comment_is_public": "{{ticket.latest_comment.is_public}}",
  "current_user_email": "{{current_user.email}}",
  "requester_name": "{{ticket.requester.name}}",
  "requester_email": "{{ticket.requester.email}}",
  "status": "{{ticket.status}}",
  "priority": "{{ticket.priority}}",
  "tags": "{{ticket.tags}}",
  "updated_at": "{{ticket.updated_at_with_timestamp}}"
}"""
LINE: Final = "-" * 46
EVENTS: Final = {
    "created": "ticket.created",
    "reporter_reply": "ticket.comment_added",
    "staff_note": "ticket.comment_added",
    "auto_reply": "ticket.comment_added",
    "closed": "ticket.status_changed",
}


class ZendeskWebhooks(DeskServer):
    """The sending half of `ZendeskDesk`."""

    def make_webhook(
        self,
        kind: str,
        ticket: Ticket,
        note: Note,
        *,
        secret: str = "",
        shape: str = "trigger",
        template: str = TRIGGER_BODY,
        is_escaped: bool = True,
        timestamp: str | None = None,
    ) -> Webhook:
        """The headers and body.

        Args:
            kind: what happens.
            ticket: on what.
            note: what was written.
            secret: the signing key.
            shape: `trigger`, with the operator's body, or `event`.
            template: the operator's body.
            is_escaped: whether placeholders are escaped for JSON.
            timestamp: another time of signing.
        """
        if shape == "trigger":
            values = self._placeholders(kind, ticket, note)
            body = fill_in(template, values, is_escaped=is_escaped)
        else:
            event = self._event(kind, ticket, note)
            body = json.dumps(event, ensure_ascii=False).encode()
        at = timestamp or stamp(self.now())
        return {
            "Content-Type": "application/json",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(ACCOUNT),
            "X-Zendesk-Webhook-Id": WEBHOOK,
            "X-Zendesk-Webhook-Invocation-Id": f"{next(self.numbers.deliveries):010}",
            "X-Zendesk-Webhook-Signature": signing.zendesk(secret, at, body),
            "X-Zendesk-Webhook-Signature-Timestamp": at,
        }, body

    def _placeholders(self, kind: str, ticket: Ticket, note: Note) -> dict[str, Any]:
        said = as_text(note.text, note.is_html)
        when = note.at.strftime("%b %-d, %Y, %H:%M")
        return {
            "event": kind,
            "ticket.id": ticket.id,
            "ticket.title": ticket.subject,
            "ticket.description": as_text(ticket.opening.text, ticket.opening.is_html),
            # Zendesk puts a line and the author before it.
            "ticket.latest_comment": f"{LINE}\n\n{note.author.name}, {when}\n\n{said}",
            "ticket.latest_comment.is_public": note.public,
            "ticket.latest_public_comment": said if note.public else "",
            "ticket.requester.name": ticket.requester.name,
            "ticket.requester.email": ticket.requester.email,
            "current_user.name": note.author.name,
            "current_user.email": note.author.email,
            "ticket.status": str(ticket.status).capitalize(),
            "ticket.priority": str(ticket.priority or "-").capitalize(),
            "ticket.tags": " ".join(ticket.tags),
            "ticket.created_at_with_timestamp": stamp(ticket.created),
            "ticket.updated_at_with_timestamp": stamp(ticket.updated),
            "ticket.url": f"school.example.org/agent/tickets/{ticket.id}",
        }

    def _event(self, kind: str, ticket: Ticket, note: Note) -> dict[str, Any]:
        position = next(self.numbers.deliveries)
        about: dict[str, Any] = {"meta": {"sequence": {"id": "0", "position": 1}}}
        about["meta"]["sequence"]["id"] = f"{position:032X}"
        if EVENTS[kind] == "ticket.comment_added":
            about["comment"] = {
                "id": str(note.id),
                "body": as_text(note.text, note.is_html),
                "is_public": note.public,
                "author": {
                    "id": str(note.author.id),
                    "is_staff": note.author.is_staff,
                    "name": note.author.name,
                },
            }
        elif kind == "closed":
            about |= {"current": "SOLVED", "previous": "OPEN"}
        opening = ticket.opening
        return {
            "account_id": ACCOUNT,
            "detail": self.shape("event_detail")
            | {
                "actor_id": str(note.author.id),
                "assignee_id": str(ticket.assignee.id) if ticket.assignee else None,
                "created_at": stamp(ticket.created),
                "description": as_text(opening.text, opening.is_html),
                "id": str(ticket.id),
                "priority": str(ticket.priority).upper() if ticket.priority else None,
                "requester_id": str(ticket.requester.id),
                "status": str(ticket.status).upper(),
                "subject": ticket.subject,
                "submitter_id": str(ticket.requester.id),
                "tags": ticket.tags,
                "updated_at": stamp(ticket.updated),
            },
            "event": about,
            "id": f"cbe4028c-7239-495d-b020-{position:012x}",
            "subject": f"zen:ticket:{ticket.id}",
            "time": note.at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
            "type": f"zen:event-type:{EVENTS[kind]}",
            "zendesk_event_version": "2022-11-06",
        }
