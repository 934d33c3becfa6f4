"""Counted events that wait on disk until the database has them.

A small SQLite file, which survives `kill -9` and keeps to its size. It holds rows of
the raw tables: numbers, truth values and fixed names.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import BotError
from bot.metrics.rows import RANDOM_BITS, Rows, number_of_events, to_json
from bot.privacy.quiet_logs import log_event
from bot.settings import DEFAULT_SPOOL_MEGABYTES

logger = logging.getLogger(__name__)

# A spool belongs to one server; servers that share a folder take the next free file.
MOST_FILES: Final = 9
NAME: Final = "spool-{}.db"
IN_MEMORY: Final = ":memory:"
PAGE_BYTES: Final = 4096


class SpoolFullError(BotError):
    """The spool has no room left."""

    code = "SPOOL_FULL"


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that were put aside together.

    Attributes:
        number: grows with each batch of a spool.
        rows: as `bot.metrics.rows.to_json` writes them.
        events: how many events made them.
        lost: events that could not be put aside before this batch.
    """

    number: int
    rows: str
    events: int
    lost: int


class Spool:
    """One file of batches, in their order. May be used by several threads.

    Args:
        path: of the file, or `IN_MEMORY`.
        megabytes: its largest size.

    Attributes:
        id: a random number that tells this spool from all others.

    Raises:
        sqlite3.Error: the file cannot be used, or another server uses it.
    """

    def __init__(
        self, path: Path | str, megabytes: float = DEFAULT_SPOOL_MEGABYTES
    ) -> None:
        self._lock = threading.Lock()
        self._is_closed = False
        self._file = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            # Before anything is written to the file; later it has no effect.
            self._file.execute("PRAGMA auto_vacuum = FULL")
            # What was brought to the database is overwritten here.
            self._file.execute("PRAGMA secure_delete = ON")
            self._file.execute("PRAGMA journal_mode = WAL")
            # What was written outlives this process; a power cut may take the last.
            self._file.execute("PRAGMA synchronous = NORMAL")
            pages = int(megabytes * 1024 * 1024 / PAGE_BYTES)
            self._file.execute(f"PRAGMA max_page_count = {pages}")
            self._file.execute("BEGIN EXCLUSIVE")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY "
                "AUTOINCREMENT, events INTEGER, lost INTEGER, rows TEXT)"
            )
            self._file.execute("CREATE TABLE IF NOT EXISTS spool (id INTEGER)")
            found = self._file.execute("SELECT id FROM spool").fetchone()
            (waiting,) = self._file.execute("SELECT count(*) FROM batches").fetchone()
            if found and waiting:
                self.id: int = found[0]
            else:
                # A new one for each start: the folder may be a copy of another one.
                self.id = secrets.randbits(RANDOM_BITS)
                self._file.execute("DELETE FROM spool")
                self._file.execute("INSERT INTO spool VALUES (?)", (self.id,))
            self._file.execute("COMMIT")
        except sqlite3.Error:
            self._file.close()
            raise

    def put(self, rows: Rows, lost: int = 0) -> None:
        """Puts events aside.

        Args:
            rows: what `rows_of` made of them.
            lost: events that were lost before these.

        Raises:
            SpoolFullError: there is no room for them, here or on the disk.
        """
        events = number_of_events(rows)
        try:
            with self._lock:
                self._file.execute(
                    "INSERT INTO batches (events, lost, rows) VALUES (?, ?, ?)",
                    (events, lost, to_json(rows)),
                )
        except sqlite3.Error as error:
            raise SpoolFullError("The spool cannot take more events.") from error

    def first(self, most: int) -> list[Batch]:
        """The oldest batches, at most so many.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        with self._lock:
            found = self._file.execute(
                "SELECT number, rows, events, lost FROM batches "
                "ORDER BY number LIMIT ?",
                (most,),
            )
            return [Batch(*row) for row in found]

    def drop(self, up_to: int) -> None:
        """Drops the batches that the database has.

        Raises:
            sqlite3.Error: the file cannot be written to.
        """
        with self._lock:
            self._file.execute("DELETE FROM batches WHERE number <= ?", (up_to,))

    def waiting(self) -> int:
        """How many events wait; none that anybody can count once it is closed."""
        with self._lock:
            if self._is_closed:
                return 0
            (number,) = self._file.execute(
                "SELECT coalesce(sum(events), 0) FROM batches"
            ).fetchone()
        return int(number)

    def close(self) -> None:
        """Closes the file; what waits stays in it."""
        with self._lock:
            self._is_closed = True
            self._file.close()


def open_spools(
    folder: Path, megabytes: float = DEFAULT_SPOOL_MEGABYTES
) -> list[Spool]:
    """The free spools of a folder: the first to write to, the others left behind.

    A server that was killed may have left events in a file that no other server uses.

    Raises:
        OSError, sqlite3.Error: the folder cannot be used.
    """
    folder.mkdir(exist_ok=True)
    spools: list[Spool] = []
    for number in range(1, MOST_FILES + 1):
        path = folder / NAME.format(number)
        if spools and not path.exists():
            continue
        try:
            spools.append(Spool(path, megabytes))
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                _close(spools)
                raise
        except sqlite3.DatabaseError:
            # Spoilt on disk: put where somebody may look at it, and begun anew.
            log_event(logger, logging.ERROR, "metrics.spool.spoilt")
            path.replace(path.with_suffix(".spoilt"))
            if not spools:
                spools.append(Spool(path, megabytes))
    if not spools:
        raise OSError("Every spool of the folder is used by another server.")
    return spools


def _close(spools: Iterable[Spool]) -> None:
    for spool in spools:
        spool.close()
