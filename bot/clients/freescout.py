"""FreeScout with its module "API & Webhooks". It knows no priorities, only tags."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from bot.clients.desk import TAG, Changed, Desk, Entry, Ticket, Words, digits
from bot.clients.private_calls import DeskError
from bot.clients.signatures import in_base64, is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

TAGS: Final[Mapping[Urgency, str]] = {
    "emergency": f"{TAG}-emergency",
    "urgent": f"{TAG}-urgent",
}
OPEN: Final = ("active", "pending")
PAGE: Final = 50


class FreeScout(Desk):
    """Signed in with an API key; notes are by the user whose number is given."""

    name = "freescout"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """In FreeScout's own header."""
        return {"X-FreeScout-API-Key": settings.token}

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """HMAC-SHA1 over the body."""
        wanted = in_base64(self._settings.secret, body, "sha1")
        return is_same(headers.get("x-freescout-signature"), wanted)

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """The body is the conversation."""
        return digits(body.get("id"))

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The conversation with its threads, which come newest first."""
        path = f"/api/conversations/{int(ticket_id)}"
        found = await self._calls.find(path, embed="threads,tags")
        if found is None:
            return None
        held = found.get("_embedded") or {}
        threads = [
            thread
            for thread in reversed(held.get("threads") or ())
            if thread.get("type") != "lineitem"
        ]
        return Ticket(
            id=str(found["id"]),
            title=found.get("subject") or "",
            is_open=found.get("status") in OPEN,
            entries=tuple(
                Entry(
                    id=str(thread["id"]),
                    text=thread.get("body") or "",
                    is_html=True,
                    by_reporter=place == 0 or thread.get("type") == "customer",
                )
                for place, thread in enumerate(threads)
            ),
            tags=tuple(tag["name"] for tag in held.get("tags") or ()),
            has_owner=bool(found.get("assignee")),
        )

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """The list, newest first."""
        page, pages = 1, 1
        while page <= pages:
            found = await self._calls.read(
                "/api/conversations",
                updatedSince=f"{since:%Y-%m-%dT%H:%M:%SZ}",
                status=",".join(OPEN),
                sortField="updatedAt",
                sortOrder="desc",
                page=page,
                pageSize=PAGE,
            )
            held = found.get("_embedded") or {}
            for one in held.get("conversations") or ():
                yield Changed(str(one["id"]), one["updatedAt"])
            pages = (found.get("page") or {}).get("totalPages", 0)
            page += 1

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Tags are replaced as a whole, so those it has are sent again."""
        tag = TAGS.get(urgency)
        if tag is None:
            return
        path = f"/api/conversations/{ticket.id}"
        if tag not in ticket.tags:
            tags = {"tags": list(dict.fromkeys((*ticket.tags, TAG, tag)))}
            await self._calls.write("PUT", f"{path}/tags", tags)
        if self._settings.lead and not ticket.has_owner:
            owner = {
                "assignTo": int(self._settings.lead),
                "byUser": int(self._settings.user),
            }
            await self._calls.write("PUT", path, owner)

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """A thread of the type that only staff see."""
        path = f"/api/conversations/{ticket.id}/threads"
        await self._calls.write("POST", path, self._note(words))

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """Begun by a note, under a customer without an address."""
        conversation: dict[str, Any] = {
            "type": "phone",
            "mailboxId": int(self._settings.queue),
            "subject": title,
            "customer": {"firstName": "Safeguarding bot"},
            "threads": [self._note(words)],
            "status": "active",
        }
        if self._settings.lead:
            conversation["assignTo"] = int(self._settings.lead)
        answer = await self._calls.write("POST", "/api/conversations", conversation)
        number = answer.headers.get("Resource-ID", "")
        if not number.isdecimal():
            raise DeskError("The desk's answer lacks what it should hold.")
        tags = [TAG, *filter(None, [TAGS.get(urgency)])]
        path = f"/api/conversations/{int(number)}/tags"
        # The conversation is there: without its tags it is still a request.
        with suppress(DeskError):
            await self._calls.write("PUT", path, {"tags": tags})
        return str(number)

    def _note(self, words: Words) -> dict[str, Any]:
        return {"type": "note", "text": words.html, "user": int(self._settings.user)}
