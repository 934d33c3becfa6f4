"""What a card, a contact and a source are. Plain data, made by `load`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.terms import Audience, Nation, Part


@dataclass(frozen=True, slots=True)
class Source:
    """Where a piece of advice comes from: the responsible body's own page."""

    id: str
    name: str
    url: str | None
    licence: str
    checked_on: date
    secondary: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a person or to report. Phone numbers and links live only here.

    `hours` is None unless the service itself states them (docs/tasks/edit-a-card.md).
    """

    id: str
    name: str
    for_what: str
    what_happens: str | None
    audiences: tuple[Audience, ...]
    nations: tuple[Nation, ...]
    phone: str | None
    phone_note: str | None
    text: str | None
    text_message: str | None
    text_note: str | None
    email: str | None
    url: str | None
    hours: str | None
    how_to_find: str | None
    local_numbers: tuple[tuple[str, str], ...]
    known_bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One reviewed answer: at most 120 words, first step first."""

    id: str
    title: str
    audience: tuple[Audience, ...]
    nations: tuple[Nation, ...]
    answers: tuple[str, ...]
    about: tuple[str, ...]
    asked_as: tuple[str, ...]
    part: Part
    says: str
    next_steps: tuple[str, ...]
    contacts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    review_due: date
    published: bool

    @property
    def is_advice(self) -> bool:
        """Whether it answers a worry or a question; a greeting does not."""
        return self.part != "dialogue"

    def is_for(self, audience: Audience, nation: Nation | None) -> bool:
        """Whether this person may be shown the card; no nation known fits any."""
        return audience in self.audience and (nation is None or nation in self.nations)
