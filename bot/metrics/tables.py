"""The tables of the metrics, made from `metrics.yml`. No column can hold text.

Names are kept in columns that the database itself limits to the project's fixed names;
cards, contacts and versions are kept as numbers (`bot.metrics.turn.content_number`).
SQLite takes text in a column of any type, so every column has a check that text does
not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
)
from sqlalchemy.engine import Connection

from bot.metrics.declared import PERIODS, TOTAL, RawColumn, declared
from bot.metrics.disclosure import LARGEST_HIDDEN, STEP
from bot.metrics.rows import Rows

METADATA: Final = MetaData()
# What a signed BIGINT holds.
LARGEST: Final = 2**63 - 1
# `content_number` is a CRC-32.
LARGEST_CRC: Final = 2**32 - 1
# In `published`, says that a breakdown is not shown; no value has this number.
LEFT_OUT: Final = -1


def _one_of(name: str, names: Sequence[str], **options: Any) -> Column[Any]:
    """A column that the database limits to fixed names."""
    limited = Enum(
        *names, native_enum=False, create_constraint=True, name=f"known_{name}"
    )
    return Column(name, limited, **{"nullable": False, **options})


def _number(name: str, kind: Any, least: int, most: int, **options: Any) -> Column[Any]:
    """A whole number; to SQLite every text is greater than every number."""
    limits = CheckConstraint(f"{name} BETWEEN {least} AND {most}")
    return Column(
        name, kind, limits, **{"nullable": False, "autoincrement": False, **options}
    )


def _yes_or_no(name: str) -> Column[Any]:
    limited = Boolean(create_constraint=True, name=f"known_{name}")
    return Column(name, limited, nullable=False)


def _day(name: str = "day", **options: Any) -> Column[Any]:
    # In SQLite a date is text of its own making, and `date` is NULL for any other.
    is_date = f"date({name}) IS NOT NULL AND date({name}) = {name}"
    if options.get("nullable"):
        is_date = f"{name} IS NULL OR ({is_date})"
    limits = CheckConstraint(is_date)
    return Column(name, Date, limits, **{"nullable": False, **options})


# Only SQLite's own INTEGER is the number that its rows are kept by.
_Key = BigInteger().with_variant(Integer(), "sqlite")


def _raw_column(column: RawColumn) -> Column[Any]:
    name, is_key = column.name, column.is_key
    if column.kind == "key":
        to = column.to
        points = [ForeignKey(f"{to}.id", ondelete="CASCADE")] if to else []
        limits = CheckConstraint(f"{name} BETWEEN 0 AND {LARGEST}")
        return Column(
            name, _Key, *points, limits, primary_key=True, autoincrement=False
        )
    if column.kind == "random":
        return _number(name, BigInteger, 0, LARGEST, index=True)
    if column.kind == "day":
        return _day(name, index=True)
    if column.kind == "number":
        return _number(name, SmallInteger, *column.limits)
    if column.kind == "content":
        return _number(name, BigInteger, 0, LARGEST_CRC, primary_key=is_key)
    if column.kind == "name":
        return _one_of(
            name, column.names, nullable=column.is_optional, primary_key=is_key
        )
    assert column.kind == "truth"
    return _yes_or_no(name)


def _raw_table(name: str) -> Table:
    columns = declared().raw[name].columns
    return Table(name, METADATA, *map(_raw_column, columns))


TURNS: Final = _raw_table("turns")
SHOWN: Final = _raw_table("shown")
ACTS: Final = _raw_table("acts")

_METRIC_NAMES: Final = tuple(declared().metrics)
_BREAKDOWN_NAMES: Final = (TOTAL, *declared().breakdowns)

# What was counted on a day; only disclosure control reads it.
COUNTERS: Final = Table(
    "counters",
    METADATA,
    _day(primary_key=True),
    _one_of("metric", _METRIC_NAMES, primary_key=True),
    _one_of("breakdown", _BREAKDOWN_NAMES, primary_key=True),
    _number("value", BigInteger, 0, LARGEST_CRC, primary_key=True),
    _number("number", BigInteger, 1, LARGEST),
)
# The weeks and months whose figures are published, and so never change again.
PERIODS_PUBLISHED: Final = Table(
    "periods",
    METADATA,
    _one_of("period", PERIODS, primary_key=True),
    _day("starts", primary_key=True),
)
# Figures after disclosure control; NULL is shown as *, and no row as 0.
PUBLISHED: Final = Table(
    "published",
    METADATA,
    _day("starts", primary_key=True),
    _one_of("metric", _METRIC_NAMES, primary_key=True),
    _one_of("breakdown", _BREAKDOWN_NAMES, primary_key=True),
    _number("value", BigInteger, LEFT_OUT, LARGEST_CRC, primary_key=True),
    # The database itself refuses what was not rounded.
    _number("figure", BigInteger, LARGEST_HIDDEN + 1, LARGEST, nullable=True),
    CheckConstraint(f"figure % {STEP} = 0", name="is_rounded"),
)
# How far each server's spool has been written here, so that nothing is counted twice.
SPOOLS: Final = Table(
    "spools",
    METADATA,
    _number("spool", BigInteger, 0, LARGEST, primary_key=True),
    _number("written", BigInteger, 0, LARGEST),
    _day(),
)
# One row, which whoever folds, publishes or purges holds on to meanwhile.
HOUSEKEEPING: Final = Table(
    "housekeeping",
    METADATA,
    _number("id", SmallInteger, 1, 1, primary_key=True),
    _number("times", BigInteger, 0, LARGEST),
    # Whether these rows were made up by `make demo-data`.
    _yes_or_no("is_demo"),
    # Weeks and months that began before were counted by another version, in part.
    _day("since", nullable=True),
)


def insert_rows(connection: Connection, rows: Rows) -> None:
    """Adds raw rows, within the connection's transaction.

    Args:
        connection: to the database of the metrics.
        rows: the name of a raw table -> its rows, each a column's name -> value.
    """
    for name in declared().raw:
        if rows.get(name):
            connection.execute(METADATA.tables[name].insert(), list(rows[name]))
