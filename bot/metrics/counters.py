"""Daily counters: what is left of the rows of single conversations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.metrics.tables import COUNTERS, HOUSEKEEPING

# day, metric, breakdown, value
Counter = tuple[date, str, str, int]

UPSERTS: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_counters(connection: Connection, counters: Mapping[Counter, int]) -> None:
    """Adds to counters, within the connection's transaction.

    Args:
        connection: to the database of the metrics.
        counters: day, metric, breakdown and value -> how much to add, over 0.
    """
    if not counters:
        return
    upsert = UPSERTS[connection.dialect.name](COUNTERS)
    adding = upsert.on_conflict_do_update(
        index_elements=[column.name for column in COUNTERS.primary_key],
        set_={"number": COUNTERS.c.number + upsert.excluded.number},
    )
    names = [column.name for column in COUNTERS.columns]
    # In one order always, so that two servers never wait for each other.
    rows = [
        dict(zip(names, (*counter, number), strict=True))
        for counter, number in sorted(counters.items())
    ]
    connection.execute(adding, rows)


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else folds, publishes or purges.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
    """
    with engine.begin() as connection:
        again = update(HOUSEKEEPING).values(times=HOUSEKEEPING.c.times + 1)
        if not connection.execute(again).rowcount:
            row = {"id": 1, "times": 1, "is_demo": False}
            try:
                with connection.begin_nested():
                    connection.execute(insert(HOUSEKEEPING).values(row))
            except IntegrityError:
                # Another server was quicker; now its row can be held on to.
                connection.execute(again)
        yield connection


def is_demo(connection: Connection) -> bool:
    """Whether what is counted here was made up by `make demo-data`."""
    return bool(connection.execute(select(HOUSEKEEPING.c.is_demo)).scalar())
