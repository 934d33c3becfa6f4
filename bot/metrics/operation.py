"""What the server counts of itself for its operator: requests, turns and errors.

Whole numbers in memory that start at 0 with the server. They cannot say who, or about
what: there is no address, session, channel, topic or time among them, and every name is
one of the fixed ones below, so they do not grow with traffic either. Pure and safe to
use from several threads; shown by `bot.operators`.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Final, Literal, get_args

# Web chat and Telegram are one kind: apart, and beside the turns of both, a small count
# of one could be narrowed down from the other.
Kind = Literal[
    "chat", "helpdesk", "page", "insights", "health", "other", "unknown_address"
]
Status = Literal["2xx", "3xx", "4xx", "5xx"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
# The start of a route's pattern, after `webhooks` if it is one of those.
KIND_OF_ROUTE: Final[Mapping[str, Kind]] = {
    "webchat": "chat",
    "telegram": "chat",
    "helpdesk": "helpdesk",
    "": "page",
    "safeguarding-chat.js": "page",
    "insights": "insights",
    "insights.csv": "insights",
    "insights.json": "insights",
    "health": "health",
    "ready": "health",
}
# Upper ends in seconds. Most turns take about a hundredth; after 5 s a person believes
# that nothing comes.
LATENCY_ENDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

# Every event that is logged as an error; a test compares them with the code. These say
# nothing of how many people wrote: the machine, or something it needs, is at fault.
ERRORS_OF_MACHINE: Final = (
    "helpdesk.away",
    "helpdesk.look.failed",
    "metrics.demo.refused",
    "metrics.housekeeping.failed",
    "metrics.spool.failed",
    "metrics.spool.full",
    "metrics.spool.spoilt",
    "metrics.write.failed",
    "prometheus.answer.failed",
    "telegram.start.refused",
    "telegram.token.refused",
)
# These happen once for each turn, ticket or request of somebody.
ERRORS_OF_PEOPLE: Final = (
    "conversation.save.failed",
    "helpdesk.priority.refused",
    "helpdesk.refused",
    "helpdesk.request.lost",
    "helpdesk.request.unread",
    "helpdesk.text.unread",
    "helpdesk.ticket.failed",
    "metrics.batch.unreadable",
    "metrics.events.refused",
    "metrics.publish.failed",
    "reception.answer.missing",
    "reception.turn.failed",
    "server.request.failed",
    "telegram.update.failed",
)
# What nobody has put in a list yet is treated as what needs more protection.
UNLISTED: Final = "unlisted"
ERRORS: Final = (*ERRORS_OF_MACHINE, *ERRORS_OF_PEOPLE, UNLISTED)


@dataclass(frozen=True, slots=True)
class Counts:
    """True counts at one moment, not yet fit to be shown.

    Attributes:
        requests: by kind and class of status.
        turns: for each of `LATENCY_ENDS` how many took no longer, and then all.
        errors: by the name of the event.
    """

    requests: Mapping[tuple[Kind, Status], int]
    turns: tuple[int, ...]
    errors: Mapping[str, int]


class Operation:
    """The counters of one server. No method waits for long, and none raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = dict.fromkeys(product(KINDS, STATUSES), 0)
        self._turns = [0] * (len(LATENCY_ENDS) + 1)
        self._errors = dict.fromkeys(ERRORS, 0)

    def count_request(self, kind: Kind, status: int) -> None:
        """Counts an answered request; `status` is that of HTTP, 200 to 599."""
        place = (kind, STATUSES[min(max(status // 100, 2), 5) - 2])
        with self._lock:
            self._requests[place] += 1

    def count_turn(self, seconds: float) -> None:
        """Counts a turn by how long it took."""
        place = bisect_left(LATENCY_ENDS, seconds)
        with self._lock:
            self._turns[place] += 1

    def count_error(self, name: str) -> None:
        """Counts an error by the name of its event."""
        known = name if name in self._errors else UNLISTED
        with self._lock:
            self._errors[known] += 1

    def counts(self) -> Counts:
        """All counts at one moment."""
        with self._lock:
            return Counts(
                requests=dict(self._requests),
                turns=tuple(accumulate(self._turns)),
                errors=dict(self._errors),
            )


def kind_of(route: str | None) -> Kind:
    """The kind of a route.

    Args:
        route: its pattern as the project wrote it, never the address that was asked
            for; None where there is no such route.
    """
    if route is None:
        return "unknown_address"
    parts = route.strip("/").split("/")
    start = parts[1] if parts[0] == "webhooks" and len(parts) > 1 else parts[0]
    return KIND_OF_ROUTE.get(start, "other")
