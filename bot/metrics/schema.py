"""Brings a database to the tables of this version, and back.

Alembic does the steps, each in `bot/metrics/migrations/versions`; a database that was
made before there were steps is recognised.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from bot.errors import BotError

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent / "migrations"
# The newest step; a test keeps it true. Who has it needs no Alembic.
NEWEST: Final = "0002"
# What a database has that was made before there were steps.
FIRST: Final = "0001"
VERSION_TABLE: Final = "alembic_version"
# Alembic keeps its connection in one place for all threads of a process.
_ONE_AT_A_TIME: Final = threading.Lock()


class SchemaNewerError(BotError):
    """The tables are of a newer version than this one."""

    code = "SCHEMA_NEWER"


def upgrade(engine: Engine, to: str = NEWEST) -> None:
    """Brings a database to a step, with what is in it.

    Args:
        engine: of the database of the metrics, with or without tables.
        to: the step's number.

    Raises:
        SchemaNewerError: the database is of a newer version of this project.
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses; nothing was
            changed.
    """
    with _ONE_AT_A_TIME, engine.begin() as connection:
        at = revision(connection)
        if at == to:
            return
        if at is not None and at > NEWEST:
            raise SchemaNewerError(
                "DATABASE_URL: the database is of a newer version of this project."
            )
        # Imported here: an up-to-date server does without it.
        from alembic import command

        config = _config(connection)
        if at is None and inspect(connection).has_table("turns"):
            command.stamp(config, FIRST)
        command.upgrade(config, to)


def downgrade(engine: Engine, to: str) -> None:
    """Takes a database back to an earlier step, or to none with `base`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses; nothing was
            changed.
    """
    from alembic import command

    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.downgrade(_config(connection), to)


def revision(connection: Connection) -> str | None:
    """The step that a database is at; None if it was never brought to one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    said = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608
    number: str | None = connection.execute(said).scalar()
    return number


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    # Alembic splits a list of folders there, and warns if it is not told how.
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
