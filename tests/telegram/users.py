"""A person, group or channel that a test speaks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tests.telegram.chats import Button, CallbackQuery, Chat, Message
from tests.telegram.html_text import utf16_length
from tests.telegram.refusals import forbidden
from tests.telegram.updates import Sampler

if TYPE_CHECKING:
    from tests.telegram.bot_api import BotApi

COMMAND: Final = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")
# In a group the person is not the chat.
MEMBER_ID: Final = 700700700
SECONDS: Final = 5.0
Expected = int | Callable[[list[Message]], object]


class User:
    """Says things to the bot, and sees what it answers.

    Everything that sends an update returns its id. Kinds of update that the bot did
    not ask for are not sent, as in Telegram; the answer is then None.
    """

    def __init__(self, api: BotApi, about: dict[str, Any]) -> None:
        self.about = about
        self.chat_id: int = about["id"]
        self.person = {
            "id": self.chat_id if about["type"] == "private" else MEMBER_ID,
            "is_bot": False,
            "first_name": about.get("first_name", "Sam"),
            "language_code": "en",
        }
        if "username" in about and about["type"] == "private":
            self.person["username"] = about["username"]
        self._api = api
        self._chat: Chat = api.chats.add(about)
        self._last: Message | None = None

    @property
    def messages(self) -> list[Message]:
        """What the bot sent here and has not deleted, oldest first."""
        return self._chat.from_bot()

    @property
    def texts(self) -> list[str]:
        """The plain text of these messages."""
        return [message.text for message in self.messages]

    def says(self, text: str) -> int | None:
        """A text message; commands in it are marked as Telegram marks them."""
        entities = [
            {
                "type": "bot_command",
                "offset": utf16_length(text[: found.start()]),
                "length": utf16_length(found[0]),
            }
            for found in COMMAND.finditer(text)
        ]
        return self._sends(
            {"text": text} | ({"entities": entities} if entities else {})
        )

    def sends(self, kind: str, **content: Any) -> int | None:
        """A message of any kind that the API's `Message` has a field for."""
        sampler = Sampler(self.person["id"], self._api.chats.now())
        return self._sends({kind: sampler.of_field("Message", kind)} | content)

    def sends_photo(self, caption: str | None = None) -> int | None:
        """A picture, perhaps with words below it."""
        return self.sends("photo", **({"caption": caption} if caption else {}))

    def edits(self, text: str) -> int | None:
        """Changes the last message of this person."""

        def edit() -> int | None:
            assert self._last is not None, "nothing was said that could be edited"
            self._last.content = {"text": text}
            self._last.edit_date = self._api.chats.now()
            kind = "edited_channel_post" if self._is_channel else "edited_message"
            return self._api.happens({kind: self._last.as_api()})

        return self._api.do(edit)

    def presses(self, title_or_data: str) -> str:
        """Presses a button, the newest of this name; returns the query's id."""

        def press() -> str:
            message, button = self._find_button(title_or_data)
            queries = self._api.chats.queries
            query = CallbackQuery(str(9_000_000_000 + len(queries)))
            queries[query.id] = query
            self._api.happens(
                {
                    "callback_query": {
                        "id": query.id,
                        "from": self.person,
                        "message": message.as_api(),
                        "chat_instance": str(self.chat_id),
                        "data": button.data,
                    }
                }
            )
            return query.id

        return self._api.do(press)

    def _find_button(self, title_or_data: str) -> tuple[Message, Button]:
        there = [
            (message, button)
            for message in reversed(self.messages)
            for row in message.buttons
            for button in row
        ]
        for message, button in there:
            if title_or_data in (button.title, button.data) and button.data:
                return message, button
        titles = [button.title for _, button in there]
        raise AssertionError(
            f"no button {title_or_data!r} to press; there are {titles}"
        )

    def blocks(self) -> int | None:
        """Blocks the bot, which is told so and can send nothing more."""
        return self._api.do(lambda: self._is_now("member", "kicked"))

    def unblocks(self) -> int | None:
        """Takes the block back."""
        return self._api.do(lambda: self._is_now("kicked", "member"))

    def _is_now(self, before: str, after: str) -> int | None:
        is_out = after == "kicked"
        why = "bot was blocked by the user"
        if not self._chat.is_private:
            why = f"bot was kicked from the {self.about['type']} chat"
        self._chat.refusal = forbidden(why) if is_out else None
        bot = {k: self._api.me[k] for k in ("id", "is_bot", "first_name", "username")}

        def member(status: str) -> dict[str, Any]:
            ends = {"until_date": 0} if status == "kicked" else {}
            return {"user": bot, "status": status} | ends

        return self._api.happens(
            {
                "my_chat_member": {
                    "chat": self.about,
                    "from": self.person,
                    "date": self._api.chats.now(),
                    "old_chat_member": member(before),
                    "new_chat_member": member(after),
                }
            }
        )

    def wait_for(self, expected: Expected, seconds: float = SECONDS) -> list[Message]:
        """Waits until there are so many messages, or until they are as expected.

        Blocks this thread: where the bot runs in it, use `arrives`.

        Raises:
            AssertionError: it took too long; says what there is instead.
        """
        return self._api.run(self._until(expected, seconds)).result()

    async def arrives(
        self, expected: Expected, seconds: float = SECONDS
    ) -> list[Message]:
        """The same for a test with an event loop of its own."""
        return await asyncio.wrap_future(self._api.run(self._until(expected, seconds)))

    async def _until(self, expected: Expected, seconds: float) -> list[Message]:
        try:
            async with asyncio.timeout(seconds):
                while not _is_as(expected, messages := self.messages):
                    await self._chat.change()
        except TimeoutError:
            there = "\n".join(f"- {text}" for text in self.texts) or "nothing"
            why = f"not as expected after {seconds:g} s; there is:\n{there}"
            raise AssertionError(why) from None
        return messages

    @property
    def _is_channel(self) -> bool:
        return bool(self.about["type"] == "channel")

    def _sends(self, content: dict[str, Any]) -> int | None:
        def send() -> int | None:
            sender = None if self._is_channel else self.person
            self._last = self._api.chats.new_message(self._chat, sender, content)
            kind = "channel_post" if self._is_channel else "message"
            return self._api.happens({kind: self._last.as_api()})

        return self._api.do(send)


def _is_as(expected: Expected, messages: list[Message]) -> bool:
    if callable(expected):
        return bool(expected(messages))
    return len(messages) >= expected
