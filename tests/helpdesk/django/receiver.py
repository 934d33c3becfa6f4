"""Whom the desk's webhooks talk to: writes down what comes, misbehaves when told.

Only for these tests; elsewhere the bot itself is at the other end.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

HERE: Final = "127.0.0.1"
PATH: Final = "/desk"


@dataclass(frozen=True)
class Call:
    """One request of the desk."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body, read."""
        said: dict[str, Any] = json.loads(self.body)
        return said


class Receiver:
    """Listens on a port of this machine from the start of the block to its end."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.behave()
        self._server = self._listen(0)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def url(self) -> str:
        """The address that the desk is given."""
        return f"http://{HERE}:{self.port}{PATH}"

    def behave(
        self,
        *,
        status: int = 200,
        silent_for: float = 0,
        one_byte_a_second_for: int = 0,
        asks: Callable[[], object] | None = None,
    ) -> None:
        """How it answers from now on.

        Args:
            status: what it answers.
            silent_for: seconds until it begins to.
            one_byte_a_second_for: seconds over which it begins to, a byte at a time.
            asks: something it does before it answers.
        """
        self._status = status
        self._silent_for = silent_for
        self._drips = one_byte_a_second_for
        self._asks = asks

    @contextmanager
    def away(self) -> Iterator[None]:
        """Connections are refused, and nobody else gets the port meanwhile."""
        self._stop()
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HERE, self.port))
        try:
            yield
        finally:
            held.close()
            self._server = self._listen(self.port)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Writes the request down and answers."""
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        headers = dict(handler.headers.items())
        self.calls.append(Call(handler.command, handler.path, headers, body))
        if self._asks is not None:
            self._asks()
        time.sleep(self._silent_for)
        answer = f"HTTP/1.0 {self._status} said\r\nContent-Length: 0\r\n\r\n".encode()
        try:
            for _ in range(self._drips):
                handler.wfile.write(answer[:1])
                answer = answer[1:]
                time.sleep(1)
            handler.wfile.write(answer)
        except OSError:
            pass  # The desk did not wait; the test says so by the clock.

    def _listen(self, port: int) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer((HERE, port), _handler_of(self))
        server.daemon_threads = True
        # A connection that is still dripping must not hold up the end of the test.
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def _stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)

        def log_message(self, *_: object) -> None:
            """Nothing goes to the terminal."""

    return Handler
