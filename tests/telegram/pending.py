"""Updates that the bot has not confirmed yet, and long polling for them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from tests.telegram.checking import UPDATE_KINDS
from tests.telegram.refusals import conflict

FIRST_UPDATE_ID: Final = 500001
# Ids beyond it are a test's nonsense, and later ones do not follow on.
LAST_UPDATE_ID: Final = 999999999
MOST_AT_ONCE: Final = 100
LONGEST_POLL: Final = 50  # seconds; longer ones are cut to this
# Sent only to a bot that asks for them by name.
NOT_BY_DEFAULT: Final = ("chat_member", "message_reaction", "message_reaction_count")
BY_DEFAULT: Final = tuple(kind for kind in UPDATE_KINDS if kind not in NOT_BY_DEFAULT)


@dataclass(eq=False)
class Pending:
    """An update and the number by which it is confirmed.

    The number is the update's own id, but for malformed updates that have none.
    """

    number: int
    update: dict[str, Any]


class Queue:
    """The updates in order.

    Attributes:
        waiting: what is not confirmed.
        allowed: the kinds that the bot asked for last.
        handed_over: update id -> when it first left, by `time.monotonic`.
    """

    def __init__(self) -> None:
        self.waiting: list[Pending] = []
        self.allowed: tuple[str, ...] = BY_DEFAULT
        self.handed_over: dict[int, float] = {}
        self._next_number = FIRST_UPDATE_ID
        self._came = asyncio.Event()
        self._ended_by = ""
        self._poll: object | None = None  # the newest; older ones are ended

    @property
    def is_polled(self) -> bool:
        """Whether a long poll is waiting now."""
        return self._poll is not None

    def add(self, update: dict[str, Any]) -> Pending:
        """Queues an update; it gets the next id if it has none."""
        number = update.get("update_id")
        if type(number) is not int:
            number = self._next_number
            update = {"update_id": number} | update
        if self._next_number <= number <= LAST_UPDATE_ID:
            self._next_number = number + 1
        pending = Pending(number, update)
        self.waiting.append(pending)
        self._came.set()
        return pending

    def allow(self, kinds: list[str] | None) -> None:
        """Remembers the kinds; None keeps what was asked for before."""
        if kinds is not None:
            self.allowed = tuple(kinds) or BY_DEFAULT

    def confirm(self, pending: Pending) -> None:
        """Forgets an update that the bot has taken."""
        if pending in self.waiting:
            self.waiting.remove(pending)

    def hand_over(self, pending: Pending) -> dict[str, Any]:
        """The update, noted as on its way."""
        self.handed_over.setdefault(pending.number, time.monotonic())
        return pending.update

    async def poll(self, offset: int, limit: int, seconds: int) -> list[dict[str, Any]]:
        """Waits for updates as `getUpdates` does; a newer poll ends an older one."""
        self._confirm_below(offset)
        self.end_poll(
            "terminated by other getUpdates request; make sure that only one "
            "bot instance is running"
        )
        this = self._poll = object()
        try:
            await self._wait(this, min(max(seconds, 0), LONGEST_POLL))
        finally:
            if self._poll is this:
                self._poll = None
        first = self.waiting[: limit if 1 <= limit <= MOST_AT_ONCE else MOST_AT_ONCE]
        return [self.hand_over(pending) for pending in first]

    def end_poll(self, why: str) -> None:
        """Ends a poll that is still waiting, with 409 and this reason."""
        self._poll, self._ended_by = None, why
        self._came.set()

    async def _wait(self, this: object, seconds: int) -> None:
        ends = time.monotonic() + seconds
        while not self.waiting and (left := ends - time.monotonic()) > 0:
            await asyncio.sleep(0)  # older polls see the event before it is cleared
            self._came.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), left)
            if self._poll is not this:
                raise conflict(self._ended_by)

    def _confirm_below(self, offset: int) -> None:
        if offset > 0:
            self.waiting = [p for p in self.waiting if p.number >= offset]
        elif offset < 0:
            self.waiting = self.waiting[offset:]
