"""What happens to one Telegram update: who may talk, what is read, what is sent back.

Only private chats are answered, and only words and buttons are read; nothing that
anybody sends is ever downloaded. Chat ids are held in memory for as long as a
conversation lives. Used by `bot.channels.telegram`, which receives the updates.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from telegram import Bot, BotCommand, CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatAction, ChatMemberStatus, ChatType
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext.filters import StatusUpdate

from bot.channels.reception import ChoiceUnknownError, Reception, Reply
from bot.channels.sessions import Sessions
from bot.channels.telegram_words import Part, parts_of
from bot.guidance.choices import START_AGAIN
from bot.guidance.choose import ASK_NATION, EMERGENCY, HUMAN_ROUTES, OPENING
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

# Cards of this channel's own; a test makes sure that they exist.
PICTURES_REFUSED: Final = "pictures_refused"
PRIVATE_ONLY: Final = "telegram_private_only"
WHAT_TELEGRAM_KEEPS: Final = "telegram_keeps"
FORGOTTEN: Final = "telegram_forgotten"
HELP: Final = "ask_capabilities"
OWN_CARDS: Final = (
    PICTURES_REFUSED,
    PRIVATE_ONLY,
    WHAT_TELEGRAM_KEEPS,
    FORGOTTEN,
    HELP,
)

COMMANDS: Final = (
    BotCommand("start", "What this is, 999, and what it keeps"),
    BotCommand("help", "What it can do, and people to talk to"),
    BotCommand("nation", "Say where in the UK you are"),
    BotCommand("restart", "Start again with another worry"),
    BotCommand("forget", "Delete this conversation, here and in this chat"),
)

# Telegram lets a bot delete messages of a private chat for this long, and this many at
# once.
SECONDS_DELETABLE: Final = 48 * 3600
MOST_DELETED_AT_ONCE: Final = 100
MOST_REMEMBERED: Final = 300
# Groups that were told that this is for private chats.
MOST_TOLD: Final = 1_000
# While Telegram cannot be reached an answer waits, for as long as it is of use.
SECONDS_TRIED: Final = 300
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


@dataclass(slots=True)
class _Held:
    """What is known of an open conversation, in memory only."""

    # When it was sent, and which: the bot's messages, and the person's.
    ours: deque[tuple[float, int]] = field(
        default_factory=lambda: deque(maxlen=MOST_REMEMBERED)
    )
    theirs: deque[tuple[float, int]] = field(
        default_factory=lambda: deque(maxlen=MOST_REMEMBERED)
    )
    edited: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))
    album: str | None = None


class TelegramTalk:
    """Answers updates.

    Args:
        bot: sends.
        reception: answers what is written and pressed.
        seconds_kept: how long a quiet conversation is held.
        begin, forget: called with a conversation's id when it begins and ends.
    """

    def __init__(
        self,
        bot: Bot,
        reception: Reception,
        seconds_kept: float,
        begin: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        self._bot = bot
        self._reception = reception
        self._begin = begin
        self._forget = forget
        self._sessions = Sessions(seconds_kept, self._drop)
        self._held: dict[str, _Held] = {}
        self._told: OrderedDict[int, None] = OrderedDict()
        self._aside: set[asyncio.Task[Any]] = set()
        self._commands: dict[str, Callable[[int], Awaitable[None]]] = {
            "start": self._start,
            "help": self._help,
            "nation": self._ask_nation,
            "restart": self._restart,
            "forget": self._delete_all,
        }

    def end_old(self) -> None:
        """Ends conversations that have been quiet for long."""
        self._sessions.end_old()

    async def take(self, update: Update) -> None:
        """Answers one update, or stays silent where there is nothing to answer."""
        if update.callback_query:
            await self._take_press(update.callback_query)
        elif update.my_chat_member:
            await self._take_membership(update.my_chat_member)
        elif message := update.effective_message:
            if message.chat.type != ChatType.PRIVATE:
                await self._take_from_group(message)
            elif update.edited_message:
                await self._take_edit(message)
            elif not StatusUpdate.ALL.check_update(update):
                await self._take_message(message)

    async def give_up(self, update: Update) -> None:
        """What is said when answering failed: it may have been an emergency."""
        message = update.effective_message
        if message and message.chat.type == ChatType.PRIVATE:
            await self._send(message.chat.id, self._reception.card(EMERGENCY))

    async def _take_message(self, message: Message) -> None:
        chat, words = message.chat.id, message.text or message.caption or ""
        command, rest = self._command(words)
        is_start = command == self._start
        held = self._begun_anew(chat) if is_start else await self._greeted(chat)
        held.theirs.append((time.time(), message.message_id))
        if command:
            await command(chat)
            words = rest
        else:
            self._say_aside(
                self._bot.send_chat_action(chat_id=chat, action=ChatAction.TYPING)
            )
        if words:
            await self._answer(chat, words)
        is_same_album = message.media_group_id and message.media_group_id == held.album
        if not message.text and not is_same_album:
            held.album = message.media_group_id
            await self._send(chat, self._reception.card(PICTURES_REFUSED))

    async def _take_edit(self, message: Message) -> None:
        words = message.text or message.caption
        if not words:
            return  # a place that is shared moves by the minute
        held = await self._greeted(message.chat.id)
        if message.message_id in held.edited:
            return
        held.edited.append(message.message_id)
        await self._answer(message.chat.id, words)

    def _command(
        self, words: str
    ) -> tuple[Callable[[int], Awaitable[None]] | None, str]:
        """The command that the words begin with, and what else they say."""
        if not words.startswith("/"):
            return None, words
        first, _, rest = words.partition(" ")
        name = first[1:].partition("@")[0].lower()
        # "/start x" is how a link to the bot hands over a code.
        is_code = name == "start" and " " not in rest.strip()
        return self._commands.get(name), "" if is_code else rest.strip()

    async def _take_press(self, query: CallbackQuery) -> None:
        # Telegram shows a waiting sign on the button until it is answered.
        self._say_aside(self._bot.answer_callback_query(callback_query_id=query.id))
        message = query.message
        if message is None or message.chat.type != ChatType.PRIVATE:
            return
        chat = message.chat.id
        await self._greeted(chat)
        conversation = self._sessions.conversation(str(chat)) or ""
        try:
            reply = await self._reception.take_choice(conversation, query.data or "")
        except ChoiceUnknownError:
            # A button of an older version of this bot.
            reply = self._reception.card(OPENING)
        await self._reply(chat, conversation, reply)

    async def _take_membership(self, change: ChatMemberUpdated) -> None:
        gone = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
        is_gone = change.new_chat_member.status in gone
        if change.chat.type == ChatType.PRIVATE:
            if is_gone:
                self._sessions.end(str(change.chat.id))
        elif not is_gone:
            await self._tell_once(change.chat.id)

    async def _take_from_group(self, message: Message) -> None:
        # A group that becomes a supergroup gets another number, and was told already.
        other = message.migrate_to_chat_id or message.migrate_from_chat_id
        if other:
            self._mark_told(other)
            self._mark_told(message.chat.id)
        else:
            await self._tell_once(message.chat.id)

    async def _tell_once(self, chat: int) -> None:
        """Says in a group or channel that this is for private chats, and no more."""
        if chat in self._told:
            return
        self._mark_told(chat)
        for part in _all_parts(self._reception.card(PRIVATE_ONLY)):
            await self._deliver(chat, Part(part.html))

    def _mark_told(self, chat: int) -> None:
        self._told[chat] = None
        if len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)

    async def _answer(self, chat: int, words: str) -> None:
        conversation = self._sessions.conversation(str(chat))
        if conversation is not None:
            reply = await self._reception.take_text(conversation, words)
            await self._reply(chat, conversation, reply)

    async def _reply(self, chat: int, conversation: str, reply: Reply) -> None:
        await self._send(chat, reply)
        if self._sessions.conversation(str(chat)) != conversation:
            # Whoever left while this was answered wants nothing kept of it.
            self._forget(conversation)

    async def _start(self, chat: int) -> None:
        """Says what this is, in a conversation that has just begun."""
        await self._send(chat, self._reception.card(WHAT_TELEGRAM_KEEPS))
        await self._send(chat, self._reception.card(OPENING))

    async def _help(self, chat: int) -> None:
        await self._send(chat, self._reception.card(HELP))
        await self._send(chat, self._reception.card(HUMAN_ROUTES))

    async def _ask_nation(self, chat: int) -> None:
        await self._send(chat, self._reception.card(ASK_NATION))

    async def _restart(self, chat: int) -> None:
        conversation = self._sessions.conversation(str(chat)) or ""
        reply = await self._reception.take_choice(conversation, START_AGAIN)
        await self._reply(chat, conversation, reply)

    async def _delete_all(self, chat: int) -> None:
        """Ends the conversation, and deletes its messages where Telegram lets us."""
        held = self._held_of(chat)
        self._sessions.end(str(chat))
        oldest = time.time() - SECONDS_DELETABLE
        for sent in (held.ours, held.theirs):
            numbers = [number for at, number in sent if at > oldest]
            for start in range(0, len(numbers), MOST_DELETED_AT_ONCE):
                await self._delete(chat, numbers[start : start + MOST_DELETED_AT_ONCE])
        # Of a conversation that is over, so it is not remembered.
        for part in _all_parts(self._reception.card(FORGOTTEN)):
            await self._deliver(chat, part)

    async def _delete(self, chat: int, numbers: list[int]) -> None:
        try:
            await self._until_reached(
                lambda: self._bot.delete_messages(chat_id=chat, message_ids=numbers)
            )
        except TelegramError as error:
            name = type(error).__name__
            log_event(logger, logging.INFO, "telegram.delete.refused", error=name)

    async def _greeted(self, chat: int) -> _Held:
        """What is held of a chat; one that begins is first told what this is."""
        if self._sessions.conversation(str(chat)) is not None:
            return self._held_of(chat)
        held = self._begun(chat, _Held())
        opening, *_ = self._reception.card(OPENING).messages
        await self._deliver_held(chat, Part(parts_of(opening)[0].html))
        return held

    def _begun_anew(self, chat: int) -> _Held:
        """The same of a chat that starts again: what was said can still be deleted."""
        before = self._held_of(chat)
        return self._begun(chat, _Held(before.ours, before.theirs))

    def _begun(self, chat: int, held: _Held) -> _Held:
        self._sessions.start(str(chat))
        conversation = self._sessions.conversation(str(chat)) or ""
        self._held[conversation] = held
        self._begin(conversation)
        return held

    def _held_of(self, chat: int) -> _Held:
        return self._held.get(self._sessions.conversation(str(chat)) or "", _Held())

    def _drop(self, conversation: str) -> None:
        self._held.pop(conversation, None)
        self._forget(conversation)

    async def _send(self, chat: int, reply: Reply) -> None:
        for part in _all_parts(reply):
            if not await self._deliver_held(chat, part):
                return

    async def _deliver_held(self, chat: int, part: Part) -> bool:
        """Delivers a part and remembers which message it is, to delete it on demand."""
        number = await self._deliver(chat, part)
        conversation = self._sessions.conversation(str(chat))
        if number is not None and conversation in self._held:
            self._held[conversation].ours.append((time.time(), number))
        return number is not None

    async def _deliver(self, chat: int, part: Part) -> int | None:
        """The number of the message sent, or None if nobody is there to read it."""
        try:
            sent = await self._until_reached(
                lambda: self._bot.send_message(
                    chat_id=chat, text=part.html, reply_markup=part.keyboard
                )
            )
        except (Forbidden, ChatMigrated):
            self._sessions.end(str(chat))  # blocked, left, moved: in silence
        except TelegramError as error:
            name = type(error).__name__
            log_event(logger, logging.WARNING, "telegram.send.failed", error=name)
        else:
            number: int = sent.message_id
            return number
        return None

    async def _until_reached(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """Asks again while Telegram is away, or says that it is too much.

        A request that was cut off may have been carried out: an answer can then come
        twice. For somebody in fear that is better than never.

        Raises:
            TelegramError: Telegram refuses, or has been away for too long.
        """
        pause, deadline = FIRST_PAUSE, time.monotonic() + SECONDS_TRIED
        while True:
            try:
                return await request()
            except BadRequest:
                raise
            except RetryAfter as error:
                wait = float(error.retry_after)  # type: ignore[arg-type]
                if time.monotonic() + wait > deadline:
                    raise
            except NetworkError:
                if time.monotonic() > deadline:
                    raise
                wait, pause = pause, min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(wait)

    def _say_aside(self, request: Awaitable[Any]) -> None:
        """Sends what nobody waits for, and nobody misses."""

        async def send() -> None:
            try:
                await request
            except TelegramError as error:
                name = type(error).__name__
                log_event(logger, logging.INFO, "telegram.aside.failed", error=name)

        task = asyncio.get_running_loop().create_task(send())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def _all_parts(reply: Reply) -> Iterable[Part]:
    return (part for message in reply.messages for part in parts_of(message))
