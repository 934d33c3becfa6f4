"""What goes wrong on purpose: errors, lost answers, waits."""

from __future__ import annotations

from dataclasses import dataclass


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


class Faults:
    """The faults to come, in order; each is used up before the next."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts a fault at the end."""
        self._coming.append(fault)

    def clear(self) -> None:
        """All is well again."""
        self._coming.clear()

    def next(self) -> Fault | None:
        """The fault for this request, if any."""
        if not self._coming:
            return None
        fault = self._coming[0]
        fault.times -= 1
        if fault.times <= 0:
            self._coming.pop(0)
        return fault
