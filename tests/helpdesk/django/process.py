"""The desk's server as a process of its own, which can be ended and started again."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import httpx

from tests.helpdesk.django.environment import MAILBOX, SITE, Environment
from tests.live_server import free_port, stop

# A slow machine that is busy with something else; normally two seconds.
SECONDS_TO_START: Final = 60
SECONDS_FOR_A_COMMAND: Final = 60


class DeskProcess:
    """One desk: its folder with database and mail, its port, its process."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        self._python = environment.python
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = folder
        self.database = folder / "desk.sqlite3"
        self.outbox = folder / "outbox.jsonl"
        self.mailbox = folder / MAILBOX
        self.log = folder / "log.txt"
        # Kept from start to start, so that who knows the desk's address still does.
        self.port = free_port()
        self.mailbox.mkdir()
        shutil.copy(environment.template, self.database)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, webhook_url: str | None) -> None:
        """Returns when the desk answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._python, SITE / "serve.py"],
                cwd=self.folder,
                env=self._settings(webhook_url),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Ends the process, and no other."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def command(self, name: str, webhook_url: str | None) -> None:
        """Runs one of helpdesk's commands beside the server, as cron does."""
        with self.log.open("ab") as log:
            subprocess.run(
                [self._python, SITE / "manage.py", name],
                cwd=self.folder,
                env=self._settings(webhook_url),
                check=True,
                timeout=SECONDS_FOR_A_COMMAND,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _settings(self, webhook_url: str | None) -> dict[str, str]:
        # Not the whole environment: a proxy in it would be asked for the webhook.
        settings = {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "DESK_DATABASE": str(self.database),
            "DESK_OUTBOX": str(self.outbox),
            "DESK_PORT": str(self.port),
        }
        if webhook_url is not None:
            settings["HELPDESK_NEW_TICKET_WEBHOOK_URLS"] = webhook_url
            settings["HELPDESK_FOLLOWUP_WEBHOOK_URLS"] = webhook_url
        return settings

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as http:
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    if http.get("/login/").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        self.stop()
        raise AssertionError(f"The desk did not start:\n{self.log.read_text()}")
