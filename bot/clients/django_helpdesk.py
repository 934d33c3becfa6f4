"""django-helpdesk 2.6. It signs nothing, so the secret is the end of the address.

Its notes are Django templates and its follow-ups rename tickets: see
docs/tasks/connect-a-helpdesk.md for what was found out about it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bot.clients.desk import OPENING, Changed, Desk, Entry, Ticket, Words
from bot.clients.private_calls import basic, value_in
from bot.clients.signatures import is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

OPEN: Final = (1, 2)  # open, reopened
# Without it the desk looks through every ticket there ever was, for each request.
ONLY_OPEN: Final[dict[str, str]] = {"status": "1,2"}
# 1 is the highest.
PRIORITY: Final[Mapping[Urgency, int]] = {"emergency": 1, "urgent": 2}
ORDINARY: Final = 3
PAGE: Final = 50
# A comment is read as a Django template: braces in pairs would vanish or fail.
TEMPLATE_MARKS: Final = str.maketrans({"{": "(", "}": ")", "#": "no. "})


class DjangoHelpdesk(Desk):
    """Its REST API, with basic authentication."""

    name = "django-helpdesk"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """Name and password of a user of staff."""
        return basic(settings.user, settings.token)

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """The end of the address is the secret."""
        return is_same(key, self._settings.secret)

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """In `ticket.id`, unless it is about what staff wrote, ourselves included."""
        ticket = body.get("ticket")
        number = ticket.get("id") if isinstance(ticket, dict) else None
        if type(number) is not int:
            return None
        return None if _is_by_staff(ticket, body.get("followup_id")) else str(number)

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """One request has it all."""
        found = await self._calls.find(f"/api/tickets/{int(ticket_id)}/", **ONLY_OPEN)
        return None if found is None else _ticket(found)

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """Tickets of the newest follow-ups, and the newest tickets.

        Neither list can be searched or turned round, and tickets have no date: so
        follow-ups are read backwards from the last page, and tickets one page.
        """
        told: set[str] = set()
        tickets = await self._calls.read(
            "/api/tickets/", page="last", page_size=PAGE, **ONLY_OPEN
        )
        for found in reversed(tickets["results"]):
            at = _last_date(found)
            if not at or _moment(at) >= since:
                told.add(str(found["id"]))
                yield Changed(str(found["id"]), at)
        page = await self._calls.read("/api/followups/", page="last", page_size=PAGE)
        while page:
            for found in reversed(page["results"]):
                if _moment(found["date"]) < since:
                    return
                if str(found["ticket"]) not in told:
                    told.add(str(found["ticket"]))
                    yield Changed(str(found["ticket"]), found["date"])
            before = page.get("previous")
            query = urlsplit(before).query if before else ""
            page = await self._calls.read("/api/followups/?" + query) if query else None

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Priority first: a lead who is refused must not cost it. It mails nobody."""
        wanted = PRIORITY.get(urgency)
        if wanted is None:
            return
        path = f"/api/tickets/{ticket.id}/?status={ONLY_OPEN['status']}"
        if not isinstance(ticket.priority, int) or ticket.priority > wanted:
            await self._calls.write("PATCH", path, {"priority": wanted})
        if self._settings.lead and not ticket.has_owner:
            owner = {"assigned_to": int(self._settings.lead)}
            await self._calls.write("PATCH", path, owner)

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """Without a title, which would rename the ticket."""
        plain = words.plain.translate(TEMPLATE_MARKS)
        note = {"ticket": int(ticket.id), "comment": plain, "public": False}
        await self._calls.write("POST", "/api/followups/", note)

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """Without an e-mail address, so that nobody is written to."""
        answer = await self._calls.write(
            "POST",
            "/api/tickets/",
            {
                "queue": int(self._settings.queue),
                "title": title.translate(TEMPLATE_MARKS),
                "description": words.plain.translate(TEMPLATE_MARKS),
                "priority": PRIORITY.get(urgency, ORDINARY),
            },
        )
        return value_in(answer, "id")


def _ticket(found: dict[str, Any]) -> Ticket:
    opening = found.get("description") or ""
    written = list(found.get("followup_set") or ())
    if written and (written[0].get("comment") or "").strip() == opening.strip():
        del written[0]  # who writes on the web page has their first words twice
    later = [
        Entry(
            id=str(one["id"]),
            text=one.get("comment") or "",
            is_html=False,
            by_reporter=one.get("user") is None and bool(one.get("public")),
        )
        for one in written
    ]
    return Ticket(
        id=str(found["id"]),
        title=found.get("title") or "",
        is_open=found.get("status") in OPEN and not found.get("merged_to"),
        entries=(Entry(OPENING, opening, is_html=False, by_reporter=True), *later),
        priority=found.get("priority"),
        has_owner=found.get("assigned_to") is not None,
    )


def _is_by_staff(ticket: Any, number: object) -> bool:
    """Whether the follow-up of this number was written by somebody at the desk."""
    written = ticket.get("followup_set")
    found = (
        one
        for one in (written if isinstance(written, list) else ())
        if isinstance(one, dict) and one.get("id") == number
    )
    return any(one.get("user") is not None for one in found)


def _moment(text: str) -> datetime:
    """A desk without time zones has times in UTC, as far as anybody can tell."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _last_date(found: dict[str, Any]) -> str:
    dates = [one["date"] for one in found.get("followup_set") or ()]
    return max(dates, default="")
