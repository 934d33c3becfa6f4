"""What stands on a ticket: the reporter's words, and what of them has our note.

Read anew from the desk each time, by `bot.channels.helpdesk_work`: nothing of a ticket
is kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.clients.desk import Entry, Ticket
from bot.handover.marks import Marks
from bot.terms import Urgency

# Done first: where two notes answer one entry, the second found the first one's work.
LEFT: Final[tuple[Urgency | None, ...]] = (None, "urgent", "emergency")


@dataclass(frozen=True, slots=True)
class OwnNote:
    """A note of ours.

    Attributes:
        place: of the entry that it answers, among the reporter's.
        mark: that it ends with.
        still_to_raise: how urgent the ticket is to be, where that was left to do.
        is_last_word: whether no colleague has written since.
    """

    place: int
    mark: str
    still_to_raise: Urgency | None
    is_last_word: bool


def by_reporter(ticket: Ticket) -> list[Entry]:
    """What the reporter wrote, oldest first."""
    return [entry for entry in ticket.entries if entry.by_reporter]


def last_note(ticket: Ticket, marks: Marks) -> OwnNote | None:
    """The note of ours that answers the latest of the reporter's entries."""
    # Only there: what a reporter quotes is no note.
    by_others = [entry.text for entry in ticket.entries if not entry.by_reporter]
    for place, entry in reversed(list(enumerate(by_reporter(ticket)))):
        for left in LEFT:
            mark = marks.of_entry(ticket.id, entry.id, left)
            notes = [text for text in by_others if marks.stands_in(mark, text)]
            if notes:
                # A note may stand there twice; who answers it by mail quotes it.
                return OwnNote(place, mark, left, notes[0] == by_others[-1])
    return None
