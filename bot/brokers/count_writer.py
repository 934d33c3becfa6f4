"""Brings counted events to the database, on threads of its own: no turn ever waits.

One thread puts events aside on disk, within a twentieth of a second; the other writes
them to the database, in order and each once, however often either of them is stopped.
Used by `bot.brokers.anonymous_sql`.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import (
    CompileError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)

from bot.errors import BotError
from bot.metrics.counters import add_counters, is_demo
from bot.metrics.database import engine_for
from bot.metrics.declared import TOTAL
from bot.metrics.housekeeping import keep_house
from bot.metrics.rows import Counted, Rows, from_json, rows_of
from bot.metrics.schema import upgrade
from bot.metrics.spool import (
    IN_MEMORY,
    Batch,
    Spool,
    SpoolFullError,
    open_spools,
)
from bot.metrics.tables import METADATA, SPOOLS, insert_rows
from bot.privacy.quiet_logs import log_event
from bot.settings import DEFAULT_METRICS_MONTHS, DEFAULT_SPOOL_MEGABYTES

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 10_000
# Few enough to lose in a crash, enough to write together.
SECONDS_TO_GATHER: Final = 0.02
MOST_BATCHES: Final = 50
SECONDS_BETWEEN_TRIES: Final = 2.0
SECONDS_BETWEEN_HOUSEKEEPING: Final = 15 * 60.0


class DemoDatabaseError(BotError):
    """What the database holds was made up; nothing real may be counted there."""

    code = "DATABASE_IS_DEMO"


class CountWriter:
    """A background writer.

    Args:
        database_url: SQLAlchemy URL; its tables are brought to this version.
        spool_folder: where events wait on disk; None keeps them in memory.
        spool_megabytes: the largest size of what waits.
        months: how long counters are kept.
        seconds_between_tries: pause after a failed write.
    """

    def __init__(
        self,
        database_url: str,
        spool_folder: Path | None = None,
        spool_megabytes: float = DEFAULT_SPOOL_MEGABYTES,
        months: int = DEFAULT_METRICS_MONTHS,
        seconds_between_tries: float = SECONDS_BETWEEN_TRIES,
    ) -> None:
        self.engine = engine_for(database_url)
        # Its `put` takes no lock that another thread could sleep on.
        self._events: queue.SimpleQueue[Counted] = queue.SimpleQueue()
        self._in_hand = 0
        self._spool, *self._left_behind = _spools(spool_folder, spool_megabytes)
        self._months = months
        self._pause = seconds_between_tries
        self._next_housekeeping = 0.0
        self._is_closing = threading.Event()
        self._is_put_aside = threading.Event()
        # None until the first try.
        self._reachable: bool | None = None
        self._lost = 0
        self._lost_unsaid = 0
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=run, name=f"metrics-{name}", daemon=True)
            for name, run in (("aside", self._put_aside), ("write", self._write_on))
        ]
        for thread in self._threads:
            thread.start()

    def write(self, event: Counted) -> None:
        """Takes an event; returns at once and never raises."""
        if self._events.qsize() < MOST_WAITING:
            self._events.put(event)
        else:
            self._lose(1)

    @property
    def is_reachable(self) -> bool:
        """Whether the database answers now (one short query)."""
        try:
            with self.engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return bool(self._reachable)

    @property
    def lost(self) -> int:
        """Events lost since the start, because there was no room to let them wait."""
        return self._lost

    def waiting(self) -> int:
        """Events that the database does not have yet."""
        spools = (self._spool, *self._left_behind)
        aside = sum(spool.waiting() for spool in spools)
        return self._events.qsize() + self._in_hand + aside

    def close(self, seconds: float = 5.0) -> None:
        """Puts aside what is left, writes it if the database lets it, and stops."""
        self._is_closing.set()
        self._is_put_aside.set()
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(ends - time.monotonic(), 0.1))
        kept = self.waiting()
        if kept:
            log_event(logger, logging.WARNING, "metrics.events.kept", count=kept)
        for spool in (self._spool, *self._left_behind):
            spool.close()
        self.engine.dispose()

    def _lose(self, number: int) -> None:
        """Counts what is lost; it is said once for each time that room runs out."""
        with self._lock:
            if not self._lost_unsaid:
                log_event(logger, logging.ERROR, "metrics.spool.full")
            self._lost += number
            self._lost_unsaid += number

    def _put_aside(self) -> None:
        while True:
            # Asked before the try: after the call to close there is a last one.
            is_last = self._is_closing.is_set()
            events = self._gathered()
            # A loss is put aside too, even if nobody writes after it.
            if events or self._lost_unsaid:
                self._put(events)
            if is_last and not events:
                return

    def _gathered(self) -> list[Counted]:
        events: list[Counted] = []
        try:
            events.append(self._events.get(timeout=0.2))
            self._in_hand = 1
            time.sleep(SECONDS_TO_GATHER)
            while len(events) < MOST_WAITING:
                events.append(self._events.get_nowait())
                self._in_hand += 1
        except queue.Empty:
            pass
        return events

    def _put(self, events: list[Counted]) -> None:
        with self._lock:
            lost, self._lost_unsaid = self._lost_unsaid, 0
        try:
            self._spool.put(rows_of(events), lost)
        except Exception as error:
            # Whatever it is, this thread must go on.
            if not isinstance(error, SpoolFullError):
                name = type(error).__name__
                log_event(logger, logging.ERROR, "metrics.spool.failed", error=name)
            with self._lock:
                self._lost_unsaid += lost
            self._lose(len(events))
        self._in_hand = 0
        self._is_put_aside.set()

    def _write_on(self) -> None:
        while True:
            is_last = not self._threads[0].is_alive() and self._is_closing.is_set()
            if self._has_written_all():
                if is_last:
                    return
                self._keep_house()
                # The first contact makes the tables, so it does not wait for events.
                self._is_put_aside.wait(self._seconds_to_wait())
                self._is_put_aside.clear()
            elif is_last:
                return
            else:
                self._is_closing.wait(self._pause)

    def _seconds_to_wait(self) -> float:
        if self._is_closing.is_set():
            return SECONDS_TO_GATHER
        return max(self._next_housekeeping - time.monotonic(), SECONDS_TO_GATHER)

    def _is_housekeeping_due(self) -> bool:
        is_time = time.monotonic() >= self._next_housekeeping
        return is_time and not self._is_closing.is_set()

    def _keep_house(self) -> None:
        """Folds, publishes and deletes, if it is time."""
        if not self._is_housekeeping_due():
            return
        self._next_housekeeping = time.monotonic() + SECONDS_BETWEEN_HOUSEKEEPING
        try:
            keep_house(self.engine, self._months)
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "metrics.housekeeping.failed", error=name)

    def _has_written_all(self) -> bool:
        """Writes what waits, oldest first; False if the database is away."""
        try:
            if not self._reachable:
                upgrade(self.engine)
                with self.engine.connect() as connection:
                    _refuse_demo(connection)
            for spool in (*self._left_behind, self._spool):
                while batches := spool.first(MOST_BATCHES):
                    self._write(spool, batches)
                    spool.drop(batches[-1].number)
                    if self._reachable:
                        # However much is written, rows go after a day.
                        self._keep_house()
            done, self._left_behind = self._left_behind, []
            for spool in done:
                spool.close()
        except DemoDatabaseError:
            if self._reachable is not False:
                log_event(logger, logging.ERROR, "metrics.demo.refused")
            self._reachable = False
            return False
        except Exception as error:
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

    def _write(self, spool: Spool, batches: list[Batch]) -> None:
        """Writes batches that the database does not have, in one transaction."""
        today = datetime.now(UTC).date()
        try:
            self._write_with(_insert_all, spool, batches, today)
        except SQLAlchemyError as error:
            if not _is_refusal(error):
                raise
            # A row that the database refuses must not hold up the others for ever.
            self._write_with(_insert_each, spool, batches, today)

    def _write_with(
        self,
        insert: Callable[[Connection, Rows], int],
        spool: Spool,
        batches: list[Batch],
        today: date,
    ) -> None:
        with self.engine.begin() as connection:
            written = _written(connection, spool.id, today)
            # After the first change: from then on `make demo-data` waits for the end.
            _refuse_demo(connection)
            missing = [batch for batch in batches if batch.number > written]
            lost = sum(batch.lost for batch in missing)
            for batch in missing:
                rows = _rows_in(batch)
                lost += batch.events if rows is None else insert(connection, rows)
            if lost:
                add_counters(connection, {(today, "lost_events", TOTAL, 0): lost})
            connection.execute(
                update(SPOOLS)
                .where(SPOOLS.c.spool == spool.id)
                .values(written=max(written, batches[-1].number))
            )


def _spools(folder: Path | None, megabytes: float) -> list[Spool]:
    """Where events wait; in memory if the disk cannot be used."""
    if folder is not None:
        try:
            return open_spools(folder, megabytes)
        except (OSError, sqlite3.Error) as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "metrics.spool.failed", error=name)
    return [Spool(IN_MEMORY, megabytes)]


def _written(connection: Connection, spool: int, today: date) -> int:
    """The last batch of a spool that is written; holds on to that number."""
    mine = SPOOLS.c.spool == spool
    known = connection.execute(update(SPOOLS).where(mine).values(day=today))
    if not known.rowcount:
        row = {"spool": spool, "written": 0, "day": today}
        connection.execute(insert(SPOOLS).values(row))
        return 0
    return int(connection.execute(select(SPOOLS.c.written).where(mine)).scalar_one())


def _refuse_demo(connection: Connection) -> None:
    """Real counts never stand among those of `make demo-data`: they wait.

    Raises:
        DemoDatabaseError: what is counted there was made up.
    """
    if is_demo(connection):
        raise DemoDatabaseError("The database holds made-up figures.")


def _rows_in(batch: Batch) -> Rows | None:
    """What a batch holds; None, and all of it is lost, if it cannot be read."""
    try:
        return from_json(batch.rows)
    except (ValueError, KeyError, TypeError) as error:
        # Written by another version, or spoilt on disk: it must not hold up the rest.
        name = type(error).__name__
        log_event(logger, logging.ERROR, "metrics.batch.unreadable", error=name)
        return None


def _insert_all(connection: Connection, rows: Rows) -> int:
    insert_rows(connection, rows)
    return 0


def _is_refusal(error: SQLAlchemyError) -> bool:
    """Whether a row is at fault, and not the way to the database."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, CompileError | StatementError)


def _insert_each(connection: Connection, rows: Rows) -> int:
    """Adds the rows that the database takes; returns how many events it refused."""
    refused = 0
    for table, its_rows in rows.items():
        for row in its_rows:
            try:
                with connection.begin_nested():
                    connection.execute(METADATA.tables[table].insert(), [row])
            except SQLAlchemyError as error:
                if not _is_refusal(error):
                    raise
                refused += table != "shown"
    if refused:
        log_event(logger, logging.ERROR, "metrics.events.refused", count=refused)
    return refused
