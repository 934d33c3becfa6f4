"""A fake desk, the bot's client of it, and the bot's work on its tickets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.helpdesk_work import HelpdeskWork
from bot.clients.desk import Desk
from bot.clients.desks import desk_of
from bot.clients.private_calls import PrivateCalls
from bot.desk_settings import DeskSettings
from bot.handover.finding import Finding
from bot.handover.marks import Marks
from bot.handover.note import Note, load_words, note_for
from tests.helpdesk.desks.server import DeskServer
from tests.helpdesk.desks.tickets import BOT, LEAD
from tests.helpdesk.desks.tickets import Note as Written
from tests.helpdesk.desks.tickets import Ticket as AtDesk

WITH_API = ("zendesk", "zammad", "freshdesk", "jira", "freescout")
JIRA_LEAD = f"712020:00000000-0000-4000-8000-{LEAD.id:012d}"
USERS = {"freescout": str(BOT.id)}
LEADS = {"jira": JIRA_LEAD}
QUEUES = {
    "zammad": "Users",
    "freshdesk": "7",
    "jira": "SAFE/Task",
    "freescout": "15",
}
# What stands on a ticket of this urgency, in the desk's own words.
RAISED = {
    "zendesk": {"emergency": "urgent", "urgent": "high"},
    "zammad": {"emergency": "3 high", "urgent": "3 high"},
    "freshdesk": {"emergency": 4, "urgent": 3},
    "jira": {"emergency": "Highest", "urgent": "High"},
    "freescout": {"emergency": None, "urgent": None},
}
LOWEST = {"zendesk": "low", "zammad": "1 low", "freshdesk": 1, "jira": "Lowest"}
HIGHEST = {"zendesk": "urgent", "zammad": "3 high", "freshdesk": 4, "jira": "Highest"}

# A machine that is busy with something else; only a test that fails takes as long.
SECONDS_TO_GIVE_UP = 30.0

# What parents write, as the model is sure to read it.
EMERGENCY = "My daughter has taken an overdose and will not wake up."
URGENT = "Someone on a game is asking my daughter for nude pictures."
HARMLESS = "Where can my son collect his lost PE kit?"
ABOUT_HER, LOST_KIT = "Worried about my daughter", "Lost PE kit"


def is_raising(method: str, path: str, body: bytes) -> bool:
    """Whether a request to any desk sets a priority, a tag or an owner."""
    is_note = b'"comment"' in body
    return (method == "PUT" and not is_note) or path.endswith("/tags/add")


def settings_for(helpdesk: DeskServer, **other: Any) -> DeskSettings:
    """The bot's settings for this desk."""
    name = helpdesk.name
    given = {
        "name": name,
        "url": helpdesk.base_url,
        "secret": helpdesk.secret,
        "user": USERS.get(name, BOT.email),
        "token": helpdesk.token,
        "lead": LEADS.get(name, str(LEAD.id)),
        "queue": QUEUES.get(name, ""),
    }
    return DeskSettings(**{**given, **other})


@asynccontextmanager
async def client_of(
    helpdesk: DeskServer, **other: Any
) -> AsyncIterator[tuple[Desk, PrivateCalls]]:
    """The bot's client of this desk, and its connections."""
    desk, calls = desk_of(settings_for(helpdesk, **other))
    async with calls:
        yield desk, calls


class AtWork:
    """The bot at work on a desk's tickets, and what it counted."""

    def __init__(self, helpdesk: DeskServer, agent: Any, library: Any, **other: Any):
        self.helpdesk = helpdesk
        settings = settings_for(helpdesk, **other)
        self.desk, self.calls = desk_of(settings)
        self.marks = Marks(settings.secret)
        self.counted: list[Finding] = []
        self.judged: list[str] = []
        words = load_words()

        async def judge(text: str) -> dict[str, Any]:
            self.judged.append(text)
            return dict(await agent.parse_message(text))

        def write(finding: Finding | None, is_part_unread: bool, mark: str) -> Note:
            return note_for(finding, is_part_unread, None, library, words, mark)

        self.work = HelpdeskWork(
            self.desk,
            self.marks,
            judge,
            write,
            lambda finding, *_: self.counted.append(finding),
        )

    def told(self, webhook: tuple[dict[str, str], bytes]) -> None:
        """What the channel does with a webhook that it took."""
        named = self.desk.ticket_named(json.loads(webhook[1]))
        assert named is not None
        self.work.put(named)

    async def settled(self) -> None:
        """Until nothing is at work, waits, or is to be tried again."""
        work = self.work
        await until(
            lambda: not (work._waiting or work._busy or work._again or work._tries)
        )

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Until it is so, and all is done after."""
        await until(is_so)
        await self.settled()

    def notes(self, ticket: AtDesk) -> list[Written]:
        """What the bot wrote on the ticket."""
        return [n for n in self.helpdesk.notes(ticket) if n.author == BOT]


async def until(is_so: Callable[[], bool]) -> None:
    """Until it is so; gives up without a word, the test will say."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS_TO_GIVE_UP
    while not is_so() and loop.time() < end:
        await asyncio.sleep(0.02)


@asynccontextmanager
async def at_work(
    helpdesk: DeskServer, agent: Any, library: Any, **other: Any
) -> AsyncIterator[AtWork]:
    """The bot from its start, its first look done or failed, to its stop."""
    here = AtWork(helpdesk, agent, library, **other)
    here.work.start()
    try:
        await until(lambda: here.work._reachable is not None)
        yield here
    finally:
        await here.work.stop()
        await here.calls.close()
