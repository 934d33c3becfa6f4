"""A port of this machine that can go away for a while and come back."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

HERE: Final = "127.0.0.1"
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HERE, port))
    bound.setblocking(False)
    return bound


class Listener:
    """Listens on a free port.

    A socket that is bound and does not listen keeps the port ours while nobody
    listens: connections are refused, and nobody else can get it.
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
            self._server = web.Server(self._handler, handler_cancellation=True)
            self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
            await self._runner.setup()
        if self._site is None:
            self._site = web.SockSite(self._runner, _bound_socket(self.port))
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
