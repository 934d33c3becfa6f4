"""What a desk holds in memory: people, tickets, what was written on them, tasks.

The same for every desk. Values that differ, like priorities, are kept in the desk's own
words and numbers, so that a test sees what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final


@dataclass(frozen=True)
class Person:
    """Somebody with an account at the desk; all are made up."""

    id: int
    name: str
    email: str
    is_staff: bool = False

    @property
    def first(self) -> str:
        """The first name."""
        return self.name.partition(" ")[0]

    @property
    def last(self) -> str:
        """The rest of the name."""
        return self.name.partition(" ")[2]


REPORTER: Final = Person(501, "Morgan Ellis", "morgan.ellis@example.org")
# Whose key or token the bot has.
BOT: Final = Person(901, "Signpost Bot", "signpost@school.example.org", True)
# The designated safeguarding lead, and somebody at the front desk.
LEAD: Final = Person(902, "Priya Shah", "priya.shah@school.example.org", True)
OFFICE: Final = Person(903, "Tom Reid", "tom.reid@school.example.org", True)
PEOPLE: Final = (REPORTER, BOT, LEAD, OFFICE)


@dataclass
class Note:
    """Something written on a ticket.

    Attributes:
        public: whether the person who reported can see it or was sent it.
        is_opening: whether it is the first message, with which the ticket was made.
        is_auto: whether a machine wrote it, e.g. an out-of-office message.
    """

    id: int
    text: str
    author: Person
    at: datetime
    public: bool
    is_html: bool = False
    is_opening: bool = False
    is_auto: bool = False


@dataclass(eq=False)
class Ticket:
    """A ticket, request or conversation.

    Attributes:
        ref: what the API's addresses call it; Jira's key, the number elsewhere.
        messages: everything written on it, oldest first; the first is the opening.
        priority: in the desk's own value; None where it has none.
        assignee: who is to deal with it.
        extra: whatever else was set through the API.
    """

    id: int
    ref: str
    subject: str
    requester: Person
    created: datetime
    updated: datetime
    status: Any
    priority: Any
    tags: list[str] = field(default_factory=list)
    messages: list[Note] = field(default_factory=list)
    assignee: Person | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def opening(self) -> Note:
        """The first message."""
        return self.messages[0]

    @property
    def notes(self) -> list[Note]:
        """What staff and the bot wrote after the opening, public or not."""
        return [n for n in self.messages if n.author.is_staff and not n.is_opening]


@dataclass(frozen=True)
class Task:
    """Something that a named person is to do, with the ticket it is kept in."""

    title: str
    assignee: Person | None
    ticket: Ticket
    due: str | None = None


class Numbers:
    """Gives out ids, apart for each kind of thing, so that mixing them up shows."""

    def __init__(self) -> None:
        self.tickets = count(1001)
        self.notes = count(70001)
        self.people = count(5001)
        self.deliveries = count(1)
