"""The Telegram bot as a Rasa channel, inside the server's own event loop.

By default it asks Telegram for updates, which needs no public address; with a webhook
Telegram calls us. Whatever Telegram does, the other channels start and run. What an
update means is decided in `bot.channels.telegram_talk`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final
from weakref import WeakValueDictionary

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from telegram import LinkPreviewOptions, Update
from telegram.constants import MessageLimit, ParseMode, UpdateType
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    BaseUpdateProcessor,
    Defaults,
    ExtBot,
    TypeHandler,
)
from telegram.request import HTTPXRequest

from bot.channels.acts import count_act
from bot.channels.forgetting import forget_everywhere
from bot.channels.own_channel import OwnChannel
from bot.channels.reception import Reception
from bot.channels.school_requests import school_of
from bot.channels.telegram_talk import COMMANDS, TelegramTalk
from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library
from bot.privacy.quiet_logs import log_event
from bot.settings import Settings

logger = logging.getLogger(__name__)

NAME: Final = "telegram"
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105
ALLOWED_UPDATES: Final = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.CHANNEL_POST,
)
# Updates in hand at once, and of one chat: nobody can take the places of all.
MOST_AT_ONCE: Final = 4_096
MOST_OF_A_CHAT: Final = 30
CONNECTIONS: Final = 256
SECONDS_FOR_AN_ANSWER: Final = 30
# Telegram repeats an update for a day; so many ids are remembered to answer it once.
MOST_UPDATES_REMEMBERED: Final = 10_000
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
SECONDS_BETWEEN_SWEEPS: Final = 60
SECONDS_TO_STOP: Final = 10


class TelegramChannel(OwnChannel):
    """The Telegram bot, if there is a token.

    Args:
        settings: the operator's settings.
    """

    @classmethod
    def name(cls) -> str:
        """Part of the address: /webhooks/telegram."""
        return NAME

    def blueprint(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> Blueprint:
        """The webhook's route, if there is one, and what runs beside the server."""
        routes = Blueprint(NAME)
        if self._settings.telegram_bot_token is None:
            return routes
        library = load_library()
        school = school_of(self._settings, library, NAME)
        reception = Reception(
            NAME,
            on_new_message,
            library,
            Menu(library, load_titles(), school is not None),
            # Telegram cuts longer texts itself.
            most_characters=MessageLimit.MAX_TEXT_LENGTH,
            school=school,
        )

        async def start(app: Any, *_: Any) -> None:
            if school:
                school.begin(app)
            app.ctx.telegram = TelegramBot(
                self._settings,
                reception,
                begin=lambda c: count_act(app, c, NAME, "visit"),
                forget=lambda c: forget_everywhere(app, c),
            )
            # Never awaited: a Telegram that is away must not hold up the server.
            app.ctx.telegram.start()

        async def stop(app: Any, *_: Any) -> None:
            await app.ctx.telegram.stop()

        routes.listener("after_server_start")(start)
        routes.listener("before_server_stop")(stop)

        if self._settings.telegram_webhook_url:

            @routes.post("/")
            async def update(request: Request) -> HTTPResponse:
                bot: TelegramBot = request.app.ctx.telegram
                return await bot.take_call(request)

        return routes


