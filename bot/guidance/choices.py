"""The buttons: which exist, what each says, and what it means to Rasa.

A choice is a short key such as `worry_sextortion.signs`. Only keys listed here reach
Rasa, so that nobody can fire an intent or set a slot by typing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.guidance.choose import (
    ASK_NATION,
    DANGER_CHECK,
    HUMAN_ROUTES,
    OPENING,
    Answer,
)
from bot.guidance.load import CONTENT_FOLDER, Library
from bot.terms import (
    AUDIENCES,
    IMMEDIATE_DANGER,
    NATIONS,
    NOT_UNDERSTOOD,
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

# What is offered after an answer about a worry, in the order of need.
FOLLOW_UPS: Final[tuple[Part, ...]] = ("report", "avoid", "talk", "signs", "what")
MOST_BUTTONS: Final = 6
# Replies that offer the whole list of worries to choose from.
OFFER_TOPICS: Final = frozenset({OPENING, NOT_UNDERSTOOD, "greet", "restart", "not_understood"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: its key, and what stands on it."""

    key: str
    title: str


def load_titles(folder: Path = CONTENT_FOLDER) -> Mapping[str, Mapping[Audience, str]]:
    """What stands on each button, by its last key part, for each audience."""
    return {
        key: (
            dict.fromkeys(AUDIENCES, title)
            if isinstance(title, str)
            else {audience: title.get(audience, title["parent"]) for audience in AUDIENCES}
        )
        for key, title in read_yaml(folder / "choices.yml").items()
    }


def payload(key: str, library: Library) -> str | None:
    """What a pressed button says to Rasa, or None for a key that does not exist."""
    intents = _intents(library)
    if key not in intents:
        return None
    intent, entities = intents[key]
    return f"/{intent}{json.dumps(entities)}" if entities else f"/{intent}"


def _intents(library: Library) -> dict[str, tuple[str, dict[str, str]]]:
    plain = {
        DANGER_NOW: IMMEDIATE_DANGER,
        NOBODY_IN_DANGER: "deny",
        A_PERSON: "ask_human",
        START_AGAIN: "restart",
    }
    known: dict[str, tuple[str, dict[str, str]]] = {k: (v, {}) for k, v in plain.items()}
    for worry in WORRIES:
        for part in WORRY_PARTS:
            known[f"{worry}.{part}"] = (worry, {"part": part})
    for nation in NATIONS:
        known[f"nation.{nation}"] = ("inform_nation", {"nation": nation})
    known["audience.young_person"] = ("disclose_young_person", {"audience": "young_person"})
    known["audience.school_staff"] = ("ask_school_duties", {"audience": "school_staff"})
    for card in library.cards.values():
        if card.asked_as and card.answers:
            known[f"card.{card.id}"] = (card.answers[0], {"card": card.id})
    return known


def offer(
    answer: Answer,
    audience: Audience,
    library: Library,
    titles: Mapping[str, Mapping[Audience, str]],
) -> tuple[Choice, ...]:
    """The buttons under an answer's last message."""
    shown = {card.id for card in answer.cards}
    if ASK_NATION in shown:
        keys = [f"nation.{nation}" for nation in NATIONS]
    elif shown & OFFER_TOPICS or (answer.topic is None and not shown & {HUMAN_ROUTES}):
        keys = [key for key in titles if key.endswith(".now") and key.partition(".")[0] in WORRIES]
        keys += [f"audience.{a}" for a in AUDIENCES if f"audience.{a}" in titles]
    else:
        keys = _follow_ups(answer, audience, library)
    keys = keys[: MOST_BUTTONS + (3 if shown & OFFER_TOPICS else 0)]
    if not shown & {HUMAN_ROUTES}:
        keys.append(A_PERSON)
    if answer.urgency != "emergency" and DANGER_CHECK not in shown:
        keys.append(DANGER_NOW)
    return tuple(Choice(key, title_of(key, audience, titles)) for key in keys)


def danger_check_buttons(
    audience: Audience, titles: Mapping[str, Mapping[Audience, str]]
) -> tuple[Choice, ...]:
    """The two buttons of the danger check."""
    return tuple(
        Choice(key, title_of(key, audience, titles)) for key in (DANGER_NOW, NOBODY_IN_DANGER)
    )


def _follow_ups(answer: Answer, audience: Audience, library: Library) -> list[str]:
    if answer.topic is None:
        return []
    shown = {card.id for card in answer.cards}
    return [
        f"{answer.topic}.{part}"
        for part in FOLLOW_UPS
        if any(
            answer.topic in card.answers
            and card.part == part
            and audience in card.audience
            and card.id not in shown
            for card in library.cards.values()
        )
    ]


def title_of(
    key: str, audience: Audience, titles: Mapping[str, Mapping[Audience, str]]
) -> str:
    """What stands on a button: its own title, or that of the part it asks for."""
    return titles.get(key, titles.get(key.rpartition(".")[2], {})).get(audience, key)


