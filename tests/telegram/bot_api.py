"""A Telegram Bot API server for tests: strict, over real HTTP, on this machine.

    with BotApi() as server:
        # give the bot server.token and server.base_url
        sam = server.user(42)
        sam.says("/start")
        sam.wait_for(1)
        assert server.complaints == []

It stands in for https://api.telegram.org and runs in a thread of its own. Everything
that changes something is done in that thread's event loop, one thing at a time.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from aiohttp import web

from tests.telegram import updates
from tests.telegram.chats import Chats
from tests.telegram.checking import CANONICAL, read_arguments
from tests.telegram.flood import Flood
from tests.telegram.limits import check_limits
from tests.telegram.listening import HERE, Listener, read_fields
from tests.telegram.methods import Methods
from tests.telegram.pending import Queue
from tests.telegram.refusals import RefusedError, bad_request, forbidden
from tests.telegram.users import User
from tests.telegram.webhook import Delivery, Webhook

# The example of https://core.telegram.org/bots/features#botfather, nobody's token.
TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
# The person in updates that no `user` made.
SOMEBODY: Final = 424242
SECONDS_TO_DO: Final = 10.0
PATH: Final = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)/?")
T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """A request that was answered, and how."""

    method: str
    fields: dict[str, Any]
    status: int
    description: str = ""
    at: float = field(default_factory=time.monotonic)


class BotApi:
    """The server; use it in a `with`.

    Args:
        token: the only right one.
        per_chat: most messages a second to one chat; None for no flood control.
        overall: most messages a second to all chats.
        deliver_to: `http://127.0.0.1:PORT` of the bot, when it registers a webhook with
            its public https address.

    Attributes:
        requests: everything that was answered, in order.
        complaints: what no correct bot would have asked; a test wants none.
        chats: what Telegram knows.
        methods: what was set: `commands`, `texts`.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        per_chat: int | None = None,
        overall: int | None = None,
        deliver_to: str | None = None,
    ) -> None:
        self.token = token
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.chats = Chats()
        self.queue = Queue()
        self.webhook = Webhook(self.queue, deliver_to)
        self.me: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Test bot",
            "username": "a_test_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.methods = Methods(self.me, self.chats, self.queue, self.webhook)
        self.methods.flood = Flood(per_chat, overall)
        self._users: dict[int, User] = {}
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener = Listener(self._answer)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._listener.start()).result(SECONDS_TO_DO)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self.webhook.pause()).result(SECONDS_TO_DO)
        self.run(self._listener.close()).result(SECONDS_TO_DO)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_DO)
        self._loop.close()

    @property
    def base_url(self) -> str:
        """What a client puts before the token."""
        return f"http://{HERE}:{self._listener.port}/bot"

    @property
    def base_file_url(self) -> str:
        """What a client puts before the token to get files; there are none."""
        return f"http://{HERE}:{self._listener.port}/file/bot"

    @property
    def deliveries(self) -> list[Delivery]:
        """Every try to hand an update to the webhook."""
        return self.webhook.deliveries

    @property
    def unanswered(self) -> list[str]:
        """The ids of callback queries that the bot did not answer."""
        return [q.id for q in list(self.chats.queries.values()) if q.answer is None]

    @property
    def handed_over(self) -> dict[int, float]:
        """Update id -> when it first left for the bot, by `time.monotonic`."""
        return self.queue.handed_over

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not taken yet."""
        return len(self.queue.waiting)

    def called(self, method: str) -> list[Request]:
        """The requests of one method."""
        return [request for request in list(self.requests) if request.method == method]

    def user(self, chat_id: int, kind: str = "private", **about: Any) -> User:
        """The person with this chat, or a `group`, `supergroup` or `channel`.

        Args:
            chat_id: the chat; the same again gives the same handle.
            kind: as in the API's `Chat.type`.
            **about: more of the API's `Chat`, e.g. `first_name` and `username`.
        """
        if chat_id not in self._users:
            names = {"first_name": "Sam"} if kind == "private" else {"title": "A chat"}
            chat = {"id": chat_id, "type": kind} | names | about
            self._users[chat_id] = self.do(lambda: User(self, chat))
        return self._users[chat_id]

    def inject(self, update: dict[str, Any]) -> int:
        """Sends any update as it is, well formed or not; returns its number.

        One without `update_id` gets the next. Unlike what a `user` does, it is sent
        even if the bot did not ask for its kind.
        """

        def send() -> int:
            self.chats.add_mentioned(update)
            pending = self.queue.add(update)
            self.webhook.deliver(pending)
            return pending.number

        return self.do(send)

    def happens(self, update: dict[str, Any]) -> int | None:
        """Sends an update if the bot wants its kind. Called in the server's loop."""
        if next(iter(update)) not in self.queue.allowed:
            return None
        return self.inject(update)

    def update_of_each_kind(self) -> Iterator[dict[str, Any]]:
        """A valid update of every kind, to be injected; it has no id yet."""
        return updates.update_of_each_kind(SOMEBODY, self.chats.now())

    def message_of_each_kind(self) -> Iterator[dict[str, Any]]:
        """A private message for every field that a message may have."""
        return updates.message_of_each_kind(SOMEBODY, self.chats.now())

    def block(self, chat_id: int) -> None:
        """The person blocks the bot, which is not told until it sends something."""
        self.refuse(chat_id, forbidden("bot was blocked by the user"))

    def refuse(self, chat_id: int, refusal: RefusedError | None) -> None:
        """Whatever is sent to the chat is answered so; None for all well again."""
        self.user(chat_id)
        self.chats.by_id[chat_id].refusal = refusal

    def migrate(self, group_id: int, supergroup_id: int) -> None:
        """The group becomes a supergroup; sends to the old id are told the new one."""
        refusal = bad_request(
            "group chat was upgraded to a supergroup chat", is_mistake=False
        )
        refusal.parameters = {"migrate_to_chat_id": supergroup_id}
        self.user(supergroup_id, "supergroup")
        self.refuse(group_id, refusal)

    def pass_time(self, seconds: float) -> None:
        """Puts the clock forward: messages get older. Waiting is not shortened."""
        self.chats.seconds_ahead += seconds

    def pause(self) -> None:
        """The network is gone: nobody listens, connections are cut. All is kept."""
        self.run(self._listener.stop()).result(SECONDS_TO_DO)
        self.run(self.webhook.pause()).result(SECONDS_TO_DO)

    def resume(self) -> None:
        """The network is back, on the same port."""
        self.run(self._listener.start()).result(SECONDS_TO_DO)
        self.run(self.webhook.resume()).result(SECONDS_TO_DO)

    def run(self, doing: Coroutine[Any, Any, T]) -> Future[T]:
        """Runs something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop)

    def do(self, what: Callable[[], T]) -> T:
        """Does something in the server's loop and waits for it."""
        if threading.current_thread() is self._thread:
            return what()

        async def doing() -> T:
            return what()

        return self.run(doing()).result(SECONDS_TO_DO)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method, fields, status, description = "", {}, 200, ""
        try:
            method = request.path.rpartition("/")[2]  # never the token
            method = self._method(request.path)
            fields = await read_fields(request)
            fields = read_arguments(method, fields)
            check_limits(method, fields)
            body = {"ok": True, "result": await self.methods.call(method, fields)}
        except RefusedError as refused:
            status, body, description = refused.code, refused.envelope(), str(refused)
            if refused.is_mistake:
                self.complaints.append(f"{method}: {refused}")
        except Exception as error:
            self.complaints.append(f"{method}: the test server broke: {error!r}")
            raise
        self.requests.append(Request(method, fields, status, description))
        return web.json_response(body, status=status)

    def _method(self, path: str) -> str:
        found = PATH.fullmatch(path)
        if not found:
            raise RefusedError(404, "Not Found")
        if found["token"] != self.token:
            raise RefusedError(401, "Unauthorized", is_mistake=False)
        if found["method"].lower() not in CANONICAL:
            raise RefusedError(404, "Not Found")
        return CANONICAL[found["method"].lower()]
