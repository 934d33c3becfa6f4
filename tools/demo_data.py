"""`make demo-data`: a year of made-up figures in a database of their own, to look at.

Refuses a database in which anything real was counted; and a server that is started on
made-up figures never counts there (`bot.brokers.count_writer`). So the two never mix.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BotError
from bot.guidance.load import load_library
from bot.metrics.counters import add_counters, alone, is_demo
from bot.metrics.database import engine_for
from bot.metrics.publishing import publish
from bot.metrics.schema import upgrade
from bot.metrics.tables import HOUSEKEEPING, METADATA
from bot.settings import read_settings
from tools.demo_year import SMALL_CHARITY, DemoYear, conversations_for

# Not the operator's own, and with a folder of its own for what waits for it.
DEFAULT_URL: Final = "sqlite:///demo/metrics.db"


class RealFiguresError(BotError):
    """Something real was counted in the database."""

    code = "DATABASE_HOLDS_REAL_FIGURES"


class Filled(NamedTuple):
    """What was made up: conversations, daily counters, weeks and months."""

    conversations: int
    counters: int
    published: int


def fill(engine: Engine, year: DemoYear, today: date | None = None) -> Filled:
    """Fills a database with a made-up year, in place of an earlier one.

    Args:
        engine: of a database that holds nothing, or what was made up.
        year: the year.
        today: by UTC; the present day if not given.

    Raises:
        RealFiguresError: something real was counted there; nothing was changed.
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
    """
    upgrade(engine)
    with alone(engine) as connection:
        empty(connection)
        counters = year.counters()
        add_counters(connection, counters)
        connection.execute(update(HOUSEKEEPING).values(is_demo=True))
    conversations = sum(
        number
        for (_, metric, breakdown, _), number in counters.items()
        if (metric, breakdown) == ("conversations", "total")
    )
    return Filled(conversations, len(counters), publish(engine, today))


def remove(engine: Engine) -> None:
    """Takes a made-up year out again; what is left can be used for real.

    Raises:
        RealFiguresError: something real was counted there; nothing was changed.
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
    """
    upgrade(engine)
    with alone(engine) as connection:
        empty(connection)
        connection.execute(update(HOUSEKEEPING).values(is_demo=False))


def empty(connection: Connection) -> None:
    """Deletes what was made up, within the connection's transaction.

    Raises:
        RealFiguresError: there is something that was not.
    """
    if connection.dialect.name == "postgresql":
        # A server begins each writing there: one that is under way ends first, and the
        # next sees what has become of the database. SQLite lets only one write anyway.
        connection.execute(text("LOCK TABLE spools IN SHARE MODE"))
    tables = [
        table for table in reversed(METADATA.sorted_tables) if table is not HOUSEKEEPING
    ]
    if not is_demo(connection):
        for table in tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise RealFiguresError(
                    "The database holds real figures. Made-up ones must never stand "
                    "among them: give DATABASE_URL another database."
                )
    for table in tables:
        connection.execute(delete(table))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo-data", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--conversations-a-day",
        type=_positive,
        default=SMALL_CHARITY,
        help="on average (60, as in a small charity)",
    )
    size.add_argument(
        "--turns-a-day", type=_positive, help="the same in answered messages"
    )
    parser.add_argument("--seed", type=int, default=7, help="another year (7)")
    parser.add_argument(
        "--remove", action="store_true", help="take the made-up year out again"
    )
    return parser.parse_args()


def _positive(said: str) -> float:
    number = float(said)
    if not 0 < number <= 1_000_000:
        raise ValueError("not a number of conversations")
    return number


def main() -> int:
    """Returns 1 after a sentence if the database cannot be used."""
    asked = _arguments()
    # Not that of .env, which is the operator's own: this one must be asked for.
    url = os.environ.get("DATABASE_URL") or DEFAULT_URL
    try:
        settings = read_settings({"DATABASE_URL": url}, Path(os.devnull))
        if settings.database_url == DEFAULT_URL:
            Path(make_url(url).database or "").parent.mkdir(exist_ok=True)
        print(f"Database: {make_url(url).render_as_string(hide_password=True)}")
        engine = engine_for(settings.database_url)
        if asked.remove:
            remove(engine)
            print("The made-up figures are gone.")
            return 0
        per_day = asked.conversations_a_day
        if asked.turns_a_day:
            per_day = conversations_for(asked.turns_a_day)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        year = DemoYear(load_library(), yesterday, per_day, asked.seed)
        print("Making up a year...", flush=True)
        filled = fill(engine, year)
    except BotError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        name = type(error).__name__
        print(f"DATABASE_URL: the database cannot be used ({name}).", file=sys.stderr)
        return 1
    _say(filled, year, url)
    return 0


def _say(filled: Filled, year: DemoYear, url: str) -> None:
    shown = url if make_url(url).password is None else "(the same)"
    print(
        f"Made up: {filled.conversations:,} conversations since {year.first_day}, "
        f"{filled.counters:,} daily counters, {filled.published} weeks and months "
        "published.\n"
        "THE DATABASE IS MARKED: ITS FIGURES ARE MADE UP. A server that is started on "
        "it answers, and counts nothing there.\n\n"
        "To look at the insights page:\n"
        f"  DATABASE_URL='{shown}' INSIGHTS_TOKEN=look-at-the-demo make run\n"
        "and then http://127.0.0.1:5005/insights, with look-at-the-demo as password."
    )


if __name__ == "__main__":
    sys.exit(main())
