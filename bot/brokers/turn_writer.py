"""Writes turns to the database on a thread of its own, so that no turn ever waits.

The queue is bounded: while the database is away, turns wait in it; when it is full,
the newest are dropped and counted. Used by `bot.brokers.anonymous_sql`.
"""

from __future__ import annotations

import logging
import queue
import threading
from typing import Final

from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.metrics.tables import METADATA, insert_opinions, insert_turns
from bot.metrics.turn import Opinion, Turn
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 10_000
BATCH_SIZE: Final = 500
SECONDS_BETWEEN_TRIES: Final = 2.0
SECONDS_TO_CONNECT: Final = 3

Counted = Turn | Opinion


class TurnWriter:
    """A background writer with a bounded queue.

    Args:
        database_url: SQLAlchemy URL; the tables are made if they are missing.
        most_waiting: turns held while the database is away.
        seconds_between_tries: pause after a failed write.

    Attributes:
        dropped: turns lost because the queue was full.
    """

    def __init__(
        self,
        database_url: str,
        most_waiting: int = MOST_WAITING,
        seconds_between_tries: float = SECONDS_BETWEEN_TRIES,
    ) -> None:
        self._engine = _engine(database_url)
        self._waiting: queue.Queue[Counted] = queue.Queue(most_waiting)
        self._pause = seconds_between_tries
        self._stopping = threading.Event()
        # None until the first try.
        self._reachable: bool | None = None
        self._in_hand: list[Counted] = []
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()

    def write(self, turn: Counted) -> None:
        """Queues a turn or an opinion; returns at once and never raises."""
        try:
            self._waiting.put_nowait(turn)
        except queue.Full:
            self.dropped += 1
            if self.dropped == 1:
                log_event(logger, logging.ERROR, "metrics.queue.full")

    @property
    def is_reachable(self) -> bool:
        """Whether the database answers now (one short query)."""
        try:
            with self._engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return bool(self._reachable)

    def close(self, seconds: float = 5.0) -> None:
        """Writes what is waiting, if the database lets it, and stops."""
        self._stopping.set()
        self._thread.join(seconds)
        lost = self._waiting.qsize() + len(self._in_hand)
        if lost:
            log_event(logger, logging.ERROR, "metrics.turns.lost", count=lost)
        self._engine.dispose()

    def _run(self) -> None:
        while True:
            # Asked before the try: after the call to stop there is a last one.
            is_last_try = self._stopping.is_set()
            if not self._in_hand:
                self._in_hand = self._next_batch()
            if self._has_written(self._in_hand):
                self._in_hand = []
                if is_last_try and self._waiting.empty():
                    return
            elif is_last_try:
                return
            else:
                self._stopping.wait(self._pause)

    def _next_batch(self) -> list[Counted]:
        batch: list[Counted] = []
        try:
            batch.append(self._waiting.get(timeout=0.2))
            while len(batch) < BATCH_SIZE:
                batch.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _has_written(self, batch: list[Counted]) -> bool:
        """Writes a batch in one transaction, making the tables on the first contact."""
        if not batch and self._reachable:
            return True
        try:
            if not self._reachable:
                METADATA.create_all(self._engine)
            if batch:
                self._write(batch)
        except SQLAlchemyError as error:
            # Said once for each time that the database goes away.
            if self._reachable is not False:
                name = type(error).__name__
                log_event(logger, logging.ERROR, "metrics.write.failed", error=name)
            self._reachable = False
            return False
        if not self._reachable:
            log_event(logger, logging.INFO, "metrics.database.ready")
        self._reachable = True
        return True

    def _write(self, batch: list[Counted]) -> None:
        """A turn that the database refuses must not hold up the others for ever."""
        try:
            self._insert(batch)
        except (IntegrityError, DataError):
            refused = sum(not self._has_inserted(turn) for turn in batch)
            log_event(logger, logging.ERROR, "metrics.turns.refused", count=refused)

    def _has_inserted(self, turn: Counted) -> bool:
        try:
            self._insert([turn])
        except (IntegrityError, DataError):
            return False
        return True

    def _insert(self, batch: list[Counted]) -> None:
        with self._engine.begin() as connection:
            insert_turns(connection, [one for one in batch if isinstance(one, Turn)])
            insert_opinions(
                connection, [one for one in batch if isinstance(one, Opinion)]
            )


def _engine(database_url: str) -> Engine:
    if database_url.startswith("sqlite"):
        options = {"check_same_thread": False, "timeout": SECONDS_TO_CONNECT}
        return create_engine(database_url, future=True, connect_args=options)
    return create_engine(
        database_url,
        future=True,
        pool_pre_ping=True,
        pool_size=2,
        connect_args={"connect_timeout": SECONDS_TO_CONNECT},
    )
