"""Sessions: held in memory, bounded, and wiped.

A token stands for a conversation and cannot be turned into one: the conversation's own
id never leaves the server. On the web the server makes the token; where a channel knows
its people by an account, that stands in its place.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_SESSIONS: Final = 10_000
TOKEN_BYTES: Final = 24


class Sessions:
    """The sessions open now.

    Args:
        seconds_kept: a session that is quiet for longer is over.
        forget: called with the conversation's id when a session ends.
        most: beyond this the one that is quiet for longest ends.
        clock: seconds that never go back; for tests.
    """

    def __init__(
        self,
        seconds_kept: float,
        forget: Callable[[str], None],
        most: int = MOST_SESSIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds_kept = seconds_kept
        self._forget = forget
        self._most = most
        self._clock = clock
        # token -> (last seen, conversation id), quietest first
        self._open: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def start(self, token: str | None = None) -> str:
        """The token of a new session: a new one, or the one given."""
        token = token or secrets.token_urlsafe(TOKEN_BYTES)
        self.end(token)
        self._open[token] = (self._clock(), secrets.token_hex(16))
        self.end_old()
        return token

    def conversation(self, token: str) -> str | None:
        """The conversation of a token, or None if the session is over or never was."""
        self.end_old()
        held = self._open.get(token)
        if held is None:
            return None
        self._open[token] = (self._clock(), held[1])
        self._open.move_to_end(token)
        return held[1]

    def end(self, token: str) -> None:
        """Ends a session and drops everything held for it; unknown tokens are fine."""
        held = self._open.pop(token, None)
        if held is not None:
            self._forget(held[1])

    def end_old(self) -> None:
        """Ends what is too old or too much."""
        oldest_kept = self._clock() - self._seconds_kept
        while self._open:
            token, (seen, _) = next(iter(self._open.items()))
            if seen >= oldest_kept and len(self._open) <= self._most:
                return
            self.end(token)

    def __len__(self) -> int:
        return len(self._open)
