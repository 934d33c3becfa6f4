"""A school: its desk, the bot beside it, and what stands on the desk's tickets."""

from __future__ import annotations

import json
import sqlite3
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.helpdesk.django.desk import DjangoDesk
from tests.helpdesk.django.reading import FollowUp
from tests.helpdesk.school.between import Between
from tests.live_server import Server, serving, wait_for

SECRET: Final = "a-secret-for-tests-only"
ADDRESS: Final = f"/webhooks/helpdesk/django-helpdesk/{SECRET}"
PARENT: Final = "parent@home.example"
DSL_NUMBER: Final = 2
# What every note of the bot ends with.
MARK: Final = "safeguarding-bot mark"
SECONDS_FOR_A_NOTE: Final = 15
NOTES: Final = """
select t.id, t.priority, count(f.id) from helpdesk_ticket t
left join helpdesk_followup f on f.ticket_id = t.id and f.comment like ?
group by t.id order by t.id
"""


def webhook_at(port: int) -> str:
    """What the desk is told of the bot."""
    return f"http://127.0.0.1:{port}{ADDRESS}"


def bot_beside(
    desk: DjangoDesk, folder: Path, port: int, url: str | None = None
) -> AbstractContextManager[Server]:
    """The bot, set up for a desk that it reaches at its own or another address."""
    return serving(
        folder,
        at_port=port,
        HELPDESK_DESK="django-helpdesk",
        HELPDESK_URL=url or desk.url,
        HELPDESK_SECRET=SECRET,
        HELPDESK_USER=desk.staff[0],
        HELPDESK_TOKEN=desk.staff[1],
        HELPDESK_QUEUE="1",
        HELPDESK_LEAD=str(DSL_NUMBER),
    )


def notes_of(desk: DjangoDesk, ticket: int) -> list[FollowUp]:
    """The notes that the bot left on a ticket."""
    return [one for one in desk.follow_ups(ticket) if MARK in one.comment]


def note_comes(
    desk: DjangoDesk, ticket: int, number: int = 1, seconds: float = SECONDS_FOR_A_NOTE
) -> bool:
    """Whether a ticket has as many notes in time."""
    return wait_for(lambda: len(notes_of(desk, ticket)) >= number, seconds)


def notes_and_priorities(folder: Path) -> dict[int, tuple[int, int]]:
    """Of every ticket of the desk in a folder: how many notes, which priority."""
    with closing(sqlite3.connect(folder / "desk.sqlite3", timeout=20)) as database:
        rows = database.execute(NOTES, (f"%{MARK}%",)).fetchall()
    return {number: (notes, priority) for number, priority, notes in rows}


@dataclass(frozen=True)
class School:
    """A desk and a bot that are both well.

    Attributes:
        webhooks: between the two, where the desk speaks to the bot.
    """

    desk: DjangoDesk
    bot: Server
    webhooks: Between

    def notes(self, ticket: int) -> list[FollowUp]:
        return notes_of(self.desk, ticket)

    def has_note(self, ticket: int, number: int = 1) -> bool:
        return note_comes(self.desk, ticket, number)

    def state(self, ticket: int) -> tuple[int, int]:
        """How many webhooks have come of a ticket and how many follow-ups it has."""
        told = (json.loads(call.body)["ticket"]["id"] for call in self.webhooks.calls)
        return list(told).count(ticket), len(self.desk.follow_ups(ticket))

    def attend_to_another(self) -> None:
        """A ticket that comes now has its note: the bot was at all that came before."""
        assert self.has_note(self.desk.create_by_api("Another", "Where is the office?"))
