"""telegram-test-api, a Telegram server by others (npm), behind a small adapter.

It knows a handful of methods, and of those the adapter mends what a real client
stumbles over: no `is_bot` in `getMe`, no `chat_instance` with a button, dates in
milliseconds, no waiting for updates, and settings of a message handed back as the text
that was sent.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from tests.live_server import free_port, stop

# A number of milliseconds; seconds will not be that many for 30,000 years.
A_DATE_IN_MILLISECONDS = 10**12
SECONDS_BETWEEN_ASKING = 0.1
NOT_KNOWN_THERE = ("setMyCommands", "sendChatAction", "deleteMessages")
SERVER = """
const Server = require(process.argv[1]);
const server = new Server({port: Number(process.argv[2]), host: "127.0.0.1"});
server.start().then(() => console.log("ready"));
"""


@contextmanager
def foreign_telegram(package: Path) -> Iterator[str]:
    """The address of the adapter, until the end of the block.

    Args:
        package: telegram-test-api as npm installed it.
    """
    port = free_port()
    node = subprocess.Popen(
        ["node", "--eval", SERVER, str(package), str(port)], stdout=subprocess.PIPE
    )
    assert node.stdout
    assert node.stdout.readline().strip() == b"ready"
    behind = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
    adapter = ThreadingHTTPServer(("127.0.0.1", 0), _handler(behind))
    Thread(target=adapter.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{adapter.server_port}"
    finally:
        adapter.shutdown()
        adapter.server_close()
        behind.close()
        stop(node)


def _handler(behind: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Adapter(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            method = self.path.rpartition("/")[2]
            if method in NOT_KNOWN_THERE:
                answer: dict[str, Any] = {"ok": True, "result": True}
            else:
                kind = {"Content-Type": self.headers.get("Content-Type", "")}
                answer = behind.post(self.path, content=body, headers=kind).json()
                if self.path.startswith("/bot"):
                    MENDED.get(method, lambda answer: None)(answer)
            written = json.dumps(_in_seconds(answer)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    return Adapter


def _mend_me(answer: dict[str, Any]) -> None:
    answer["result"]["is_bot"] = True


def _mend_updates(answer: dict[str, Any]) -> None:
    if not answer.get("result"):
        time.sleep(SECONDS_BETWEEN_ASKING)
    for update in answer.get("result", ()):
        if query := update.get("callback_query"):
            query["chat_instance"] = str(query["from"]["id"])


def _mend_sent(answer: dict[str, Any]) -> None:
    message = answer["result"]
    answer["result"] = {
        name: message[name] for name in ("message_id", "date", "chat", "text")
    }


MENDED: dict[str, Callable[[dict[str, Any]], None]] = {
    "getMe": _mend_me,
    "getUpdates": _mend_updates,
    "sendMessage": _mend_sent,
}


def _in_seconds(value: Any) -> Any:
    """The same with every date in seconds, as Telegram has it."""
    if isinstance(value, dict):
        return {name: _in_seconds(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_seconds(inner) for inner in value]
    is_date = isinstance(value, int) and value > A_DATE_IN_MILLISECONDS
    return value // 1000 if is_date else value


class ForeignPerson:
    """A person who writes through the foreign server's own interface."""

    def __init__(self, address: str, token: str, number: int) -> None:
        self._http = httpx.Client(base_url=address, trust_env=False)
        self._token = token
        self._person = {"id": number, "first_name": "Sam", "is_bot": False}
        self._chat = {"id": number, "first_name": "Sam", "type": "private"}
        self.read: list[dict[str, Any]] = []

    def _about(self) -> dict[str, Any]:
        now = int(time.time())
        return {
            "botToken": self._token,
            "date": now,
            "from": self._person,
            "chat": self._chat,
        }

    def says(self, text: str) -> None:
        """Writes to the bot."""
        self._http.post("/sendMessage", json={**self._about(), "text": text})

    def presses(self, data: str) -> None:
        """Presses a button."""
        about = self._about()
        message = {"message_id": 1, "date": about["date"], "chat": self._chat}
        self._http.post(
            "/sendCallback", json={**about, "message": message, "data": data}
        )

    def texts(self) -> list[str]:
        """All that the bot sent, as it sent it, oldest first."""
        body = {"token": self._token, "chatId": self._chat["id"]}
        new = self._http.post("/getUpdates", json=body).json()["result"]
        self.read += [update["message"] for update in new]
        return [message["text"] for message in self.read]
