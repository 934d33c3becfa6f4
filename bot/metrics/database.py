"""How the database of the metrics is reached."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

SECONDS_TO_CONNECT: Final = 3
# A network that swallows everything is noticed after so long.
PATIENCE: Final = {
    "connect_timeout": SECONDS_TO_CONNECT,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


def engine_for(database_url: str) -> Engine:
    """An engine for the address in DATABASE_URL; connects when it is first used."""
    if not database_url.startswith("sqlite"):
        return create_engine(
            database_url,
            future=True,
            pool_pre_ping=True,
            pool_size=2,
            pool_timeout=SECONDS_TO_CONNECT,
            executemany_mode="values_plus_batch",
            connect_args=PATIENCE,
        )
    engine = create_engine(
        database_url,
        future=True,
        connect_args={"check_same_thread": False, "timeout": SECONDS_TO_CONNECT},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    # Python would begin transactions by itself, and not before a change of a table.
    connection.isolation_level = None
    # Who reads the figures does not hold up who writes them.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What was deleted is overwritten: no row is found in the file after its day.
    connection.execute("PRAGMA secure_delete = ON")
    # In KiB, if negative: a day's rows are folded without reading pages twice.
    connection.execute("PRAGMA cache_size = -16000")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
