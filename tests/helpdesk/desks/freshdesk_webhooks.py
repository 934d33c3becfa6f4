"""What Freshdesk sends from an automation rule: whatever the operator typed in.

https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules
Nothing is signed; a header of the operator's own holds a secret.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.helpdesk.desks.server import DeskServer, Webhook, stamp
from tests.helpdesk.desks.tickets import Note, Ticket
from tests.helpdesk.desks.wording import as_html, as_text, fill_in

SECRET_HEADER: Final = "X-Webhook-Secret"
# What an operator types in ("Advanced" content). `event` is typed by hand, one word for
# each rule.
RULE_BODY: Final = """{
  "event": "{{event}}",
  "ticket_id": "{{ticket.id}}",
  "subject": "{{ticket.subject}}",
  "description": "{{ticket.description}}",
  "latest_public_comment": "{{ticket.latest_public_comment}}",
  "requester_name": "{{ticket.requester.name}}",
  "requester_email": "{{ticket.requester.email}}",
  "status": "{{ticket.status}}",
  "priority": "{{ticket.priority}}",
  "tags": "{{ticket.tags}}",
  "triggered_event": "{{triggered_event}}"
}"""
HAPPENED: Final = {
    "created": "{ticket_action:created}",
    "reporter_reply": "{reply_sent:sent}",
    "auto_reply": "{reply_sent:sent}",
    "staff_note": "{note_type:private}",
    "closed": "{status:{from:2,to:5}}",
}
STATUS_NAMES: Final = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed"}
PRIORITY_NAMES: Final = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}


class FreshdeskWebhooks(DeskServer):
    """The sending half of `FreshdeskDesk`."""

    def make_webhook(
        self,
        kind: str,
        ticket: Ticket,
        note: Note,
        *,
        secret: str = "",
        header: str = SECRET_HEADER,
        shape: str = "advanced",
        template: str = RULE_BODY,
        is_escaped: bool = True,
    ) -> Webhook:
        """The headers and body.

        Args:
            kind: what happens.
            ticket: on what.
            note: what was written.
            secret: the value of the header.
            header: the name of the header.
            shape: `advanced`, with the operator's body, or `simple`, with the fields
                that the operator ticked, in `freshdesk_webhook`.
            template: the operator's body.
            is_escaped: whether placeholders are escaped for JSON.
        """
        values = self._placeholders(kind, ticket, note)
        if shape == "simple":
            ticked = {n.replace(".", "_"): v for n, v in values.items() if "." in n}
            body = json.dumps(
                {"freshdesk_webhook": ticked}, ensure_ascii=False
            ).encode()
        else:
            body = fill_in(template, values, is_escaped=is_escaped)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Freshdesk",
            header: secret,
        }
        return headers, body

    def _placeholders(self, kind: str, ticket: Ticket, note: Note) -> dict[str, Any]:
        opening = ticket.opening
        described = as_html(opening.text, opening.is_html)
        public = [n for n in ticket.messages[1:] if n.public]
        private = [n for n in ticket.messages[1:] if not n.public]
        return {
            "event": kind,
            "triggered_event": HAPPENED[kind],
            "ticket.id": ticket.id,
            "ticket.subject": ticket.subject,
            # Freshdesk puts HTML here.
            "ticket.description": f"<div>{described}</div>",
            "ticket.latest_public_comment": _comment(public),
            "ticket.latest_private_comment": _comment(private),
            "ticket.requester.name": ticket.requester.name,
            "ticket.requester.email": ticket.requester.email,
            "ticket.status": STATUS_NAMES[ticket.status],
            "ticket.priority": PRIORITY_NAMES[ticket.priority],
            "ticket.tags": ", ".join(ticket.tags),
            "ticket.agent.name": ticket.assignee.name if ticket.assignee else "",
            "ticket.url": f"https://school.example.org/helpdesk/tickets/{ticket.id}",
            "ticket.modified_on": stamp(note.at),
        }


def _comment(notes: list[Note]) -> str:
    if not notes:
        return ""
    last = notes[-1]
    return f"{last.author.name} : {as_text(last.text, last.is_html)}"
