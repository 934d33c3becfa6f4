"""Checks fields one by one against what a vendor documents.

A rule takes a value and gives the problems with it. A desk says what it answers to each
kind of problem; every problem is a complaint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

UNKNOWN: Final = "unknown"
MISSING: Final = "missing"
TYPE: Final = "type"
VALUE: Final = "value"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field.

    Attributes:
        path: the field, e.g. `ticket.comment.public`.
        kind: one of the constants of this module.
        why: the rest of the sentence.
        value: what was sent.
    """

    path: str
    kind: str
    why: str
    value: Any = None

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.path.rpartition(".")[2]


Rule = Callable[[str, Any], Iterator[Problem]]
Spec = dict[str, Rule]


def of_type(kind: type | tuple[type, ...], called: str) -> Rule:
    """A rule that looks at the type only; a truth value is no number."""

    def check(path: str, value: Any) -> Iterator[Problem]:
        kinds = kind if isinstance(kind, tuple) else (kind,)
        is_right = isinstance(value, kinds)
        if not is_right or (isinstance(value, bool) and bool not in kinds):
            yield Problem(path, TYPE, f"must be {called}", value)

    return check


BOOL: Final = of_type(bool, "true or false")
NUMBER: Final = of_type(int, "a number")
TEXT: Final = of_type(str, "a text")
NUMBER_OR_NONE: Final = of_type((int, type(None)), "a number or null")
NUMBER_OR_TEXT: Final = of_type((int, str), "a number or a text")
OBJECT: Final = of_type(dict, "an object")


def anything(path: str, value: Any) -> Iterator[Problem]:
    """A rule for what the vendor takes and this server does not look into."""
    yield from ()


def words(path: str, value: Any) -> Iterator[Problem]:
    """A text that says something."""
    yield from TEXT(path, value)
    if isinstance(value, str) and not value.strip():
        yield Problem(path, VALUE, "must not be empty", value)


def email(path: str, value: Any) -> Iterator[Problem]:
    """An email address, roughly."""
    yield from TEXT(path, value)
    if isinstance(value, str) and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        yield Problem(path, VALUE, "must be an email address", value)


def moment(path: str, value: Any) -> Iterator[Problem]:
    """A date and time as ISO 8601 has it."""
    yield from TEXT(path, value)
    if isinstance(value, str) and read_moment(value) is None:
        yield Problem(path, VALUE, "must be an ISO 8601 date and time", value)


def one_of(*values: Any) -> Rule:
    """One of these, of the same type."""

    def check(path: str, value: Any) -> Iterator[Problem]:
        if not any(value == v and type(value) is type(v) for v in values):
            listed = ", ".join(str(v) for v in values)
            kind = VALUE if any(type(value) is type(v) for v in values) else TYPE
            yield Problem(path, kind, f"must be one of these: {listed}", value)

    return check


def list_of(rule: Rule) -> Rule:
    """A list, each piece of which keeps to the rule."""

    def check(path: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, TYPE, "must be a list", value)
            return
        for place, piece in enumerate(value):
            yield from rule(f"{path}[{place}]", piece)

    return check


def fields(spec: Spec, required: str = "") -> Rule:
    """An object with these fields; `required` are names with spaces between."""

    def check(path: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, TYPE, "must be an object", value)
            return
        start = f"{path}." if path else ""
        for name in required.split():
            if name not in value:
                yield Problem(start + name, MISSING, "is missing")
        for name, piece in value.items():
            if name in spec:
                yield from spec[name](start + name, piece)
            else:
                yield Problem(start + name, UNKNOWN, "is no field of this", piece)

    return check


def read_moment(text: str) -> datetime | None:
    """The moment, with its zone; None if it is not written as one."""
    has_time = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", text)
    try:
        found = datetime.fromisoformat(text) if has_time else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
