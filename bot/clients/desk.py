"""What every school helpdesk can do for us, whichever vendor made it.

A desk is asked for a ticket, given a private note, and told to raise the priority. It
cannot be told to answer the reporter: nothing here has a way to say so, and what is
sent is looked at once more in `bot.clients.private_calls`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot.clients.private_calls import PrivateCalls
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

# Of a ticket's first message, where the desk gives it no number of its own.
OPENING = "opening"
# What the bot adds to a ticket, beside the urgency.
TAG = "safeguarding"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was written on a ticket.

    Attributes:
        id: the desk's own, or `OPENING`.
        text: as the desk keeps it.
        is_html: whether the text is HTML.
        by_reporter: written by who opened the ticket, for the desk to read.
        is_automatic: the desk says that a machine wrote it.
    """

    id: str
    text: str
    is_html: bool
    by_reporter: bool
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it is now, oldest entry first.

    Attributes:
        priority: the desk's own value, to raise and never to lower.
        tags: those it has.
        has_owner: whether a person is assigned.
    """

    id: str
    title: str
    is_open: bool
    entries: tuple[Entry, ...]
    priority: Any = None
    tags: tuple[str, ...] = ()
    has_owner: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket that changed, and when by the desk's clock."""

    id: str
    at: str


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the forms that desks take."""

    plain: str
    html: str


class Desk(ABC):
    """A school's helpdesk.

    Args:
        settings: where it is and how to sign in.
        calls: sends to it; see `bot.clients.private_calls`.
    """

    name: str

    def __init__(self, settings: DeskSettings, calls: PrivateCalls) -> None:
        self._settings = settings
        self._calls = calls

    @classmethod
    @abstractmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """Headers that say who asks."""

    @abstractmethod
    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """Whether the desk itself sent this, and lately.

        Args:
            headers: names in lower case.
            body: as it came.
            key: what stood at the end of the address.
            now: the time, in UTC.
        """

    def delivery(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """What tells this delivery from others, or None where nothing can."""
        return sha256(body).hexdigest()

    def done_with(self, ticket: Ticket) -> None:  # noqa: B027  most hold nothing
        """Called when nothing is left to do for a ticket; drops what is held of it."""

    @abstractmethod
    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """The id of the ticket that a webhook speaks of, or None if it names none."""

    @abstractmethod
    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The ticket as it is now, or None if there is none.

        Raises:
            DeskError: the desk is away or refuses.
        """

    @abstractmethod
    def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """Tickets that changed since then, for what was missed.

        Raises:
            DeskError: the desk is away or refuses.
        """

    @abstractmethod
    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """Makes the ticket stand out, and gives it to the DSL if it has no owner.

        Only for `emergency` and `urgent`. What the desk has is never lowered, replaced
        or taken from a person.

        Raises:
            DeskError: the desk is away or refuses.
        """

    @abstractmethod
    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """Writes a note that only staff see.

        Raises:
            DeskError: the desk is away or refuses.
        """

    @abstractmethod
    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """Opens a ticket for staff, in our own name, and returns its reference.

        Raises:
            DeskError: the desk is away or refuses.
        """


def digits(value: object) -> str | None:
    """A number as text, or None if this is no number of a ticket."""
    text = str(value) if type(value) in (int, str) else ""
    return text if text.isascii() and text.isdecimal() and len(text) < 20 else None
