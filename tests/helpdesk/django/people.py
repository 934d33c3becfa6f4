"""Who has an account at the desk. Names, addresses and passwords of nobody real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Person:
    """A member of staff at the desk."""

    name: str
    email: str
    password: str
    # For a desk that turns on tokens; see README.md.
    token: str


BOT: Final = Person(
    "bot", "bot@school.example", "test-password-of-the-bot", "0123456789abcdef" * 2
)
DSL: Final = Person(
    "dsl", "dsl@school.example", "test-password-of-the-dsl", "fedcba9876543210" * 2
)
PEOPLE: Final = (BOT, DSL)
