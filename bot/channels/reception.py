"""Where every channel's messages come in: checked, handed to Rasa, and always answered.

Typed text can never fire an intent or set a slot, a button can only mean what the
project's list says, and when a part fails the person still gets the emergency routes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.channels.school_requests import Said, SchoolRequests
from bot.errors import BotError
from bot.guidance.choices import Meaning, Menu
from bot.guidance.choose import EMERGENCY, FAILED, OPENING, UNREADABLE, Answer
from bot.guidance.load import Library
from bot.guidance.render import (
    OWN_BUTTONS,
    Message,
    buttons,
    contacts_for,
    message_of,
)
from bot.handover.request import KEYS as SCHOOL_KEYS
from bot.plain_text import INVISIBLE, normalise
from bot.privacy.quiet_logs import log_event
from bot.terms import IMMEDIATE_DANGER, Urgency

logger = logging.getLogger(__name__)

# Longer than anybody types in fright, shorter than a pasted book.
MOST_CHARACTERS: Final = 4_000
# A leading slash is Rasa's way to name an intent; nobody may do so by typing. White
# space does not hide it from Rasa.
COMMAND: Final = re.compile(r"^[\s/]+")

Handler = Callable[[UserMessage], Awaitable[Any]]


class ChoiceUnknownError(BotError):
    """A button key that does not exist was sent."""

    code = "CHOICE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a channel shows after one message."""

    urgency: Urgency
    danger_check: bool
    messages: list[Message]


class _Collector(OutputChannel):
    """Keeps the structured messages that our actions send."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.guidance: list[dict[str, Any]] = []

    def name(self) -> str:
        """Rasa asks for the channel's name to choose response variants."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Called by Rasa for each message of the answer."""
        # Rasa lays an event's metadata out among the message's own keys.
        guidance = message.get("guidance")
        if guidance:
            self.guidance.append(guidance)


class Reception:
    """Takes messages of one channel.

    Args:
        channel: its name in the metrics.
        handler: hands a message to Rasa.
        library: the content, for what must be said when Rasa cannot.
        menu: the buttons that exist.
        most_characters: of one text; a longer one is not read.
        school: takes requests to the school, where there is a helpdesk.
    """

    def __init__(
        self,
        channel: str,
        handler: Handler,
        library: Library,
        menu: Menu,
        most_characters: int = MOST_CHARACTERS,
        school: SchoolRequests | None = None,
    ) -> None:
        self._channel = channel
        self._handler = handler
        self._library = library
        self._menu = menu
        self._most_characters = most_characters
        self._school = school

    def opening(self) -> Reply:
        """What is said first: a machine, not an emergency service, 999."""
        return self._fixed(OPENING)

    def card(self, card_id: str) -> Reply:
        """One card, as an answer that needs no part of Rasa."""
        return self._fixed(card_id)

    async def take_text(self, conversation: str, text: str) -> Reply:
        """Answers what a person typed."""
        # Half an emoji, cut off by a client, is no text: nothing below could encode it.
        text = text.encode("utf-8", "ignore").decode("utf-8")
        if self._school and self._school.is_open(conversation):
            # A name is taken as it was typed, and what is unreadable is asked again.
            typed = INVISIBLE.sub("", text)[: self._most_characters]
            said = await self._school.take(conversation, typed)
            if said:
                return self._said(said)
        readable = normalise(text) if len(text) <= self._most_characters else ""
        plain = COMMAND.sub("", readable)
        if not any(character.isalnum() for character in plain):
            return self._fixed(UNREADABLE)
        return await self._ask(conversation, plain, None)

    async def take_choice(self, conversation: str, choice: str) -> Reply:
        """Answers a pressed button.

        Raises:
            ChoiceUnknownError: there is no such button.
        """
        if self._school and choice in SCHOOL_KEYS:
            return self._said(await self._school.press(conversation, choice))
        meaning = self._menu.meaning(choice)
        if meaning is None:
            raise ChoiceUnknownError("There is no such button. Please choose again.")
        if self._school:
            # Whoever presses something else has left the request.
            self._school.leave(conversation)
        return await self._ask(conversation, meaning.written, _as_parsed(meaning))

    async def _ask(
        self, conversation: str, text: str, parse_data: dict[str, Any] | None
    ) -> Reply:
        collector = _Collector(self._channel)
        message = UserMessage(
            text, collector, conversation, parse_data, input_channel=self._channel
        )
        try:
            await self._handler(message)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "reception.turn.failed", error=name)
        if not collector.guidance:
            log_event(logger, logging.ERROR, "reception.answer.missing")
            return self._failed(parse_data)
        first = collector.guidance[0]
        if self._school:
            self._school.heard(conversation, first["urgency"])
        return Reply(
            urgency=first["urgency"],
            danger_check=first["danger_check"],
            messages=[guidance["message"] for guidance in collector.guidance],
        )

    def _failed(self, parse_data: dict[str, Any] | None) -> Reply:
        """What is said when Rasa gave no answer: the question may be an emergency."""
        reply = self._fixed(EMERGENCY, FAILED)
        if parse_data and parse_data["intent"]["name"] == IMMEDIATE_DANGER:
            return replace(reply, urgency="emergency")
        return replace(reply, danger_check=True)

    def _said(self, said: Said) -> Reply:
        """A step of a request to the school."""
        reply = self._fixed(*([EMERGENCY] if said.danger_first else []), said.card)
        if said.danger_first:
            reply = replace(reply, urgency="emergency")
        message = reply.messages[-1]
        message["text"] = "\n".join(filter(None, (message["text"], said.lines)))
        if said.buttons:
            message["buttons"] = buttons(self._menu.titled(said.buttons, "parent"))
        return reply

    def _fixed(self, *card_ids: str) -> Reply:
        """A reply that needs no part of Rasa."""
        cards = tuple(self._library.cards[card_id] for card_id in card_ids)
        messages = [
            message_of(
                card, contacts_for(card, None, None, self._library), self._library
            )
            for card in cards
        ]
        answer = Answer(cards=cards, urgency="information")
        own = self._menu.titled(OWN_BUTTONS.get(card_ids[-1], ()), "parent")
        messages[-1]["buttons"] = buttons(own or self._menu.offer(answer, "parent"))
        return Reply("information", danger_check=False, messages=messages)


def _as_parsed(meaning: Meaning) -> dict[str, Any]:
    """A button as Rasa's parser would return it: read without the model."""
    return {
        "text": meaning.written,
        "intent": {"name": meaning.intent, "confidence": 1.0},
        "entities": [
            {"entity": name, "value": value} for name, value in meaning.entities.items()
        ],
    }