class TelegramBot:
    """Receives updates, each once and each chat's in order, until it is stopped.

    Args:
        settings: with a token.
        reception: answers what is written and pressed.
        begin, forget: called with a conversation's id when it begins and ends.
    """

    def __init__(
        self,
        settings: Settings,
        reception: Reception,
        begin: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        self._settings = settings
        bot = _bot(settings, self._note_let_in)
        self._application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder().bot(bot).concurrent_updates(_InOrder()).build()
        )
        seconds_kept = settings.session_minutes * 60
        self._talk = TelegramTalk(bot, reception, seconds_kept, begin, forget)
        self._application.add_handler(TypeHandler(Update, self._take))
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_ready = False

    def start(self) -> None:
        """Begins in the background, and tries again where Telegram is away."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._run()), loop.create_task(self._sweep())]

    async def stop(self) -> None:
        """Answers what came, as far as that is quick, and lets go of Telegram."""
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.wait_for(self._wind_up(), SECONDS_TO_STOP)
        except Exception as error:
            # The server ends all the same.
            name = type(error).__name__
            log_event(logger, logging.WARNING, "telegram.stop.failed", error=name)

    async def take_call(self, request: Request) -> HTTPResponse:
        """Takes an update that Telegram, or somebody else, posted to us."""
        given = request.headers.get(SECRET_HEADER, "")
        wanted = self._settings.telegram_webhook_secret or ""
        # A header may hold bytes that are no text.
        said = given.encode(errors="surrogateescape")
        if not hmac.compare_digest(said, wanted.encode()):
            log_event(logger, logging.WARNING, "telegram.call.forged")
            return _said(403, "TELEGRAM_SECRET_WRONG")
        if not self._application.running:
            # Telegram keeps the update and comes again.
            return _said(503, "NOT_READY")
        try:
            update = Update.de_json(json.loads(request.body), self._application.bot)
        except Exception as error:
            # Whatever it is, Telegram would send it again for ever if we said no.
            name = type(error).__name__
            log_event(logger, logging.INFO, "telegram.update.unreadable", error=name)
            return _said(200, "UPDATE_UNREADABLE")
        if update is not None:
            await self._application.update_queue.put(update)
        return _said(200, "TAKEN")

    async def _run(self) -> None:
        try:
            await self._get_in_touch()
        except InvalidToken:
            self._note_let_in(False)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "telegram.start.refused", error=name)

    async def _get_in_touch(self) -> None:
        await self._again_until_done(self._application.initialize)
        await self._application.start()
        url = self._settings.telegram_webhook_url
        if url:
            await self._again_until_done(
                lambda: self._application.bot.set_webhook(
                    url,
                    secret_token=self._settings.telegram_webhook_secret,
                    allowed_updates=ALLOWED_UPDATES,
                )
            )
        elif self._application.updater:
            await self._application.updater.start_polling(
                bootstrap_retries=-1,
                allowed_updates=ALLOWED_UPDATES,
                error_callback=_note_lost_touch,
            )
        self.is_ready = True
        log_event(logger, logging.INFO, "telegram.ready", webhook=bool(url))
        await self._again_until_done(
            lambda: self._application.bot.set_my_commands(COMMANDS)
        )

    def _note_let_in(self, is_let_in: bool) -> None:
        """Telegram knows our token, or does not any more."""
        self.is_ready = is_let_in
        if not is_let_in:
            log_event(
                logger,
                logging.ERROR,
                "telegram.token.refused",
                setting="TELEGRAM_BOT_TOKEN",
            )

    async def _again_until_done(self, request: Callable[[], Awaitable[Any]]) -> None:
        """Tries until Telegram answers.

        Raises:
            TelegramError: the token or the request is wrong, and would be again.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await request()
            except (InvalidToken, BadRequest):
                raise
            except TelegramError as error:
                name = type(error).__name__
                log_event(logger, logging.WARNING, "telegram.start.failed", error=name)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    async def _wind_up(self) -> None:
        updater = self._application.updater
        if updater and updater.running:
            await updater.stop()
        if self._application.running:
            await self._application.stop()
        await self._application.shutdown()

    async def _take(self, update: Update, _: Any) -> None:
        if update.update_id in self._seen:
            return
        self._seen[update.update_id] = None
        if len(self._seen) > MOST_UPDATES_REMEMBERED:
            self._seen.popitem(last=False)
        try:
            await self._talk.take(update)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "telegram.update.failed", error=name)
            await self._talk.give_up(update)

    async def _sweep(self) -> None:
        """Ends quiet conversations even when nobody writes."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
            self._talk.end_old()


class _InOrder(BaseUpdateProcessor):
    """Many chats at once, the updates of each one after the other."""

    def __init__(self) -> None:
        super().__init__(MOST_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[int] = Counter()

    async def do_process_update(
        self, update: object, coroutine: Awaitable[Any]
    ) -> None:
        """Called by the library for each update, in the order in which they came."""
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None:
            await coroutine
            return
        if self._waiting[chat.id] >= MOST_OF_A_CHAT:
            # Nobody writes so fast; what was dropped is counted in the log.
            log_event(logger, logging.WARNING, "telegram.chat.too_fast")
            asyncio.ensure_future(coroutine).cancel()
            return
        lock = self._locks.setdefault(chat.id, asyncio.Lock())
        self._waiting[chat.id] += 1
        try:
            async with lock:
                await coroutine
        finally:
            self._waiting[chat.id] -= 1
            if not self._waiting[chat.id]:
                del self._waiting[chat.id]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


class _PatientBot(ExtBot[Any]):
    """Goes on asking, whatever Telegram sends.

    The library's loop of asking ends for good when the token is refused once, and asks
    for ever for the same updates when it cannot read one of them.
    """

    def __init__(
        self, *args: Any, note_let_in: Callable[[bool], None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._note_let_in = note_let_in

    async def _post(self, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        try:
            result = await super()._post(endpoint, *args, **kwargs)
        except InvalidToken as error:
            if endpoint != "getUpdates":
                raise
            self._note_let_in(False)
            raise NetworkError("The token was refused.") from error
        if endpoint != "getUpdates":
            return result
        self._note_let_in(True)
        return [self._readable(update) for update in result]

    def _readable(self, update: Any) -> Any:
        try:
            Update.de_json(update, self)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.INFO, "telegram.update.unreadable", error=name)
            # Its number alone, so that it is not sent again.
            return {"update_id": update["update_id"]}
        return update


def _bot(settings: Settings, note_let_in: Callable[[bool], None]) -> _PatientBot:
    def request() -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            read_timeout=SECONDS_FOR_AN_ANSWER,
            pool_timeout=SECONDS_FOR_AN_ANSWER,
        )

    base_url = settings.telegram_api_base_url
    elsewhere: dict[str, Any] = {"base_url": base_url} if base_url else {}
    return _PatientBot(
        settings.telegram_bot_token or "",
        **elsewhere,
        request=request(),
        get_updates_request=request(),
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        rate_limiter=AIORateLimiter(
            overall_max_rate=settings.telegram_messages_a_second,
            # It would make all chats wait for one; `TelegramTalk` waits for each.
            max_retries=0,
        ),
        note_let_in=note_let_in,
    )


def _note_lost_touch(error: TelegramError) -> None:
    """The library goes on asking by itself."""
    name = type(error).__name__
    log_event(logger, logging.WARNING, "telegram.polling.failed", error=name)


def _said(status: int, code: str) -> HTTPResponse:
    return json_response({"code": code}, status)
