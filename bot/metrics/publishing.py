"""Publishes the figures of weeks and months that are over, after disclosure control.

What is published never changes again: from a figure before and after a change, a hidden
count could be worked out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection, Engine

from bot.metrics.counters import alone
from bot.metrics.declared import PERIODS, TOTAL, Metric, Period, declared
from bot.metrics.disclosure import Sum, protect
from bot.metrics.tables import (
    COUNTERS,
    HOUSEKEEPING,
    LEFT_OUT,
    PERIODS_PUBLISHED,
    PUBLISHED,
)

# metric, breakdown, value
Cell = tuple[str, str, int]
# Rows are folded a day after a conversation began; some come late.
DAYS_UNTIL_CLOSED: Final = 3


def publish(engine: Engine, today: date | None = None) -> int:
    """Publishes every week and month that is over and not published yet.

    Args:
        engine: of the database of the metrics; what is older than a day was folded.
        today: by UTC; the present day if not given.

    Returns:
        How many weeks and months were published.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses.
    """
    today = today or datetime.now(UTC).date()
    published = 0
    for period in PERIODS:
        # One at a time, so that writing goes on in between.
        while _has_published_one(engine, period, today):
            published += 1
    return published


def _has_published_one(engine: Engine, period: Period, today: date) -> bool:
    with alone(engine) as connection:
        starts = _next_due(connection, period, today)
        if starts is not None:
            _publish(connection, period, starts)
    return starts is not None


def last_published_day(connection: Connection) -> date | None:
    """The last day of all that is published, or None if nothing is."""
    rows = connection.execute(
        select(
            PERIODS_PUBLISHED.c.period, func.max(PERIODS_PUBLISHED.c.starts)
        ).group_by(PERIODS_PUBLISHED.c.period)
    )
    ends = [next_start(period, starts) - timedelta(days=1) for period, starts in rows]
    return max(ends, default=None)


def start_of(period: Period, day: date) -> date:
    """The first day of the week or month that a day is in."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday())


def next_start(period: Period, starts: date) -> date:
    """The first day of the week or month after the one that starts then."""
    if period == "month":
        return (starts.replace(day=28) + timedelta(days=4)).replace(day=1)
    return starts + timedelta(days=7)


def _next_due(connection: Connection, period: Period, today: date) -> date | None:
    """The start of the oldest that is over and was not published; None if all were."""
    done = select(func.max(PERIODS_PUBLISHED.c.starts)).where(
        PERIODS_PUBLISHED.c.period == period
    )
    last = connection.execute(done).scalar()
    first_day = connection.execute(select(func.min(COUNTERS.c.day))).scalar()
    if last is None and first_day is None:
        return None
    starts = next_start(period, last) if last else start_of(period, first_day)
    since = connection.execute(select(HOUSEKEEPING.c.since)).scalar()
    if since is not None and starts < since:
        whole = start_of(period, since)
        starts = whole if whole == since else next_start(period, whole)
    closes = next_start(period, starts) + timedelta(days=DAYS_UNTIL_CLOSED - 1)
    return starts if closes <= today else None


def _publish(connection: Connection, period: Period, starts: date) -> None:
    figures = publication(period, _counts(connection, period, starts))
    rows = [
        {
            "starts": starts,
            "metric": metric,
            "breakdown": breakdown,
            "value": value,
            "figure": figure,
        }
        for (metric, breakdown, value), figure in figures.items()
    ]
    if rows:
        connection.execute(insert(PUBLISHED), rows)
    connection.execute(insert(PERIODS_PUBLISHED).values(period=period, starts=starts))


def _counts(connection: Connection, period: Period, starts: date) -> dict[Cell, int]:
    columns = (COUNTERS.c.metric, COUNTERS.c.breakdown, COUNTERS.c.value)
    rows = connection.execute(
        select(*columns, func.sum(COUNTERS.c.number))
        .where(COUNTERS.c.day >= starts, COUNTERS.c.day < next_start(period, starts))
        .group_by(*columns)
    )
    of_period = {
        name for name, one in declared().metrics.items() if one.period == period
    }
    return {
        (metric, breakdown, value): int(number)
        for metric, breakdown, value, number in rows
        if metric in of_period
    }


def publication(period: Period, counts: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """What is published of a week's or month's counts. Pure.

    Args:
        period: whose metrics these are.
        counts: metric, breakdown, value -> count; what is 0 may be missing.

    Returns:
        The figures that are not 0; None is shown as `*`. A breakdown that is left out
        has the one value `LEFT_OUT`.
    """
    metrics = [one for one in declared().metrics.values() if one.period == period]
    values: dict[tuple[str, str], set[int]] = defaultdict(set)
    for metric, breakdown, value in counts:
        values[metric, breakdown].add(value)
    sums = [
        _sum(metric, breakdown, values[metric.name, breakdown])
        for metric in metrics
        for breakdown in metric.by
    ]
    cells = {(metric.name, TOTAL, 0) for metric in metrics if not metric.whole}
    cells.update(part for one in sums for part in one.parts)
    known = {cell: counts.get(cell, 0) for cell in cells}
    shown = protect(known, sums, _within(metrics, known))
    figures = {cell: figure for cell, figure in shown.items() if figure != 0}
    # A total that must be left out is no 0.
    figures.update(
        {cell: None for cell in known.keys() - shown.keys() if cell[1] == TOTAL}
    )
    for one in sums:
        if one.parts and not any(part in shown for part in one.parts):
            figures[(*one.parts[0][:2], LEFT_OUT)] = None
    return figures


def _within(
    metrics: Iterable[Metric], counts: Mapping[Cell, int]
) -> list[tuple[Cell, Cell]]:
    """Which cells count some of what others count, the same value by the same value."""
    larger = {metric.name: metric.within for metric in metrics if metric.within}
    pairs = [
        (cell, (larger[cell[0]], *cell[1:])) for cell in counts if cell[0] in larger
    ]
    # An attacker who believes what is not so works out nothing.
    return [
        (cell, all_) for cell, all_ in pairs if counts[cell] <= counts.get(all_, -1)
    ]


def _sum(metric: Metric, breakdown: str, seen: set[int]) -> Sum[Cell]:
    by = declared().breakdowns[breakdown]
    parts = sorted(seen | set(by.names))
    return Sum(
        whole=metric.whole or (metric.name, TOTAL, 0),
        parts=tuple((metric.name, breakdown, value) for value in parts),
        is_exact=by.is_exact,
        is_covered=by.is_covered,
    )
