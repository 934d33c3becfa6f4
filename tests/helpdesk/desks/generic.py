"""Any desk that can post JSON with a header of the operator's own; it has no API."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from tests.helpdesk.desks.asking import Answer
from tests.helpdesk.desks.server import DeskServer, Webhook, stamp
from tests.helpdesk.desks.tickets import Note, Ticket
from tests.helpdesk.desks.wording import as_text, fill_in

SECRET_HEADER: Final = "X-Webhook-Secret"
BODY: Final = """{
  "event": "{{event}}",
  "id": "{{id}}",
  "subject": "{{subject}}",
  "text": "{{text}}",
  "by_staff": {{by_staff}},
  "public": {{public}},
  "reporter": "{{reporter}}",
  "at": "{{at}}"
}"""


class GenericDesk(DeskServer):
    """Sends webhooks only. Every request to it is a complaint."""

    name: ClassVar[str] = "generic"

    def signed_in(self, headers: dict[str, str]) -> bool:
        return True

    def not_found(self) -> Answer:
        return Answer(404, {"error": "not found"})

    def make_webhook(
        self,
        kind: str,
        ticket: Ticket,
        note: Note,
        *,
        secret: str = "",
        header: str = SECRET_HEADER,
        template: str = BODY,
        is_escaped: bool = True,
    ) -> Webhook:
        """The headers and body; `template` is the operator's own."""
        values: dict[str, Any] = {
            "event": kind,
            "id": ticket.ref,
            "subject": ticket.subject,
            "text": as_text(note.text, note.is_html),
            "by_staff": note.author.is_staff,
            "public": note.public,
            "reporter": ticket.requester.email,
            "at": stamp(note.at),
        }
        body = fill_in(template, values, is_escaped=is_escaped)
        return {"Content-Type": "application/json", header: secret}, body
