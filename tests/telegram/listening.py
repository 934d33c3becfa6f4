"""The HTTP server: a port that can go away for a while, and reading of requests."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from tests.telegram.checking import Upload
from tests.telegram.refusals import bad_request

HERE: Final = "127.0.0.1"
BACKLOG: Final = 1024
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HERE, port))
    bound.setblocking(False)
    return bound


class Listener:
    """Listens on a free port of this machine.

    The port stays ours while nobody listens on it: a socket that is bound and does not
    listen keeps everybody else from getting it, and connections to it are refused.
    """

    def __init__(self, handler: Handler) -> None:
        self._held = _bound_socket(0)
        self.port: int = self._held.getsockname()[1]
        self._handler = handler
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._site: web.SockSite | None = None

    async def start(self) -> None:
        """Begins to listen, again if need be."""
        if self._runner is None:
            # Made here, because aiohttp takes the event loop that runs now.
            self._server = web.Server(self._handler, handler_cancellation=True)
            self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
            await self._runner.setup()
        if self._site is None:
            listening = _bound_socket(self.port)
            self._site = web.SockSite(self._runner, listening, backlog=BACKLOG)
            await self._site.start()

    async def stop(self) -> None:
        """Refuses new connections and drops open ones."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        for connection in self._server.connections if self._server else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        """Gives the port back."""
        await self.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self._held.close()


async def read_fields(request: web.BaseRequest) -> dict[str, Any]:
    """All fields of a request: from the address, a form or JSON.

    Raises:
        RefusedError: the body cannot be read, or names a field twice.
    """
    pairs: list[tuple[str, Any]] = list(request.query.items())
    if request.can_read_body and request.content_type == "application/json":
        pairs += _json_fields(await request.read())
    elif request.can_read_body and request.content_type in FORMS:
        try:
            form = await request.post()
        except ValueError:
            raise bad_request("the form cannot be read") from None
        pairs += [(name, _field(value)) for name, value in form.items()]
    elif request.can_read_body and await request.read():
        raise bad_request(f"unsupported Content-Type {request.content_type}")
    twice = [name for name, times in Counter(n for n, _ in pairs).items() if times > 1]
    if twice:
        raise bad_request(f"fields given twice: {twice}")
    return dict(pairs)


def _json_fields(body: bytes) -> list[tuple[str, Any]]:
    try:
        fields = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(fields, dict):
        raise bad_request("the JSON is not an object")
    return list(fields.items())


def _field(value: Any) -> Any:
    if isinstance(value, web.FileField):
        size = value.file.seek(0, 2)
        value.file.close()
        return Upload(value.filename, size)
    return value
