"""A real server with the real model, and a person who writes to it over HTTP.

Used by the fixtures in conftest.py. Every server is a process of its own, with a
database, a log and a record of outbound connections in a temporary folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
GUARD = Path(__file__).parent / "outbound_guard"
ORIGIN = "https://school.example"
# A slow machine that is busy with something else; normally a few seconds.
SECONDS_TO_START = 90
SECONDS_TO_STOP = 15


@dataclass(frozen=True)
class Reply:
    """One answer of the bot, as the web chat's contract has it."""

    urgency: str
    danger_check: bool
    messages: list[dict]

    @classmethod
    def of(cls, body: dict) -> Reply:
        """The reply in the body of a response."""
        return cls(body["urgency"], body["danger_check"], body["messages"])

    @property
    def cards(self) -> list[str]:
        """Ids of the cards shown, in order."""
        return [message["card"]["id"] for message in self.messages]

    @property
    def contacts(self) -> list[str]:
        """Ids of all contacts shown, in order."""
        return [c["id"] for message in self.messages for c in message["contacts"]]

    @property
    def buttons(self) -> list[str]:
        """Keys of all buttons, in order."""
        return [b["choice"] for message in self.messages for b in message["buttons"]]

    @property
    def is_emergency_first(self) -> bool:
        """Whether this is an emergency answered with a card that leads to 999."""
        first = self.messages[0]
        return (
            self.urgency == "emergency"
            and first["card"]["id"].startswith("emergency_")
            and first["contacts"][0]["id"] == "emergency_999"
        )


class Chat:
    """One conversation over HTTP."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        body = http.post("/webhooks/webchat/session").json()
        self.session = body["session"]
        self.opening = Reply.of(body)

    def send(self, **what: object) -> httpx.Response:
        """Posts to the session whatever it is."""
        body = {"session": self.session, **what}
        return self._http.post("/webhooks/webchat/message", json=body)

    def say(self, text: str) -> Reply:
        """Types a message."""
        response = self.send(text=text)
        assert response.status_code == 200, response.text
        return Reply.of(response.json())

    def press(self, choice: str) -> Reply:
        """Presses a button."""
        response = self.send(choice=choice)
        assert response.status_code == 200, response.text
        return Reply.of(response.json())

    def forget(self) -> httpx.Response:
        """Ends the conversation."""
        return self._http.post(
            "/webhooks/webchat/forget", json={"session": self.session}
        )


@dataclass(frozen=True)
class Server:
    """A server that answers now."""

    url: str
    folder: Path
    process: subprocess.Popen
    started: float

    @property
    def log(self) -> Path:
        """What it wrote to standard output and standard error."""
        return self.folder / "log.txt"

    @property
    def outbound(self) -> Path:
        """Addresses beyond this machine that it tried to reach, one a line."""
        return self.folder / "outbound.txt"

    def client(self) -> httpx.Client:
        """An HTTP client of this server; close it after use."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_for(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a child process, guarded against outbound connections."""
    kept = ("PATH", "LANG", "VIRTUAL_ENV")
    # Whatever is left in a home or in a temporary folder is found there afterwards.
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": os.pathsep.join([str(GUARD), str(ROOT)]),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "OUTBOUND_RECORD": str(folder / "outbound.txt"),
        "DATABASE_URL": f"sqlite:///{folder}/metrics.db",
        "ALLOWED_ORIGINS": ORIGIN,
        "ACTION_ENDPOINT_URL": "",
        "HOST": "127.0.0.1",
        # An operator who asks for more must still not be shown what people write.
        "LOG_LEVEL": "DEBUG",
        "LOG_LEVEL_LIBRARIES": "DEBUG",
        **settings,
    }


@contextmanager
def serving(
    folder: Path,
    command: tuple[str, ...] = ("-m", "bot.server"),
    ready_at: str = "/ready",
    at_port: int | None = None,
    **settings: str,
) -> Iterator[Server]:
    """A server from the moment it answers until the end of the block.

    Args:
        folder: for its database, log and record of outbound connections.
        command: what Python is told to run.
        ready_at: the address that answers 200 when it is ready.
        at_port: where it listens; a free port if none is given.
        settings: environment variables, over those of `environment_for`.
    """
    port = at_port or free_port()
    url = f"http://127.0.0.1:{port}"
    environment = environment_for(folder, PORT=str(port), **settings)
    arguments = [part.replace("{port}", str(port)) for part in command]
    started = time.time()
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(url, folder, process, started)
        try:
            wait_until_answers(server, ready_at)
            yield server
        finally:
            stop(process)


def wait_until_answers(server: Server, address: str) -> None:
    """Returns when the address answers 200; fails with the log if it never does."""
    deadline = time.monotonic() + SECONDS_TO_START
    with server.client() as http:
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                break
            try:
                if http.get(address).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise AssertionError(f"The server did not start:\n{server.log.read_text()}")


def stop(process: subprocess.Popen) -> None:
    """Ends the process that we started, and no other."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(condition, seconds: float = 10) -> bool:
    """Whether the condition comes true in time; for what a thread does beside us."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
