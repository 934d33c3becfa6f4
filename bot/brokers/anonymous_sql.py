"""The Rasa event broker that counts turns and forgets everything else."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from asyncio import AbstractEventLoop
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from bot.brokers.count_writer import CountWriter
from bot.guidance.load import load_library
from bot.metrics.rows import RANDOM_BITS
from bot.metrics.turn import Act, ActKind, Channel, Turn, content_number, turn_from
from bot.metrics.versions import content_version
from bot.privacy.quiet_logs import log_event
from bot.settings import Settings, read_settings

logger = logging.getLogger(__name__)

# More open conversations than the tracker store holds cannot be told apart.
MOST_CONVERSATIONS: Final = 10_000
# Rows are folded a day after a conversation began, whole conversations at once; one
# that goes on for ever goes on under another number.
SECONDS_OF_A_NUMBER: Final = 12 * 60 * 60.0
# A turn has about ten events; a stuck one must not grow for ever.
MOST_EVENTS: Final = 60


@dataclass(slots=True)
class _Open:
    """A conversation under way.

    Attributes:
        number: random, and all that the database knows of it.
        turns: counted so far.
        events: of the turn under way.
        since: when the number was drawn, by a clock that only runs forwards.
    """

    number: int
    turns: int = 0
    events: list[Mapping[str, Any]] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


class AnonymousSqlBroker(EventBroker):
    """Counts each turn under a random number that cannot be traced to a sender.

    `publish` is called by Rasa before a conversation is stored, so it neither raises
    nor waits: turns are written by a thread of their own.
    """

    def __init__(
        self,
        writer: CountWriter,
        model: int = 0,
        content: int = 0,
        no_advice: Collection[int] = (),
    ) -> None:
        self._writer = writer
        self._model, self._content = model, content
        self._no_advice = frozenset(no_advice)
        # by sender
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> AnonymousSqlBroker:
        """Called by Rasa for the `event_broker` in endpoints.yml.

        Raises:
            SettingError: DATABASE_URL cannot be used.
        """
        return cls.with_settings(read_settings())

    @classmethod
    def with_settings(cls, settings: Settings, model: int = 0) -> AnonymousSqlBroker:
        """A broker that counts for the database in the settings.

        Args:
            settings: the operator's.
            model: number of the version that answers; 0 where not known.
        """
        library = load_library()
        content = content_version(library.cards, library.contacts, library.sources)
        no_advice = [
            content_number(card.id)
            for card in library.cards.values()
            if not card.is_advice
        ]
        writer = CountWriter(
            settings.database_url,
            settings.spool_folder,
            settings.metrics_spool_megabytes,
            settings.metrics_months,
        )
        return cls(writer, model, int(content, 16), no_advice)

    def publish(self, event: dict[str, Any]) -> None:
        """Takes one event; the wait for the next message ends a turn."""
        try:
            self._take(event)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "metrics.publish.failed", error=name)

    def _take(self, event: Mapping[str, Any]) -> None:
        with self._lock:
            conversation = self._known(str(event.get("sender_id")), opens=True)
            assert conversation is not None
            events = conversation.events
            events.append(event)
            ended = (
                event.get("event") == "action" and event.get("name") == "action_listen"
            )
            if ended or len(events) > MOST_EVENTS:
                # Put aside before they are counted: what cannot be counted must not
                # stay.
                conversation.events = []
            turn = (
                turn_from(events, conversation.number, conversation.turns + 1)
                if ended
                else None
            )
            if turn is not None:
                conversation.turns += 1
        if turn is not None:
            cards = tuple(card for card in turn.cards if card not in self._no_advice)
            self._writer.write(
                replace(turn, model=self._model, content=self._content, cards=cards)
            )

    def _known(self, sender_id: str, opens: bool) -> _Open | None:
        """The open conversation of a sender, under a number that is not too old."""
        known = self._open.get(sender_id)
        if known is None and not opens:
            return None
        is_old = known and time.monotonic() - known.since > SECONDS_OF_A_NUMBER
        # Never within a turn, whose first events would be lost.
        if known is None or (is_old and opens and not known.events):
            known = self._open[sender_id] = _Open(secrets.randbits(RANDOM_BITS))
        self._open.move_to_end(sender_id)
        while len(self._open) > MOST_CONVERSATIONS:
            self._open.popitem(last=False)
        return known

    def act(
        self,
        sender_id: str,
        channel: Channel,
        kind: ActKind,
        contact: str | None = None,
    ) -> None:
        """Counts something that a person did beside writing.

        A visit opens a conversation; of strangers nothing else is counted. Neither
        raises nor waits.

        Args:
            sender_id: the conversation's, as Rasa knows it.
            channel: where it was done.
            kind: what was done.
            contact: the id of the contact that was opened.
        """
        try:
            self._count_act(sender_id, channel, kind, contact)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "metrics.publish.failed", error=name)

    def _count_act(
        self, sender_id: str, channel: Channel, kind: ActKind, contact: str | None
    ) -> None:
        now = datetime.now(UTC)
        with self._lock:
            known = self._known(sender_id, opens=kind == "visit")
        if known is None:
            return
        number = content_number(contact) if contact else 0
        day = now.date().isoformat()
        act = Act(known.number, day, now.hour, known.turns, channel, kind, number)
        self._writer.write(act)

    def count(self, turn: Turn) -> None:
        """Counts a turn that was no conversation with Rasa: a ticket, read."""
        self._writer.write(turn)

    def forget(self, sender_id: str) -> None:
        """Drops the link between a sender and their random number."""
        with self._lock:
            self._open.pop(sender_id, None)

    def waiting(self) -> int:
        """Events that the database does not have yet."""
        return self._writer.waiting()

    def lost(self) -> int:
        """Events lost since the start."""
        return self._writer.lost

    def is_ready(self) -> bool:
        """Whether the database answers, and took the last events."""
        return self._writer.is_reachable

    async def close(self) -> None:
        """Writes what waits, and stops."""
        self._writer.close()
