"""What Telegram knows: chats, their messages, buttons pressed. No HTTP here."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.telegram.refusals import RefusedError, bad_request

# Ids as Telegram's, above any count that a test might compare them with.
FIRST_MESSAGE_ID: Final = 1001


@dataclass(frozen=True)
class Button:
    """One inline button; it has data or a url, or does something else."""

    title: str
    data: str | None
    url: str | None


@dataclass
class Message:
    """A message of the bot, or of a person to it.

    Attributes:
        content: the rest of it as it stands in an API `Message`: text and entities, or
            a photo, and so on.
        html: the text with its tags, as the bot sent it.
        arguments: all that the bot sent with it, e.g. `link_preview_options`.
        at: when it came, by `time.monotonic`, for measuring.
    """

    id: int
    chat: Chat
    sender: dict[str, Any] | None
    is_from_bot: bool
    date: int
    content: dict[str, Any]
    html: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    edit_date: int | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        """The text without tags."""
        return str(self.content.get("text", ""))

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline buttons, row by row."""
        keyboard = self.content.get("reply_markup", {}).get("inline_keyboard", [])
        return [
            [Button(b["text"], b.get("callback_data"), b.get("url")) for b in row]
            for row in keyboard
        ]

    @property
    def titles(self) -> list[str]:
        """What stands on the buttons."""
        return [button.title for row in self.buttons for button in row]

    def as_api(self) -> dict[str, Any]:
        """The message as the API gives it."""
        message = {"message_id": self.id, "date": self.date, "chat": self.chat.about}
        if self.sender:
            message["from"] = self.sender
        if self.edit_date:
            message["edit_date"] = self.edit_date
        return message | self.content


@dataclass
class Chat:
    """A chat that the bot may write to.

    Attributes:
        about: the API's `Chat`.
        messages: all that are not deleted, by id.
        refusal: what the bot is answered instead when it sends something.
    """

    about: dict[str, Any]
    messages: dict[int, Message] = field(default_factory=dict)
    refusal: RefusedError | None = None
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    @property
    def is_private(self) -> bool:
        return bool(self.about["type"] == "private")

    def from_bot(self) -> list[Message]:
        """What the bot sent here and has not deleted, oldest first."""
        return [m for m in list(self.messages.values()) if m.is_from_bot]

    def changed(self) -> None:
        """Wakes who waits for this chat."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def change(self) -> None:
        """Returns when something has happened here."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)


@dataclass
class CallbackQuery:
    """A button that was pressed; `answer` is what the bot said to it, once."""

    id: str
    answer: dict[str, Any] | None = None


class Chats:
    """All chats of the bot, and the clock of this Telegram."""

    def __init__(self) -> None:
        self.by_id: dict[int, Chat] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.seconds_ahead = 0.0
        self._message_ids: Iterator[int] = itertools.count(FIRST_MESSAGE_ID)

    def now(self) -> int:
        """The date of what happens now."""
        return int(time.time() + self.seconds_ahead)

    def known(self, chat_id: int | str) -> Chat:
        """The chat, if it ever wrote to the bot.

        Raises:
            RefusedError: it did not. A bot that asks writes to a stranger.
        """
        chat = self.by_id.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def add(self, about: dict[str, Any]) -> Chat:
        """The chat, new if it was not known."""
        return self.by_id.setdefault(about["id"], Chat(about))

    def new_message(
        self,
        chat: Chat,
        sender: dict[str, Any] | None,
        content: dict[str, Any],
        *,
        is_from_bot: bool = False,
        html: str = "",
        arguments: dict[str, Any] | None = None,
    ) -> Message:
        """A message with the next id, kept in its chat."""
        message = Message(
            next(self._message_ids),
            chat,
            sender,
            is_from_bot,
            self.now(),
            content,
            html,
            arguments or {},
        )
        chat.messages[message.id] = message
        return message

    def add_mentioned(self, update: Any) -> None:
        """Makes all chats, people and queries of an injected update known."""
        for name, value in _named_values(update):
            if name == "callback_query" and isinstance(value.get("id"), str):
                self.queries.setdefault(value["id"], CallbackQuery(value["id"]))
            if type(value.get("id")) is not int:
                continue
            if name == "chat" and isinstance(value.get("type"), str):
                self.add(value)
            elif name in ("from", "user"):
                self.add({"id": value["id"], "type": "private"})


def _named_values(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside, with the name of the field that holds it."""
    if isinstance(value, list):
        for item in value:
            yield from _named_values(item)
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, dict):
                yield str(name), item
            yield from _named_values(item)
