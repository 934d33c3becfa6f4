"""A person's wish that the school contacts them: asked for step by step, then sent.

Pure. What is typed is held only while the steps last, and never goes to the model's
conversation, a log or a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

from bot.guidance.choices import ASK_THE_SCHOOL, DANGER_NOW
from bot.terms import Urgency

Step = Literal["consent", "name", "way", "check"]

ASK, DANGER = ASK_THE_SCHOOL, DANGER_NOW
AGREE, SEND, STOP = "school.yes", "school.send", "school.stop"
THAT_IS_IT: Final = "school.name"
KEYS: Final = (ASK, AGREE, SEND, STOP, THAT_IS_IT)
# The card of each step, of a step that must be done again, and of each end.
CARDS: Final[Mapping[Step, str]] = {
    "consent": "school_contact_consent",
    "name": "school_contact_name",
    "way": "school_contact_way",
    "check": "school_contact_check",
}
AGAIN: Final[Mapping[Step, str]] = {
    "consent": "school_contact_consent",
    "name": "school_contact_name_again",
    "way": "school_contact_way_again",
    "check": "school_contact_check",
}
DOUBT: Final = "school_contact_doubt"
SENT, STOPPED, FAILED = (
    "school_contact_sent",
    "school_contact_stopped",
    "school_contact_failed",
)
OWN_CARDS: Final = (*CARDS.values(), *AGAIN.values(), DOUBT, SENT, STOPPED, FAILED)
BUTTONS: Final[Mapping[Step, tuple[str, ...]]] = {
    "consent": (AGREE, STOP),
    "name": (STOP, DANGER),
    "way": (STOP, DANGER),
    "check": (SEND, STOP, DANGER),
}
# No address or placeholder of a program is a name.
NAME: Final = re.compile(r"(?=.*[^\W\d_])[^\n<>{}/:@]{1,80}")
# Seven digits are the fewest that a number for calling a person has, fifteen the most.
PHONE: Final = re.compile(r"\(?\+?(?:[\s().-]*\d){7,15}")
EMAIL: Final = re.compile(r"[^\s@<>{},;]{1,64}@[^\s@<>{},;.]+(?:\.[^\s@<>{},;.]+)+")
LONGEST_WAY: Final = 120
# Longer than a name: who writes so many words is telling something.
MOST_WORDS_OF_A_NAME: Final = 6
WORDS_THAT_STOP: Final = frozenset(
    {"stop", "cancel", "no", "no stop", "stop please", "no thanks", "no thank you"}
)
WORDS_THAT_AGREE: Final = frozenset(
    {"yes", "yes please", "yes go on", "go on", "ok", "okay", "yes send it", "send it"}
    | {"send", "yes send", "please send it", "yes please send it"}
)


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """A request on its way.

    Attributes:
        step: what is asked for now.
        name: as typed.
        way: a phone number or an e-mail address, as typed.
        doubted: what was typed as a name and may be something else.
    """

    step: Step = "consent"
    name: str = ""
    way: str = ""
    doubted: str = ""

    def typed(self, text: str) -> ContactRequest | None:
        """The request after a text, or None if that is not what was asked for."""
        text = " ".join(text.split())
        is_name = len(text.split()) <= MOST_WORDS_OF_A_NAME and NAME.fullmatch(text)
        if self.step == "name" and is_name:
            return replace(self, step="way", name=text, doubted="")
        if self.step == "way" and is_way(text):
            return replace(self, step="check", way=text.rstrip(".,;"))
        return None

    def pressed(self, key: str) -> ContactRequest | None:
        """The request after a button, or None if the button is not of this step."""
        if self.step == "consent" and key == AGREE:
            return replace(self, step="name")
        if self.step == "name" and key == THAT_IS_IT and self.doubted:
            return self.typed(self.doubted)
        return None


def is_way(text: str) -> bool:
    """Whether a text is one phone number or one e-mail address, and nothing else."""
    text = text.strip().rstrip(".,;")
    found = PHONE.fullmatch(text) or EMAIL.fullmatch(text)
    return found is not None and len(text) <= LONGEST_WAY


def without_way(text: str) -> str:
    """A text without the numbers and addresses in it."""
    return EMAIL.sub(" ", PHONE.sub(" ", text))


def plain(text: str) -> str:
    """A short answer without its punctuation and capitals."""
    return " ".join(re.findall(r"\w+", text.lower()))


@dataclass(frozen=True, slots=True)
class RequestWords:
    """The words of the ticket; see `note.yml`."""

    title: str
    opening: str
    name: str
    way: str
    topic: str
    no_topic: str
    urgency: str
    urgencies: Mapping[str, str]
    close: str
    reference: str


def summary(
    request: ContactRequest, topic: str | None, urgency: Urgency, words: RequestWords
) -> str:
    """What will be sent, for the person to check."""
    return "\n".join(
        (
            f"{words.name} {request.name}",
            f"{words.way} {request.way}",
            f"{words.topic} {topic or words.no_topic}",
            f"{words.urgency} {words.urgencies[urgency]}",
        )
    )


def ticket_text(
    request: ContactRequest,
    topic: str | None,
    urgency: Urgency,
    for_staff: str,
    words: RequestWords,
    mark: str,
) -> tuple[str, str]:
    """The ticket as plain text and as HTML.

    Args:
        request: with a name and a way.
        topic: in words.
        urgency: the gravest of the conversation.
        for_staff: the same, in the words of notes.
        words: see `RequestWords`.
        mark: that the bot opened it.
    """
    typed = summary(request, topic, urgency, words)
    # The mark comes first: further below it could be a reporter's quotation.
    parts = (mark, for_staff, words.opening, typed, words.close)
    html = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts)
    return "\n\n".join(parts), html
