"""Hands updates to the bot's webhook: in order for a chat, until they are taken."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from tests.telegram.pending import Pending, Queue

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
FIRST_WAIT: Final = 0.05  # seconds between tries; doubled up to the longest
LONGEST_WAIT: Final = 1.0
SECONDS_TO_ANSWER: Final = 60.0


@dataclass(frozen=True)
class Delivery:
    """One try. The status is None when nobody answered."""

    update_id: int
    status: int | None
    at: float = field(default_factory=time.monotonic)


class Webhook:
    """The webhook of the bot, while one is set.

    Attributes:
        settings: the arguments of `setWebhook`; empty while none is set.
        deliveries: every try, in order.
        deliver_to: scheme, host and port to use instead of those of the bot's URL,
            for a bot that registers the public address of a proxy.
    """

    def __init__(self, queue: Queue, deliver_to: str | None) -> None:
        self.settings: dict[str, Any] = {}
        self.deliveries: list[Delivery] = []
        self.deliver_to = deliver_to
        self.last_error: tuple[int, str] | None = None
        self._queue = queue
        self._by_chat: dict[Any, deque[Pending]] = defaultdict(deque)
        self._tasks: dict[Any, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(40)

    @property
    def is_set(self) -> bool:
        return bool(self.settings)

    async def set(self, settings: dict[str, Any]) -> None:
        """Starts over with these settings; what is waiting is delivered."""
        if settings == self.settings:
            return  # every worker of a bot may set it
        await self.unset()
        self.settings = settings
        self._free = asyncio.Semaphore(settings.get("max_connections", 40))
        await self.resume()

    async def unset(self) -> None:
        """Stops; what is not delivered waits for `getUpdates`."""
        await self.pause()
        self.settings = {}

    async def pause(self) -> None:
        """Cuts off what is being delivered; it will be sent again."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        self._by_chat.clear()
        if self._session:
            await self._session.close()
            self._session = None

    async def resume(self) -> None:
        """Goes on with everything that is not confirmed."""
        if self.is_set and self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER),
            )
            for pending in list(self._queue.waiting):
                self.deliver(pending)

    def deliver(self, pending: Pending) -> None:
        """Puts the update behind the others of its chat."""
        if self._session is None:
            return
        chat = chat_of(pending.update)
        self._by_chat[chat].append(pending)
        if chat not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._deliver_all(chat))
            self._tasks[chat] = task

    async def _deliver_all(self, chat: Any) -> None:
        waiting = self._by_chat[chat]
        while waiting:
            await self._deliver_one(waiting[0])
            self._queue.confirm(waiting.popleft())
        # Nothing is awaited since the check, so nothing can have come in between.
        del self._tasks[chat], self._by_chat[chat]

    async def _deliver_one(self, pending: Pending) -> None:
        seconds = FIRST_WAIT
        while True:
            async with self._free:
                status = await self._post(pending)
            if status is not None and 200 <= status < 300:
                return
            why = "Connection failed" if status is None else f"Wrong response: {status}"
            self.last_error = int(time.time()), why
            await asyncio.sleep(seconds)
            seconds = min(seconds * 2, LONGEST_WAIT)

    async def _post(self, pending: Pending) -> int | None:
        status = None
        secret = self.settings.get("secret_token")
        assert self._session is not None
        try:
            async with self._session.post(
                self._address(),
                json=self._queue.hand_over(pending),
                headers={SECRET_HEADER: secret} if secret else {},
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        finally:  # also when it is cut off
            self.deliveries.append(Delivery(pending.number, status))
        return status

    def _address(self) -> str:
        url = urlsplit(str(self.settings["url"]))
        if self.deliver_to:
            local = urlsplit(self.deliver_to)
            url = url._replace(scheme=local.scheme, netloc=local.netloc)
        return url.geturl()


def chat_of(update: dict[str, Any]) -> Any:
    """What the order of updates is kept for: a chat, else a person, else nobody."""
    for content in update.values():
        if not isinstance(content, dict):
            continue
        message = content.get("message")
        inner = message if isinstance(message, dict) else {}
        for holder, name in ((content, "chat"), (inner, "chat"), (content, "from")):
            found = holder.get(name)
            if isinstance(found, dict) and isinstance(found.get("id"), int | str):
                return found["id"]
    return None
