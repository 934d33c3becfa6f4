"""Zendesk Support, ticketing API v2.

Of a webhook only the ticket's number is used, so that the trigger need not send a
reporter's words at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.clients.desk import TAG, Changed, Desk, Entry, Ticket, Words, digits
from bot.clients.private_calls import basic, value_in
from bot.clients.signatures import in_base64, is_recent, is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

RANKS: Final = (None, "low", "normal", "high", "urgent")
PRIORITY: Final[Mapping[Urgency, str]] = {"emergency": "urgent", "urgent": "high"}
CLOSED: Final = ("solved", "closed")
PAGE: Final = 100
# A search gives a thousand results and refuses more.
MOST_PAGES: Final = 10


class Zendesk(Desk):
    """Signed in with an e-mail address and an API token."""

    name = "zendesk"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """The address with `/token` behind it, as Zendesk wants it."""
        return basic(f"{settings.user}/token", settings.token)

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """HMAC-SHA256 over the time and the body; the time must be lately."""
        at = headers.get("x-zendesk-webhook-signature-timestamp", "")
        signed = at.encode(errors="surrogateescape") + body
        wanted = in_base64(self._settings.secret, signed, "sha256")
        given = headers.get("x-zendesk-webhook-signature")
        return is_same(given, wanted) and is_recent(at, now)

    def delivery(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """The number of this call."""
        return headers.get("x-zendesk-webhook-invocation-id")

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """In `ticket_id` of a trigger, or `detail.id` of an event."""
        detail = body.get("detail")
        number = body.get("ticket_id")
        if number is None and isinstance(detail, dict):
            number = detail.get("id")
        return digits(number)

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The ticket, and its comments."""
        path = f"/api/v2/tickets/{int(ticket_id)}"
        found = await self._calls.find(f"{path}.json")
        if found is None:
            return None
        ticket, comments, users = found["ticket"], [], []
        more: dict[str, int] = {}
        while True:
            said = await self._calls.read(
                f"{path}/comments.json", include="users", **more
            )
            comments += said["comments"]
            users += said["users"]
            if not said.get("next_page"):
                break
            more = {"page": more.get("page", 1) + 1}
        staff = {user["id"] for user in users if user["role"] != "end-user"}
        return Ticket(
            id=str(ticket["id"]),
            title=ticket.get("subject") or "",
            is_open=ticket["status"] not in CLOSED,
            entries=tuple(
                Entry(
                    id=str(comment["id"]),
                    text=comment.get("html_body") or "",
                    is_html=True,
                    by_reporter=place == 0 or comment["author_id"] not in staff,
                )
                for place, comment in enumerate(comments)
            ),
            priority=ticket.get("priority"),
            tags=tuple(ticket.get("tags") or ()),
            has_owner=ticket.get("assignee_id") is not None,
        )

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """Found by search, newest first."""
        page = 1
        while True:
            found = await self._calls.read(
                "/api/v2/search.json",
                query=f"type:ticket updated>{since:%Y-%m-%dT%H:%M:%SZ}",
                sort_by="updated_at",
                sort_order="desc",
                per_page=PAGE,
                page=page,
            )
            for ticket in found["results"]:
                yield Changed(str(ticket["id"]), ticket["updated_at"])
            if not found.get("next_page") or page == MOST_PAGES:
                return
            page += 1

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """The tag has a request of its own: with the ticket it would replace others."""
        wanted = PRIORITY.get(urgency)
        if wanted is None:
            return
        path = f"/api/v2/tickets/{ticket.id}"
        if ticket.priority in RANKS[: RANKS.index(wanted)]:
            change = {"ticket": {"priority": wanted}}
            await self._calls.write("PUT", f"{path}.json", change)
        if self._settings.lead and not ticket.has_owner:
            owner = {"ticket": {"assignee_id": int(self._settings.lead)}}
            await self._calls.write("PUT", f"{path}.json", owner)
        if TAG not in ticket.tags:
            await self._calls.write("PUT", f"{path}/tags.json", {"tags": [TAG]})

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """A comment that is not public: left out, it would be."""
        comment = {"html_body": words.html, "public": False}
        path = f"/api/v2/tickets/{ticket.id}.json"
        await self._calls.write("PUT", path, {"ticket": {"comment": comment}})

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """Its first comment is private too."""
        ticket: dict[str, Any] = {
            "subject": title,
            "comment": {"html_body": words.html, "public": False},
            "priority": PRIORITY.get(urgency, "normal"),
            "tags": [TAG],
        }
        if self._settings.lead:
            ticket["assignee_id"] = int(self._settings.lead)
        answer = await self._calls.write(
            "POST", "/api/v2/tickets.json", {"ticket": ticket}
        )
        return value_in(answer, "ticket", "id")
