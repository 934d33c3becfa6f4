"""What goes wrong on purpose: errors, lost answers, waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# Method, path and body of a request that goes wrong.
Where = Callable[[str, str, bytes], bool]


@dataclass
class Fault:
    """How the next requests go wrong.

    Attributes:
        status: the HTTP status to answer; 0 for only waiting.
        times: for how many more requests.
        retry_after: the `Retry-After` header, in seconds.
        hang: seconds to wait before anything is answered.
        after: whether the desk first does what it was asked, so that only the answer
            is lost.
    """

    status: int = 0
    times: int = 1
    retry_after: int | None = None
    hang: float = 0.0
    after: bool = False


NONE: Final = Fault()


class Faults:
    """The faults to come, in order, each used up before the next; and what lasts."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []
        self._lasting: list[tuple[Where, Fault]] = []

    def add(self, fault: Fault) -> None:
        """Puts a fault at the end."""
        self._coming.append(fault)

    def add_lasting(self, where: Where, fault: Fault) -> None:
        """Every such request goes wrong until all is well; the latest fault counts."""
        self._lasting.insert(0, (where, fault))

    def clear(self) -> None:
        """All is well again."""
        self._coming.clear()
        self._lasting.clear()

    def next(self, method: str, path: str, body: bytes) -> Fault:
        """The fault for this request, or one that changes nothing."""
        if not self._coming:
            return next(
                (one for where, one in self._lasting if where(method, path, body)), NONE
            )
        fault = self._coming[0]
        fault.times -= 1
        if fault.times <= 0:
            self._coming.pop(0)
        return fault
