"""Freshdesk, API v2. Its automation rules send whatever the operator types in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.clients.desk import OPENING, TAG, Changed, Desk, Entry, Ticket, Words, digits
from bot.clients.private_calls import basic, value_in
from bot.clients.signatures import is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

SECRET_HEADER: Final = "x-webhook-secret"  # noqa: S105
PRIORITY: Final[Mapping[Urgency, int]] = {"emergency": 4, "urgent": 3}
ORDINARY: Final = 2
OPEN: Final = 2
CLOSED: Final = (4, 5)  # resolved, closed


class Freshdesk(Desk):
    """Signed in with an API key."""

    name = "freshdesk"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """The key as the name; what stands for the password is not looked at."""
        return basic(settings.token, "X")

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """A header of the operator's own holds the secret."""
        return is_same(headers.get(SECRET_HEADER), self._settings.secret)

    def delivery(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Nothing: a rule that sends the ticket's number alone sends it alike."""
        return None

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """In `ticket_id`, or where a simple rule puts it."""
        simple = body.get("freshdesk_webhook")
        if isinstance(simple, dict):
            body = simple
        return digits(body.get("ticket_id"))

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The ticket is its own first message; the others are conversations."""
        path = f"/api/v2/tickets/{int(ticket_id)}"
        found = await self._calls.find(path)
        if found is None:
            return None
        later = self._calls.read_pages(f"{path}/conversations")
        opening = Entry(
            OPENING, found.get("description") or "", is_html=True, by_reporter=True
        )
        return Ticket(
            id=str(found["id"]),
            title=found.get("subject") or "",
            is_open=found["status"] not in CLOSED,
            entries=(opening, *[_entry(one) async for one in later]),
            priority=found.get("priority"),
            tags=tuple(found.get("tags") or ()),
            has_owner=found.get("responder_id") is not None,
        )

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """The list, newest first."""
        changed = self._calls.read_pages(
            "/api/v2/tickets",
            updated_since=f"{since:%Y-%m-%dT%H:%M:%SZ}",
            order_by="updated_at",
            order_type="desc",
        )
        async for ticket in changed:
            yield Changed(str(ticket["id"]), ticket["updated_at"])

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Tags are replaced as a whole, so those it has are sent again."""
        wanted = PRIORITY.get(urgency)
        if wanted is None:
            return
        path = f"/api/v2/tickets/{ticket.id}"
        if not isinstance(ticket.priority, int) or ticket.priority < wanted:
            await self._calls.write("PUT", path, {"priority": wanted})
        if TAG not in ticket.tags:
            await self._calls.write("PUT", path, {"tags": [*ticket.tags, TAG]})
        if self._settings.lead and not ticket.has_owner:
            owner = {"responder_id": int(self._settings.lead)}
            await self._calls.write("PUT", path, owner)

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """A note that says that it is private."""
        note = {"body": words.html, "private": True}
        await self._calls.write("POST", f"/api/v2/tickets/{ticket.id}/notes", note)

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """With ourselves as the requester, so that nobody is written to."""
        ticket: dict[str, Any] = {
            "subject": title,
            "description": words.html,
            "email": self._settings.user,
            "priority": PRIORITY.get(urgency, ORDINARY),
            "status": OPEN,
            "tags": [TAG],
            "group_id": int(self._settings.queue),
        }
        if self._settings.lead:
            ticket["responder_id"] = int(self._settings.lead)
        answer = await self._calls.write("POST", "/api/v2/tickets", ticket)
        return value_in(answer, "id")


def _entry(conversation: dict[str, Any]) -> Entry:
    return Entry(
        id=str(conversation["id"]),
        text=conversation.get("body") or "",
        is_html=True,
        by_reporter=bool(conversation.get("incoming")),
    )
