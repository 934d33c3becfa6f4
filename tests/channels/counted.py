"""Reads from a server's database what people did beside writing."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from bot.metrics.turn import content_number
from tests.live_server import Chat, Server, wait_for

# No test opens this one: it marks where a test ended.
LAST = "stopncii"

Done = tuple[str, str, int]


def acts_in(folder: Path) -> dict[int, list[Done]]:
    """What was done in each conversation: channel, kind, and contact's number."""
    with closing(sqlite3.connect(folder / "metrics.db")) as connection:
        rows = connection.execute(
            "SELECT conversation, channel, kind, number FROM acts"
        )
        done = defaultdict(list)
        for conversation, *act in rows:
            done[conversation].append(tuple(act))
    return {conversation: sorted(acts) for conversation, acts in done.items()}


def opened(contact: str, channel: str = "webchat") -> Done:
    """A contact opened, as the database has it."""
    return (channel, "contact_opened", content_number(contact))


class Counted:
    """What a server counts from now on.

    Args:
        server: with a database of its own.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._settle()
        self._before = self._all()

    def conversations(self) -> list[list[Done]]:
        """What was done in each conversation since, once all of it is written."""
        self._settle()
        return sorted(
            acts
            for number, acts in self._all().items()
            if number not in self._before and opened(LAST) not in acts
        )

    def _settle(self) -> None:
        # Counts are written in the order in which they were made.
        marks = self._marks()
        with self._server.client() as http:
            body = {"session": Chat(http).session, "contact": LAST}
            assert http.post("/webhooks/webchat/opened", json=body).status_code == 200
        assert wait_for(lambda: self._marks() > marks)

    def _all(self) -> dict[int, list[Done]]:
        return acts_in(self._server.folder)

    def _marks(self) -> int:
        return sum(opened(LAST) in acts for acts in self._all().values())
