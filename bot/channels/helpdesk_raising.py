"""Raises tickets, and goes on where a desk has not taken it yet.

That it is still to be done stands in the mark of our note, so a start anew forgets
nothing; what is kept here only spares the desk. Used by `bot.channels.helpdesk_work`.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeVar

from bot.channels.helpdesk_standing import OwnNote
from bot.clients.desk import Desk, Ticket
from bot.clients.private_calls import DeskError, DeskRefusedError
from bot.errors import BotError
from bot.handover.finding import Finding
from bot.privacy.quiet_logs import log_event
from bot.terms import URGENCIES, Urgency

logger = logging.getLogger(__name__)

MOST_REMEMBERED: Final = 10_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unraised:
    """A ticket that is still to be raised.

    Attributes:
        urgency: to which.
        error: of the desk, which is away.
        times: how often it was tried.
    """

    urgency: Urgency
    error: DeskError
    times: int


class Raising:
    """Raises tickets of one desk.

    Args:
        desk: the school's.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._failures: OrderedDict[str, int] = OrderedDict()
        # Marks of notes whose ticket is raised by now: the note goes on saying "still".
        self._done: OrderedDict[str, bool] = OrderedDict()

    async def attempt(
        self, ticket: Ticket, finding: Finding | None, note: OwnNote | None
    ) -> Unraised | None:
        """Raises a ticket to what was found now, or what is left from before.

        Args:
            ticket: as it is now.
            finding: in what has no note yet.
            note: the last of ours.

        Returns:
            What is left to do, or None if it is done or the desk refuses it.
        """
        left = self._left_by(note)
        wanted = [left] if left else []
        if finding is not None:
            wanted.append(_urgency_of(finding))
        if not wanted:
            return None
        urgency = max(wanted, key=URGENCIES.index)
        error = await self._raised(ticket, urgency)
        if error is not None:
            times = self._failures.get(ticket.id, 0) + 1
            remember(self._failures, ticket.id, times)
            return Unraised(urgency, error, times)
        self._failures.pop(ticket.id, None)
        if note is not None and left:
            remember(self._done, note.mark, True)
        return None

    async def _raised(self, ticket: Ticket, urgency: Urgency) -> DeskError | None:
        """None once it is done or refused; what is refused would be so again."""
        try:
            await self._desk.raise_priority(ticket, urgency)
        except Exception as error:
            if isinstance(error, DeskError) and not isinstance(error, DeskRefusedError):
                return error
            name = name_of(error)
            log_event(logger, logging.ERROR, "helpdesk.priority.refused", error=name)
        return None

    def _left_by(self, note: OwnNote | None) -> Urgency | None:
        """What a note of ours leaves to do, unless a person has taken over since."""
        if note is None or not note.is_last_word or note.mark in self._done:
            return None
        return note.still_to_raise


def remember(kept: OrderedDict[str, T], name: str, value: T) -> None:
    """Keeps a value, and forgets the oldest where there are too many."""
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)


def name_of(error: Exception) -> str:
    """What an operator is told: never the sentence, which a library may have made."""
    return error.code if isinstance(error, BotError) else type(error).__name__


def _urgency_of(finding: Finding) -> Urgency:
    """Danger that cannot be ruled out cannot wait either."""
    is_doubt = finding.is_doubtful and finding.urgency != "emergency"
    return "urgent" if is_doubt else finding.urgency
