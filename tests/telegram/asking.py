"""Fixtures for the Bot API server's own tests: a server, asking it, its webhook."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.telegram.bot_api import BotApi
from tests.telegram.webhook import SECRET_HEADER

Ask = Callable[..., httpx.Response]


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    """A Telegram of this test's own."""
    with BotApi() as server:
        yield server


@pytest.fixture
def http_client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


@pytest.fixture
def ask(bot_api: BotApi, http_client: httpx.Client) -> Ask:
    """Calls a method with JSON fields."""

    def call(method: str, **fields: Any) -> httpx.Response:
        url = f"{bot_api.base_url}{bot_api.token}/{method}"
        body = json.dumps(fields)
        headers = {"Content-Type": "application/json"}
        return http_client.post(url, content=body, headers=headers)

    return call


def wait_until(is_so: Callable[[], object], seconds: float = 5.0) -> None:
    """Returns as soon as it is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.005)


@dataclass
class Receiver:
    """A webhook that answers the statuses it is told to, then 200.

    Attributes:
        answered: called with each update before it is answered.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answered: Callable[[dict[str, Any]], None] = lambda update: None


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            update = json.loads(self.rfile.read(length))
            received.updates.append(update)
            received.secrets.append(self.headers[SECRET_HEADER])
            status = received.statuses.pop(0) if received.statuses else 200
            received.answered(update)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    received.url = f"http://127.0.0.1:{server.server_port}/webhooks/telegram"
    yield received
    server.shutdown()
    server.server_close()
