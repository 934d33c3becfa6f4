"""What stands on the page for the numbers that the figures are kept under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.guidance.load import Library
from bot.metrics.declared import declared
from bot.metrics.turn import content_number
from bot.yaml_file import read_yaml

FILE: Final = Path(__file__).with_name("words.yml")
# `about` is a topic too, but exactly one.
SAME_WORDS: Final = {"about": "topic"}
VERSIONS: Final = ("model", "content")


@dataclass(frozen=True, slots=True)
class Words:
    """Names and words by breakdown and number.

    Attributes:
        names: breakdown -> number -> the fixed name, or the id of a card or contact.
        titles: breakdown -> number -> plain words.
    """

    names: Mapping[str, Mapping[int, str]]
    titles: Mapping[str, Mapping[int, str]]

    def name(self, breakdown: str, number: int) -> str:
        """The fixed name of a value, as exports have it."""
        if breakdown in VERSIONS:
            return f"{number:08x}"
        return self.names[breakdown].get(number, f"removed_{number}")

    def title(self, breakdown: str, number: int) -> str:
        """What a person reads for a value."""
        if breakdown in VERSIONS:
            return f"{number:08x}"
        known = self.titles.get(SAME_WORDS.get(breakdown, breakdown), {})
        return known.get(number, "No longer there")


def load_words(library: Library, path: Path = FILE) -> Words:
    """The words of everything that figures are split by.

    Args:
        library: for cards and contacts; one that was taken out since has no words.
        path: of the words of fixed names.

    Raises:
        ContentError: the file cannot be read.
    """
    names = {name: dict(one.names) for name, one in declared().breakdowns.items()}
    titles = {
        breakdown: {content_number(name): str(words) for name, words in said.items()}
        for breakdown, said in read_yaml(path).items()
    }
    names["card"] = {content_number(one): one for one in library.cards}
    names["contact"] = {content_number(one): one for one in library.contacts}
    titles["card"] = _card_titles(library, titles["audience"])
    titles["contact"] = {
        content_number(one.id): one.name for one in library.contacts.values()
    }
    return Words(names, titles)


def _card_titles(library: Library, audiences: Mapping[int, str]) -> dict[int, str]:
    """Titles of cards, with whom they are for where two have the same."""
    times = Counter(card.title for card in library.cards.values())
    titles = {}
    for card in library.cards.values():
        title = card.title
        if times[title] > 1:
            whom = (audiences[content_number(one)].lower() for one in card.audience)
            title += f" ({', '.join(whom)})"
        titles[content_number(card.id)] = title
    return titles
