"""Reads the content files into a `Library`. The only I/O of the guidance feature.

Called once at start (actions, channels) and by the content checks. A file that
cannot be used stops the start: see `bot.guidance.checks` for the full list of rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import ContentError
from bot.guidance.card import Card, Contact, Source
from bot.terms import NATIONS
from bot.yaml_file import read_yaml

CONTENT_FOLDER = Path(__file__).parent


class Library:
    """All content, by id. What `choose`, the menu and `render` are given."""

    def __init__(
        self,
        cards: Mapping[str, Card],
        contacts: Mapping[str, Contact],
        sources: Mapping[str, Source],
    ) -> None:
        self.cards = cards
        self.contacts = contacts
        self.sources = sources
        self._answering: dict[str, list[Card]] = {}
        for card in cards.values():
            for intent in card.answers:
                self._answering.setdefault(intent, []).append(card)

    def answering(self, intent: str) -> Sequence[Card]:
        """The cards that an intent leads to."""
        return self._answering.get(intent, ())


def load_library(folder: Path = CONTENT_FOLDER) -> Library:
    """All published content of a folder that holds `cards/` and the two lists.

    Raises:
        ContentError: a file cannot be read or lacks what a card must have.
    """
    return Library(
        cards={
            card.id: card
            for card in map(_card_in, sorted((folder / "cards").glob("*.yml")))
            if card.published
        },
        contacts=_entries(folder / "contacts.yml", "contacts", contact_from),
        sources=_entries(folder / "sources.yml", "sources", source_from),
    )


def _card_in(path: Path) -> Card:
    try:
        return card_from(read_yaml(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContentError(
            f"{path}:1: CARD_UNREADABLE: {error!r}; run `make content`"
        ) from error


def _entries(path: Path, key: str, build: Any) -> dict[str, Any]:
    try:
        built = [build(entry) for entry in read_yaml(path)[key]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContentError(
            f"{path}:1: ENTRY_UNREADABLE: {error!r}; run `make content`"
        ) from error
    return {entry.id: entry for entry in built}


def card_from(data: Mapping[str, Any]) -> Card:
    """A card from the content of its file; the schema says which keys there are."""
    nations = NATIONS if data["nations"] == "all" else tuple(data["nations"])
    return Card(
        id=data["id"],
        title=data["title"],
        audience=tuple(data["audience"]),
        nations=nations,
        answers=tuple(data["answers"]),
        about=tuple(data.get("about", ())),
        asked_as=tuple(data.get("asked_as", ())),
        part=data["part"],
        says=" ".join(data["says"].split()),
        next_steps=tuple(" ".join(s.split()) for s in data.get("next_steps", ())),
        contacts=tuple(data["contacts"]),
        sources=tuple(data["sources"]),
        reviewed_on=date.fromisoformat(data["reviewed_on"]),
        review_due=date.fromisoformat(data["review_due"]),
        published=data["status"] == "published",
    )


def contact_from(data: Mapping[str, Any]) -> Contact:
    """A contact from its entry in `contacts.yml`."""
    text = data.get("text") or {}
    return Contact(
        id=data["id"],
        name=data["name"],
        for_what=data["for_what"],
        what_happens=data.get("what_happens"),
        audiences=tuple(data["audiences"]),
        nations=tuple(data["nations"]),
        phone=data.get("phone"),
        phone_note=data.get("phone_note"),
        text=text.get("number"),
        text_message=text.get("message"),
        text_note=data.get("text_note"),
        email=data.get("email"),
        url=data.get("url"),
        hours=data.get("hours"),
        how_to_find=data.get("how_to_find"),
        local_numbers=tuple(
            (entry["area"], entry["phone"]) for entry in data.get("local_numbers") or ()
        ),
        known_bad=tuple(data.get("known_bad") or ()),
    )


def source_from(data: Mapping[str, Any]) -> Source:
    """A source from its entry in `sources.yml`."""
    return Source(
        id=data["id"],
        name=data["name"],
        url=data.get("url"),
        licence=data["licence"],
        checked_on=date.fromisoformat(data["checked_on"]),
        secondary=data["evidence"] == "secondary",
    )
