"""A request as a desk's methods see it, and the answer, good or bad."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

JSON: Final = "application/json"
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Call:
    """A request that has passed the desk's check of who asks.

    Attributes:
        part: the pieces of the path, e.g. `id`.
        query: the fields of the address.
        fields: the JSON body; an empty one is `{}`.
    """

    method: str
    path: str
    part: dict[str, str]
    query: dict[str, str]
    fields: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What the desk sends back; a body that is no text is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class RefusedError(Exception):
    """A request that is not done.

    Attributes:
        answer: what the desk says.
        complaint: what was wrong, in a plain sentence; empty if nobody is to blame or
            it has been said.
    """

    answer: Answer
    complaint: str = ""


@dataclass(frozen=True)
class Asked:
    """A request that was answered, kept for tests; never its secrets."""

    method: str
    path: str
    query: dict[str, str]
    fields: Any
    status: int


@dataclass(frozen=True)
class Route:
    """Where a method of a desk is found, and which query fields it knows."""

    method: str
    path: re.Pattern[str]
    query: tuple[str, ...]


def route(method: str, path: str, query: str = "") -> Callable[[Method], Method]:
    """Marks a method as the answer to a request.

    Args:
        method: the HTTP method.
        path: with `{id}` for a number and `{key}` for any word.
        query: the names that the address may have, with spaces between.
    """
    pattern = path.replace("{id}", r"(?P<id>\d+)").replace("{key}", r"(?P<key>[\w-]+)")
    found = Route(method, re.compile(pattern), tuple(query.split()))

    def mark(answer: Method) -> Method:
        answer.routes = [*getattr(answer, "routes", []), found]  # type: ignore[attr-defined]
        return answer

    return mark
