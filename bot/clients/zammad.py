"""Zammad's REST API and its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.clients.desk import TAG, Changed, Desk, Entry, Ticket, Words, digits
from bot.clients.private_calls import value_in
from bot.clients.signatures import in_hex, is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

HIGH: Final = "3 high"
NORMAL: Final = "2 normal"
# It has no priority above high: an emergency is told by its tag and its note.
PRIORITY: Final[Mapping[Urgency, str]] = {"emergency": HIGH, "urgent": HIGH}
CLOSED: Final = ("closed", "merged", "removed")
# Nobody, in Zammad.
NO_OWNER: Final = (None, "-", 1)


class Zammad(Desk):
    """Signed in with an access token."""

    name = "zammad"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """In Zammad's own form."""
        return {"Authorization": f"Token token={settings.token}"}

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """HMAC-SHA1 over the body."""
        wanted = "sha1=" + in_hex(self._settings.secret, body, "sha1")
        return is_same(headers.get("x-hub-signature"), wanted)

    def delivery(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """The number of this call."""
        return headers.get("x-zammad-delivery")

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """In `ticket.id`."""
        ticket = body.get("ticket")
        return digits(ticket.get("id")) if isinstance(ticket, dict) else None

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The ticket with names for its numbers, its articles, and its tags."""
        number = int(ticket_id)
        found = await self._calls.find(f"/api/v1/tickets/{number}", expand="true")
        if found is None:
            return None
        said = await self._calls.read(f"/api/v1/ticket_articles/by_ticket/{number}")
        tags = await self._calls.read("/api/v1/tags", object="Ticket", o_id=number)
        return Ticket(
            id=str(found["id"]),
            title=found.get("title") or "",
            is_open=found.get("state") not in CLOSED,
            entries=tuple(_entry(article, place) for place, article in enumerate(said)),
            priority=found.get("priority"),
            tags=tuple(tags.get("tags") or ()),
            has_owner=found.get("owner_id") not in NO_OWNER,
        )

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """Found by search, newest first."""
        changed = self._calls.read_pages(
            "/api/v1/tickets/search",
            query=f"updated_at:[{since:%Y-%m-%dT%H:%M:%SZ} TO *]",
            expand="true",
            sort_by="updated_at",
            order_by="desc",
        )
        async for ticket in changed:
            yield Changed(str(ticket["id"]), ticket["updated_at"])

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Priority and owner, and a tag beside those that it has."""
        wanted = PRIORITY.get(urgency)
        if wanted is None:
            return
        path = f"/api/v1/tickets/{ticket.id}"
        # Names begin with their rank.
        if str(ticket.priority or "") < wanted:
            await self._calls.write("PUT", path, {"priority": wanted})
        if self._settings.lead and not ticket.has_owner:
            owner = {"owner_id": int(self._settings.lead)}
            await self._calls.write("PUT", path, owner)
        if TAG not in ticket.tags:
            tag = {"item": TAG, "object": "Ticket", "o_id": int(ticket.id)}
            await self._calls.write("POST", "/api/v1/tags/add", tag)

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """An internal note: left out, it would not be internal."""
        article = {"ticket_id": int(ticket.id), **_internal(words)}
        await self._calls.write("POST", "/api/v1/ticket_articles", article)

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """For ourselves as the customer, so that nobody is written to."""
        ticket: dict[str, Any] = {
            "title": title,
            "group": self._settings.queue,
            "customer": self._settings.user,
            "priority": PRIORITY.get(urgency, NORMAL),
            "tags": TAG,
            "article": _internal(words),
        }
        if self._settings.lead:
            ticket["owner_id"] = int(self._settings.lead)
        answer = await self._calls.write("POST", "/api/v1/tickets", ticket)
        return value_in(answer, "number")


def _internal(words: Words) -> dict[str, Any]:
    return {
        "body": words.html,
        "content_type": "text/html",
        "type": "note",
        "internal": True,
    }


def _entry(article: dict[str, Any], place: int) -> Entry:
    preferences = article.get("preferences") or {}
    return Entry(
        id=str(article["id"]),
        text=article.get("body") or "",
        is_html=article.get("content_type") == "text/html",
        by_reporter=place == 0 or article.get("sender") == "Customer",
        is_automatic=bool(preferences.get("is-auto-response")),
    )
