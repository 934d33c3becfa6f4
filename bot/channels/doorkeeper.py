"""Lets in who knows the token, and makes guessing slow and seen.

What keeps strangers out is the token, which nobody can guess; the delay is against
noise, and so that the log shows it in time. Used by the insights page.
"""

from __future__ import annotations

import asyncio
import logging
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable
from enum import Enum
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

FIRST_DELAY: Final = 0.25
LONGEST_DELAY: Final = 8.0
# So long after the last wrong token the delays begin anew.
QUIET_SECONDS: Final = 300.0
# The last of them still gets its answer before Sanic's own limit of 60 s.
MOST_WAITING: Final = 7


class Verdict(Enum):
    """What becomes of a request."""

    WELCOME = "welcome"
    ASK = "ask"
    WRONG = "wrong"
    TOO_MANY = "too_many"


class Doorkeeper:
    """Checks tokens; those who come with a wrong one wait, one after the other.

    Args:
        token: what opens the door.
        sleep: waits for so many seconds.
        clock: tells the time in seconds.
    """

    def __init__(
        self,
        token: str,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = _digest(token.encode())
        self._sleep = sleep
        self._clock = clock
        self._in_turn = asyncio.Lock()
        self._waiting = 0
        self._failures = 0
        self._last_failure = -QUIET_SECONDS

    async def judge(self, authorization: str | None) -> Verdict:
        """What to do with a request.

        Args:
            authorization: its header; the token is the password of Basic, with any
                name, or that of Bearer.

        Returns:
            At once, but for a wrong token: that takes from a quarter of a second to
            eight seconds for each one who is waiting.
        """
        if not authorization:
            return Verdict.ASK
        # In constant time, whatever was sent and however long it is.
        if compare_digest(_digest(_token_in(authorization)), self._token):
            return Verdict.WELCOME
        if self._waiting >= MOST_WAITING:
            return Verdict.TOO_MANY
        self._waiting += 1
        try:
            async with self._in_turn:
                log_event(logger, logging.WARNING, "insights.token.refused")
                delay = self._delay()
                # Before the wait: who hangs up has failed all the same.
                self._last_failure = self._clock()
                await self._sleep(delay)
        finally:
            self._waiting -= 1
        return Verdict.WRONG

    def _delay(self) -> float:
        if self._clock() - self._last_failure >= QUIET_SECONDS:
            self._failures = 0
        delay = FIRST_DELAY * 2.0**self._failures
        if delay < LONGEST_DELAY:
            self._failures += 1
        return min(delay, LONGEST_DELAY)


def _digest(token: bytes) -> bytes:
    """All tokens made equally long, so that not even the length takes other time."""
    return sha256(token).digest()


def _token_in(authorization: str) -> bytes:
    """The token in a header; nothing if it cannot be read."""
    scheme, _, said = authorization.partition(" ")
    said = said.strip()
    if scheme.lower() == "bearer":
        return said.encode("utf-8", "replace")
    if scheme.lower() != "basic":
        return b""
    try:
        return b64decode(said, validate=True).partition(b":")[2]
    except ValueError:
        return b""
