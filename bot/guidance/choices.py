"""The buttons: which exist, what each says, and what it means to Rasa.

A choice is a short key such as `worry_sextortion.signs`. Only keys listed here reach
Rasa, so that nobody can fire an intent or set a slot by typing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.guidance.choose import (
    HUMAN_ROUTES,
    Answer,
)
from bot.guidance.load import CONTENT_FOLDER, Library
from bot.terms import (
    AUDIENCES,
    IMMEDIATE_DANGER,
    NATIONS,
    WORRIES,
    WORRY_PARTS,
    Audience,
    Part,
)
from bot.yaml_file import read_yaml

DANGER_NOW: Final = "emergency"
NOBODY_IN_DANGER: Final = "no_danger"
A_PERSON: Final = "human"
START_AGAIN: Final = "restart"
ASK_THE_SCHOOL: Final = "school.ask"

# What is offered after an answer about a worry, in the order of need.
FOLLOW_UPS: Final[tuple[Part, ...]] = ("report", "avoid", "talk", "signs", "what")
MOST_FOLLOW_UPS: Final = 5
# The buttons of the opening and of "not understood": worries, and who is writing.
MOST_TOPICS: Final = 8

Titles = Mapping[str, Mapping[Audience, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: its key, and what stands on it."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a pressed button says to Rasa."""

    intent: str
    entities: Mapping[str, str]

    @property
    def written(self) -> str:
        """In the form that Rasa's own channels send."""
        return f"/{self.intent}" + (json.dumps(self.entities) if self.entities else "")


def load_titles(folder: Path = CONTENT_FOLDER) -> Titles:
    """What stands on each button, by key or by the last part of a key.

    Raises:
        ContentError: `choices.yml` cannot be read.
    """
    return {
        key: (
            dict.fromkeys(AUDIENCES, title)
            if isinstance(title, str)
            else {
                audience: title.get(audience, title["parent"]) for audience in AUDIENCES
            }
        )
        for key, title in read_yaml(folder / "choices.yml").items()
    }


class Menu:
    """All buttons there are.

    Args:
        library: the cards that buttons can ask for.
        titles: see `load_titles`.
        has_school: whether there is a school's helpdesk to ask for contact.
    """

    def __init__(
        self, library: Library, titles: Titles, has_school: bool = False
    ) -> None:
        self._has_school = has_school
        self._library = library
        self._titles = titles
        self._meanings = _meanings(library)
        self._topics = [
            key
            for key in titles
            if key.partition(".")[0] in (*WORRIES, "audience") and "." in key
        ]

    def meaning(self, key: str) -> Meaning | None:
        """What the button of this key means, or None for a key that does not exist."""
        return self._meanings.get(key)

    def titled(self, keys: Iterable[str], audience: Audience) -> tuple[Choice, ...]:
        """Buttons with what stands on them for this audience."""
        return tuple(Choice(key, self._title(key, audience)) for key in keys)

    def offer(self, answer: Answer, audience: Audience) -> tuple[Choice, ...]:
        """The buttons under an answer: what to ask next, a person, and 999."""
        shown = {card.id for card in answer.cards}
        keys = self._next_steps(answer, audience, shown)
        if self._offers_school(answer, audience, shown):
            keys.append(ASK_THE_SCHOOL)
        if HUMAN_ROUTES not in shown:
            keys.append(A_PERSON)
        if answer.urgency != "emergency":
            keys.append(DANGER_NOW)
        return self.titled(keys, audience)

    def _offers_school(
        self, answer: Answer, audience: Audience, shown: set[str]
    ) -> bool:
        """Whether a school could help: not in an emergency, and a parent's to ask."""
        if not self._has_school or audience != "parent":
            return False
        has_worry = answer.topic is not None or HUMAN_ROUTES in shown
        return has_worry and answer.urgency != "emergency" and not answer.danger_check

    def _next_steps(
        self, answer: Answer, audience: Audience, shown: set[str]
    ) -> list[str]:
        if answer.topic is None:
            others = [key for key in self._topics if key != f"audience.{audience}"]
            return others[:MOST_TOPICS]
        return self._follow_ups(answer.topic, audience, shown)[:MOST_FOLLOW_UPS]

    def _follow_ups(self, topic: str, audience: Audience, shown: set[str]) -> list[str]:
        there = {
            card.part
            for card in self._library.answering(topic)
            if audience in card.audience and card.id not in shown
        }
        return [f"{topic}.{part}" for part in FOLLOW_UPS if part in there]

    def _title(self, key: str, audience: Audience) -> str:
        """A button's own title, or that of the part it asks for."""
        titles = self._titles.get(key) or self._titles.get(key.rpartition(".")[2], {})
        return titles.get(audience, key)


def _meanings(library: Library) -> dict[str, Meaning]:
    known = {
        DANGER_NOW: Meaning(IMMEDIATE_DANGER, {}),
        NOBODY_IN_DANGER: Meaning("deny", {}),
        A_PERSON: Meaning("ask_human", {}),
        START_AGAIN: Meaning("restart", {}),
        "audience.young_person": Meaning(
            "disclose_young_person", {"audience": "young_person"}
        ),
        "audience.school_staff": Meaning(
            "ask_school_duties", {"audience": "school_staff"}
        ),
    }
    for worry in WORRIES:
        for part in WORRY_PARTS:
            known[f"{worry}.{part}"] = Meaning(worry, {"part": part})
    for nation in NATIONS:
        known[f"nation.{nation}"] = Meaning("inform_nation", {"nation": nation})
    for card in library.cards.values():
        if card.asked_as and card.answers:
            known[f"card.{card.id}"] = Meaning(card.answers[0], {"card": card.id})
    return known
