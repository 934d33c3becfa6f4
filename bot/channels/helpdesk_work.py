"""Reads tickets and leaves notes on them, each once, whatever happens in between.

What is to be done is never taken from a webhook but from the desk itself: which of the
reporter's entries have no note of ours yet. So a repeated webhook, a lost one, a start
anew or a desk that was away all end in the same state. Knows no HTTP; used by
`bot.channels.helpdesk`.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.channels.helpdesk_raising import Raising, Unraised, name_of, remember
from bot.channels.helpdesk_standing import by_reporter, last_note
from bot.clients.desk import Desk, Entry, Ticket, Words
from bot.clients.private_calls import DeskError, DeskRefusedError
from bot.errors import BotError
from bot.handover.finding import Finding, finding_of, is_automatic, worst_of
from bot.handover.letters import pieces, title_in, words_in
from bot.handover.marks import Marks
from bot.handover.note import Note
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

# Many at once gain nothing: the desk is the slower part.
WORKERS: Final = 4
# How often a ticket is tried, in a quarter of an hour, before it is left to the next
# look at the desk.
MOST_TRIES: Final = 90
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
# A desk may call us before it has written the ticket down.
MOST_TRIES_TO_FIND: Final = 3
# After so many the note is written although the priority could not be raised.
MOST_TRIES_TO_RAISE: Final = 3
SECONDS_BETWEEN_LOOKS: Final = 60.0
# A server that was off over a long weekend finds what came.
LOOK_BACK: Final = timedelta(days=7)

Judge = Callable[[str], Awaitable[Mapping[str, Any]]]


class HelpdeskWork:
    """Attends to tickets in the background.

    Args:
        desk: the school's.
        marks: tell which entries have their note.
        judge: what the model reads in a text, as `Agent.parse_message` gives it.
        write_note: the note for a finding, whether something could not be read, and a
            mark.
        count: takes each finding with its note and the seconds that it took, for the
            metrics.
    """

    def __init__(
        self,
        desk: Desk,
        marks: Marks,
        judge: Judge,
        write_note: Callable[[Finding | None, bool, str], Note],
        count: Callable[[Finding, Note, float], None],
    ) -> None:
        self._desk = desk
        self._marks = marks
        self._judge = judge
        self._write_note = write_note
        self._count = count
        self._raising = Raising(desk)
        self._queue: asyncio.PriorityQueue[tuple[int, int, str]] = (
            asyncio.PriorityQueue()
        )
        self._numbers = itertools.count()
        self._tries: dict[str, int] = {}
        self._waiting: set[str] = set()
        self._busy: set[str] = set()
        self._again: set[str] = set()
        # ticket -> when it changed last, by the desk's clock, as far as we attended
        self._attended: OrderedDict[str, str] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []
        # None until the desk was asked for the first time.
        self._reachable: bool | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the desk answered when it was last asked."""
        return bool(self._reachable)

    def waiting(self) -> int:
        """How many tickets wait, are in hand or are put back for later."""
        return len(self._waiting | self._busy | self._tries.keys())

    def start(self) -> None:
        """Begins, and asks the desk what was missed."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._work()) for _ in range(WORKERS)]
        self._tasks.append(loop.create_task(self._look_around()))

    async def stop(self) -> None:
        """Stops at once: what is left undone is found at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def put(self, ticket_id: str, is_new: bool = True) -> None:
        """Has a ticket attended to; what a webhook names before what was missed."""
        if ticket_id not in self._waiting:
            self._waiting.add(ticket_id)
            rank = 0 if is_new else 1
            self._queue.put_nowait((rank, next(self._numbers), ticket_id))

    async def _work(self) -> None:
        while True:
            *_, ticket_id = await self._queue.get()
            self._waiting.discard(ticket_id)
            if ticket_id in self._busy:
                # Two at one ticket could both find that the note is missing.
                self._again.add(ticket_id)
                continue
            self._busy.add(ticket_id)
            try:
                await self._try(ticket_id)
            finally:
                self._busy.discard(ticket_id)
            if ticket_id in self._again:
                self._again.discard(ticket_id)
                self.put(ticket_id)

    async def _try(self, ticket_id: str) -> None:
        """Attends to a ticket, now or, where the desk is away, again a little later."""
        try:
            is_there = await self._attend(ticket_id)
        except DeskRefusedError as error:
            log_event(logger, logging.ERROR, "helpdesk.refused", code=error.code)
        except DeskError as error:
            self._note_away()
            if self._is_tried_again(ticket_id, MOST_TRIES, error.wait or 0.0):
                return
        except Exception as error:
            # One ticket that cannot be read must not stop the others.
            name = name_of(error)
            log_event(logger, logging.ERROR, "helpdesk.ticket.failed", error=name)
        else:
            self._reachable = True
            if is_there or not self._is_tried_again(ticket_id, MOST_TRIES_TO_FIND):
                self._tries.pop(ticket_id, None)
            return
        # Left undone: the next look at the desk finds it again.
        self._tries.pop(ticket_id, None)
        self._attended.pop(ticket_id, None)

    def _is_tried_again(
        self, ticket_id: str, most_tries: int, wait_asked: float = 0.0
    ) -> bool:
        """Puts a ticket back for later; no worker waits for it meanwhile."""
        tries = self._tries.get(ticket_id, 0) + 1
        if tries > most_tries:
            return False
        self._tries[ticket_id] = tries
        pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        wait = max(pause * random.uniform(0.5, 1.5), wait_asked)  # noqa: S311
        asyncio.get_running_loop().call_later(wait, self.put, ticket_id, False)
        return True

    async def _attend(self, ticket_id: str) -> bool:
        """Leaves a note on a ticket, if one is missing; False if there is no ticket."""
        started = time.monotonic()
        ticket = await self._desk.ticket(ticket_id)
        if ticket is None:
            # Closed, gone, hidden from our account, or not written down yet.
            log_event(logger, logging.INFO, "helpdesk.ticket.missing")
            return False
        await self._leave_note(ticket, started)
        self._desk.done_with(ticket)
        return True

    async def _leave_note(self, ticket: Ticket, started: float) -> None:
        """The note, and the priority before it; or what is left of the two."""
        if not ticket.is_open or not ticket.entries:
            return
        if self._marks.is_own_ticket(ticket.entries[0].text):
            return
        note = last_note(ticket, self._marks)
        written = by_reporter(ticket)
        waiting = written[note.place + 1 :] if note else written
        # Of machines that answer by themselves nothing is left to read.
        readings = await self._read(ticket, waiting, is_new=note is None)
        finding = worst_of(filter(None, readings))
        unraised = await self._raising.attempt(ticket, finding, note)
        if readings:
            # The note comes last; it must not be kept back for ever.
            if unraised and unraised.times < MOST_TRIES_TO_RAISE:
                raise unraised.error
            left = unraised.urgency if unraised else None
            mark = self._marks.of_entry(ticket.id, waiting[-1].id, left)
            said = self._write_note(finding, None in readings, mark)
            await self._desk.add_private_note(ticket, Words(said.plain(), said.html()))
            if finding is not None:
                self._count(finding, said, time.monotonic() - started)
        if unraised:
            self._go_on_raising(ticket, unraised)

    def _go_on_raising(self, ticket: Ticket, unraised: Unraised) -> None:
        """Has a ticket with its note tried again, soon and later at each look."""
        self._attended.pop(ticket.id, None)
        # A desk that never takes it must not be kept from the other tickets.
        if unraised.times < MOST_TRIES:
            raise unraised.error
        if unraised.times == MOST_TRIES:
            name = name_of(unraised.error)
            log_event(logger, logging.ERROR, "helpdesk.priority.refused", error=name)

    async def _read(
        self, ticket: Ticket, entries: Sequence[Entry], is_new: bool
    ) -> list[Finding | None]:
        """What each entry of a person says; None where nothing could be read."""
        readings: list[Finding | None] = []
        for entry in entries:
            # Beside the event loop: a letter of a megabyte takes a second.
            words = await asyncio.to_thread(words_in, entry.text, entry.is_html)
            is_opening = is_new and entry is entries[0]
            title = title_in(ticket.title) if is_opening else ""
            finding = await self._judged(f"{title}\n{words}".strip())
            if is_automatic(entry.is_automatic, title, words, finding):
                continue
            # A subject line alone says too little: a person needs to look.
            is_grave = finding is not None and finding.is_grave
            readings.append(finding if words or is_grave else None)
        return readings

    async def _judged(self, text: str) -> Finding | None:
        """The worst of a text's pieces; None where there is nothing to read."""
        findings = []
        for piece in pieces(text):
            try:
                findings.append(finding_of(await self._judge(piece)))
            except Exception as error:
                # Unread it may be anything: a person is asked to look.
                name = name_of(error)
                log_event(logger, logging.ERROR, "helpdesk.text.unread", error=name)
                return None
            # The chats go on meanwhile.
            await asyncio.sleep(0)
        return worst_of(findings)

    async def _look_around(self) -> None:
        """Asks the desk what changed, at the start and from time to time."""
        pause = FIRST_PAUSE
        while True:
            try:
                since = datetime.now(UTC) - LOOK_BACK
                async for changed in self._desk.changed_since(since):
                    if self._attended.get(changed.id) != changed.at:
                        remember(self._attended, changed.id, changed.at)
                        self.put(changed.id, is_new=False)
                self._reachable = True
                pause = FIRST_PAUSE
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            except DeskRefusedError as error:
                # A wrong key: asked too often, the desk might lock the account.
                self._reachable = False
                log_event(logger, logging.ERROR, "helpdesk.refused", code=error.code)
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            except DeskError as error:
                self._note_away()
                wait = max(pause * random.uniform(0.5, 1.5), error.wait or 0.0)  # noqa: S311
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)
            except BotError as error:
                log_event(
                    logger, logging.ERROR, "helpdesk.look.failed", error=error.code
                )
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            except Exception as error:
                name = type(error).__name__
                log_event(logger, logging.ERROR, "helpdesk.look.failed", error=name)
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    def _note_away(self) -> None:
        """Said once for each time that the desk goes away."""
        if self._reachable is not False:
            log_event(logger, logging.ERROR, "helpdesk.away")
        self._reachable = False
