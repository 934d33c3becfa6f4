"""The Rasa event broker that counts turns and forgets everything else."""

from __future__ import annotations

import logging
import secrets
import threading
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.brokers.turn_writer import TurnWriter
from bot.metrics.turn import Channel, Opinion, Turn, turn_from
from bot.privacy.quiet_logs import log_event
from bot.settings import read_settings

logger = logging.getLogger(__name__)

# More open conversations than the tracker store holds cannot be told apart.
MOST_CONVERSATIONS: Final = 10_000
# A turn has about ten events; a stuck one must not grow for ever.
MOST_EVENTS: Final = 60


class AnonymousSqlBroker(EventBroker):
    """Counts each turn under a random number that cannot be traced to a sender.

    `publish` is called by Rasa before a conversation is stored, so it neither raises
    nor waits: turns are written by a thread of their own.
    """

    def __init__(self, writer: TurnWriter) -> None:
        self._writer = writer
        # sender -> (random number, turns so far, events of the turn under way)
        self._open: OrderedDict[str, tuple[int, int, list[Mapping[str, Any]]]] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> AnonymousSqlBroker:
        """Called by Rasa for the `event_broker` in endpoints.yml.

        Raises:
            SettingError: DATABASE_URL cannot be used.
        """
        return cls(TurnWriter(read_settings().database_url))

    def publish(self, event: dict[str, Any]) -> None:
        """Takes one event; the wait for the next message ends a turn."""
        try:
            self._take(event)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "metrics.publish.failed", error=name)

    def _take(self, event: Mapping[str, Any]) -> None:
        sender = str(event.get("sender_id"))
        with self._lock:
            number, turns, events = self._open.get(sender) or _new_conversation()
            events.append(event)
            ended = (
                event.get("event") == "action" and event.get("name") == "action_listen"
            )
            # Put aside before they are counted: what cannot be counted must not stay.
            kept = [] if ended or len(events) > MOST_EVENTS else events
            self._open[sender] = (number, turns, kept)
            self._open.move_to_end(sender)
            while len(self._open) > MOST_CONVERSATIONS:
                self._open.popitem(last=False)
            turn = turn_from(events, number, turns + 1) if ended else None
            if turn is not None:
                self._open[sender] = (number, turns + 1, kept)
        if turn is not None:
            self._writer.write(turn)

    def judge(self, sender_id: str, channel: Channel, helpful: bool) -> None:
        """Counts whether the last answer helped; of strangers nothing is counted."""
        with self._lock:
            number, turns, _ = self._open.get(sender_id, (0, 0, []))
        if turns:
            now = datetime.now(UTC)
            day = now.date().isoformat()
            self._writer.write(Opinion(number, day, now.hour, channel, helpful))

    def count(self, turn: Turn) -> None:
        """Counts a turn that was no conversation with Rasa: a ticket, read."""
        self._writer.write(turn)

    def forget(self, sender_id: str) -> None:
        """Drops the link between a sender and their random number."""
        with self._lock:
            self._open.pop(sender_id, None)

    def is_ready(self) -> bool:
        """Whether the database can be written to."""
        return self._writer.is_reachable

    async def close(self) -> None:
        """Writes what waits, and stops."""
        self._writer.close()


def _new_conversation() -> tuple[int, int, list[Mapping[str, Any]]]:
    # 63 bits: what a signed BIGINT holds.
    return secrets.randbits(63), 0, []
