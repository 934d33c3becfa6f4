"""Flood control: how many messages Telegram takes in a second."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque

from tests.telegram.refusals import too_many

SECOND = 1.0


class Flood:
    """Counts what was taken in the last second; refused messages do not count.

    Attributes:
        per_chat: the most messages a second to one chat; None for no limit.
        overall: the most messages a second to all chats together.
    """

    def __init__(self, per_chat: int | None, overall: int | None) -> None:
        self.per_chat = per_chat
        self.overall = overall
        self._to_chat: dict[int | str, deque[float]] = defaultdict(deque)
        self._to_all: deque[float] = deque()

    def take(self, chat_id: int | str) -> None:
        """Counts one message, or refuses it with the seconds to wait."""
        now = time.monotonic()
        to_chat = self._to_chat[chat_id]
        waits = max(
            _seconds_to_wait(to_chat, self.per_chat, now),
            _seconds_to_wait(self._to_all, self.overall, now),
        )
        if waits > 0:
            raise too_many(math.ceil(waits))
        to_chat.append(now)
        self._to_all.append(now)


def _seconds_to_wait(taken: deque[float], most: int | None, now: float) -> float:
    while taken and taken[0] <= now - SECOND:
        taken.popleft()
    if most is None or len(taken) < most:
        return 0.0
    return taken[-most] + SECOND - now
