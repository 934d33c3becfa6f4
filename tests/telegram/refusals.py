"""How the Bot API says no. Raised by the checks and methods, answered by the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class RefusedError(Exception):
    """A request that is not done.

    Attributes:
        code: the HTTP status, repeated in the answer.
        description: as Telegram words it, where its words are known.
        parameters: what the client should do instead, e.g. `retry_after`.
        is_mistake: whether a correct client would never have asked; such refusals are
            the server's `complaints`. Being blocked or too fast is not a mistake.
    """

    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    is_mistake: bool = True

    def __str__(self) -> str:
        return f"{self.code} {self.description}"

    def envelope(self) -> dict[str, Any]:
        """The body of the answer."""
        body = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(why: str, *, is_mistake: bool = True) -> RefusedError:
    """A 400."""
    return RefusedError(400, f"Bad Request: {why}", is_mistake=is_mistake)


def forbidden(why: str) -> RefusedError:
    """A 403: the other side does not want the bot."""
    return RefusedError(403, f"Forbidden: {why}", is_mistake=False)


def conflict(why: str) -> RefusedError:
    """A 409: two ways of getting updates at once."""
    return RefusedError(409, f"Conflict: {why}", is_mistake=False)


def too_many(seconds: int) -> RefusedError:
    """A 429: flood control."""
    return RefusedError(
        429,
        f"Too Many Requests: retry after {seconds}",
        {"retry_after": seconds},
        is_mistake=False,
    )
