"""Any desk that can post JSON with a secret header, and take a private note as JSON.

It cannot be asked for a ticket, so what a webhook says is held in memory until it is
answered, and what came while the bot was off is lost: the recipe says so.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from bot.clients.desk import Changed, Desk, Entry, Ticket, Words
from bot.clients.private_calls import DeskError, value_in
from bot.clients.signatures import is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

SECRET_HEADER: Final = "x-webhook-secret"  # noqa: S105
MOST_HELD: Final = 1_000
LONGEST_ID: Final = 100


class GenericDesk(Desk):
    """Signed in with a bearer token."""

    name = "generic"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._held: OrderedDict[str, Ticket] = OrderedDict()

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """As most desks have it."""
        return {"Authorization": f"Bearer {settings.token}"}

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """A header of the operator's own holds the secret."""
        return is_same(headers.get(SECRET_HEADER), self._settings.secret)

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """Where the settings say; the words are held until they are asked for."""
        number, text = self._at("TICKET", body), self._at("TEXT", body)
        if type(number) not in (int, str) or not isinstance(text, str):
            return None
        ticket_id = str(number)[:LONGEST_ID].encode("utf-8", "replace").decode()
        title = self._at("TITLE", body)
        by_staff, closed = self._at("BY_STAFF", body), self._at("CLOSED", body)
        entry = Entry(
            id=sha256(text.encode(errors="surrogatepass")).hexdigest(),
            text=text,
            is_html="</" in text,
            by_reporter=by_staff in (None, False, "false", "False", ""),
        )
        before = self._held.pop(ticket_id, None)
        self._held[ticket_id] = Ticket(
            id=ticket_id,
            title=title if isinstance(title, str) else "",
            is_open=closed in (None, False, "false", "False", ""),
            entries=(*(before.entries if before else ()), entry),
        )
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return ticket_id

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """What was held."""
        return self._held.get(ticket_id)

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """It cannot be asked; what is held has no note yet."""
        for number, ticket in enumerate(tuple(self._held.values())):
            yield Changed(ticket.id, f"{datetime.now(UTC).isoformat()}/{number}")

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Said in the note alone."""

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """Posted where the settings say."""
        path = self._settings.note_path.replace("{ticket}", quote(ticket.id, safe=""))
        body = {"ticket": ticket.id, "note": words.plain, "public": False}
        await self._calls.write("POST", path, body)

    def done_with(self, ticket: Ticket) -> None:
        """The words are dropped; what came meanwhile stays."""
        held = self._held.pop(ticket.id, ticket)
        left = held.entries[len(ticket.entries) :]
        if left:
            self._held[ticket.id] = replace(held, entries=left)

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """A note without a ticket, for the desk to make one of."""
        path = self._settings.note_path.replace("{ticket}", "new")
        body = {"ticket": None, "title": title, "note": words.plain, "public": False}
        answer = await self._calls.write("POST", path, body)
        try:
            return value_in(answer, "id")[:LONGEST_ID]
        except DeskError:
            return ""  # it took the note, and has no number for it

    def _at(self, what: str, body: Any) -> Any:
        for name in self._settings.paths[what].split("."):
            body = body.get(name) if isinstance(body, dict) else None
        return body
