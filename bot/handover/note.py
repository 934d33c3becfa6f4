"""The private note that a safeguarding lead finds on a ticket.

Pure: what the model read of the ticket goes in, words come out. The advice is that of
the reviewed cards for school staff; nothing of the ticket is repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from bot.errors import ContentError
from bot.guidance.card import Card
from bot.guidance.choose import (
    ADULT_BLACKMAILED,
    Question,
    choose,
    worry_card,
)
from bot.guidance.load import Library
from bot.guidance.render import Message, as_text, contacts_for, message_of
from bot.handover.finding import Finding
from bot.handover.request import RequestWords
from bot.terms import SIGNALS, URGENCIES, Nation
from bot.yaml_file import read_yaml

FILE: Final = Path(__file__).with_name("note.yml")
# Cards that every note ends with, or that stand for advice; a test makes sure of them.
ABOUT_THE_NOTE: Final = "desk_note_staff"
NOTHING_TO_READ: Final = "desk_nothing_to_read_staff"
IMAGES: Final = "school_nude_images_staff"
DUTIES: Final = "ask_school_duties_staff"
OWN_CARDS: Final = (ABOUT_THE_NOTE, NOTHING_TO_READ, IMAGES, DUTIES)
ABOUT_IMAGES: Final = frozenset({"sexual_image", "blackmail"})
AUDIENCE: Final = "school_staff"


@dataclass(frozen=True, slots=True)
class NoteWords:
    """The words of notes that are no advice: names of urgencies and signals."""

    heading: str
    urgency: Mapping[str, str]
    signal: Mapping[str, str]
    signals: str
    danger_check: str
    no_worry: str
    request: RequestWords


def load_words(path: Path = FILE) -> NoteWords:
    """The words of notes.

    Raises:
        ContentError: the file lacks a name, or has one too many.
    """
    data: dict[str, Any] = read_yaml(path)
    for key, names in (("urgency", URGENCIES), ("signal", SIGNALS)):
        if set(data[key]) != set(names):
            raise ContentError(f"{path}:1: NAME_UNKNOWN: {key} must name {names}")
    return NoteWords(**{**data, "request": RequestWords(**data["request"])})


@dataclass(frozen=True, slots=True)
class Note:
    """A note: what was found, the cards, and the mark of what it answers."""

    heading: str
    found: tuple[str, ...]
    messages: tuple[Message, ...]
    mark: str

    def plain(self) -> str:
        """As plain text."""
        parts = [
            self.heading,
            "\n".join(self.found),
            *(f"{_title(one)}\n{as_text(one)}" for one in self.messages),
            self.mark,
        ]
        return "\n\n".join(filter(None, parts))

    def html(self) -> str:
        """As simple HTML, which every desk shows."""
        parts = [f"<p><strong>{escape(self.heading)}</strong></p>"]
        if self.found:
            parts.append(_paragraph("\n".join(self.found)))
        for one in self.messages:
            parts.append(f"<p><strong>{escape(_title(one))}</strong></p>")
            parts.append(_paragraph(as_text(one)))
        return "".join([*parts, _paragraph(self.mark)])


def note_for(
    finding: Finding | None,
    is_part_unread: bool,
    nation: Nation | None,
    library: Library,
    words: NoteWords,
    mark: str,
) -> Note:
    """The note for what was found.

    Args:
        finding: None where there were no words to read.
        is_part_unread: whether something could not be read.
        nation: where the school is, if that is known.
        library: the content.
        words: see `load_words`.
        mark: of the entry that it answers.
    """
    unread = [library.cards[NOTHING_TO_READ]] if is_part_unread or not finding else []
    about = library.cards[ABOUT_THE_NOTE]
    if finding is None:
        cards = [*unread, about]
        return Note(words.heading, (), _messages(cards, nation, library), mark)
    is_doubt = finding.is_doubtful and finding.urgency != "emergency"
    found = [words.danger_check if is_doubt else words.urgency[finding.urgency]]
    named = [words.signal[name] for name in SIGNALS if name in finding.signals]
    if named:
        found.append(f"{words.signals} {'; '.join(named)}.")
    advice = _advice(finding, nation, library)
    if not advice and not unread:
        found.append(words.no_worry)
    cards = [*advice, *unread, about]
    return Note(words.heading, tuple(found), _messages(cards, nation, library), mark)


def _advice(finding: Finding, nation: Nation | None, library: Library) -> list[Card]:
    """The cards for staff: what to do now, the duties, and about images."""
    if finding.is_plain_business:
        return []
    question = Question(
        intent=finding.intent,
        urgency=finding.urgency,
        signals=finding.signals,
        audience=AUDIENCE,
        nation=nation,
        worry=finding.worry,
    )
    answer = choose(question, library)
    cards = [card for card in answer.cards if card.part != "dialogue"]
    topic = answer.topic or (finding.worry if finding.is_grave else None)
    if topic:
        for part in ("now", "report"):
            card = worry_card(topic, part, question, library)
            cards += [card] if card else []
    if ABOUT_IMAGES & finding.signals:
        cards.append(library.cards[IMAGES])
    fitting = [
        card
        for card in dict.fromkeys(cards)
        # What speaks to a blackmailed adult speaks to the reporter, not to staff.
        if AUDIENCE in card.audience and card.id != ADULT_BLACKMAILED
    ]
    return fitting or [library.cards[DUTIES]]


def _messages(
    cards: Iterable[Card], nation: Nation | None, library: Library
) -> tuple[Message, ...]:
    """The cards as messages; a contact is named once, where it is first of use."""
    shown: set[str] = set()
    messages = []
    for card in cards:
        contacts = [
            contact
            for contact in contacts_for(card, AUDIENCE, nation, library)
            if contact.id not in shown
        ]
        shown |= {contact.id for contact in contacts}
        messages.append(message_of(card, contacts, library))
    return tuple(messages)


def _title(message: Message) -> str:
    card = message["card"]
    return card["title"] if card else ""


def _paragraph(text: str) -> str:
    return "<p>" + "<br>".join(escape(line) for line in text.split("\n")) + "</p>"
