"""Deletes what is older than the operator keeps counters."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import delete
from sqlalchemy.engine import Engine

from bot.metrics.counters import alone
from bot.metrics.tables import COUNTERS, PERIODS_PUBLISHED, PUBLISHED, SPOOLS


def purge(engine: Engine, months: int, today: date | None = None) -> int:
    """Deletes counters and published figures of months that are no longer kept.

    Args:
        engine: of the database of the metrics.
        months: whole months that are kept beside the present one.
        today: by UTC; the present day if not given.

    Returns:
        How many rows were deleted.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
    """
    until = oldest_kept(months, today or datetime.now(UTC).date())
    with alone(engine) as connection:
        return sum(
            connection.execute(delete(column.table).where(column < until)).rowcount
            for column in (
                COUNTERS.c.day,
                PUBLISHED.c.starts,
                PERIODS_PUBLISHED.c.starts,
                SPOOLS.c.day,
            )
        )


def oldest_kept(months: int, today: date) -> date:
    """The first day of the oldest month that is kept."""
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
