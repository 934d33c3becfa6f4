"""Somebody between bot and desk who passes on what they say, or misbehaves when told.

Every request is written down with how long it took, as the one who asks sees it.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import urlsplit

HERE: Final = "127.0.0.1"
SECONDS_FOR_AN_ANSWER: Final = 60
# What becomes of a request; a number is answered in the other's stead.
PASS, HANG, LOSE = "pass", "hang", "lose"
Rule = Callable[[str, str], str | int]


@dataclass(frozen=True)
class Call:
    """One request and what became of it; no status if it was never answered."""

    method: str
    path: str
    body: bytes
    status: int | None
    seconds: float


class Between:
    """Listens on a port of this machine from the start of the block to its end.

    Args:
        target: whom it passes requests on to; may be set later.
    """

    def __init__(self, target: str = "") -> None:
        self.target = target
        self.calls: list[Call] = []
        self.seconds_to_hang = 3.0
        self._server = self._listen(0)
        self.port: int = self._server.server_address[1]
        self.behave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}"

    def behave(self, rule: Rule | str | int = PASS) -> None:
        """What becomes of requests from now on."""
        self._rule = rule if callable(rule) else lambda method, path: rule

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
        """One request."""
        began = time.monotonic()
        method, path = handler.command, handler.path
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        fate = self._rule(method, path)
        status: int | None = None
        try:
            if isinstance(fate, int):
                status = fate
                _answer(handler, status, [("Retry-After", "1")], b"{}")
            elif fate == HANG:
                time.sleep(self.seconds_to_hang)
            else:
                status, headers, answer = self._passed_on(handler, body)
                if fate == LOSE:
                    status = None
                else:
                    _answer(handler, status, headers, answer)
        except OSError:
            pass  # One of the two is gone; the other sees a connection that ends.
        seconds = time.monotonic() - began
        self.calls.append(Call(method, path, body, status, seconds))

    def _passed_on(
        self, handler: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        target = urlsplit(self.target)
        other = http.client.HTTPConnection(
            str(target.hostname), target.port, timeout=SECONDS_FOR_AN_ANSWER
        )
        kept = {k: v for k, v in handler.headers.items() if k.lower() != "connection"}
        try:
            other.request(handler.command, handler.path, body, kept)
            answer = other.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            other.close()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        server = _Server((HERE, port), _handler_of(self))
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def _stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A connection that hangs must not hold up the end of the test.
    block_on_close = False
    request_queue_size = 64


def _answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
) -> None:
    handler.send_response_only(status)
    for name, value in headers:
        if name.lower() in ("content-type", "retry-after", "location"):
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _handler_of(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            between.take(self)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _take  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing goes to the terminal."""

    return Handler
