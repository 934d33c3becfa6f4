"""Counters for tests of what is shown, and databases in which they are published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.metrics.counters import Counter, add_counters, alone
from bot.metrics.database import engine_for
from bot.metrics.declared import TOTAL, Metric, declared
from bot.metrics.publishing import publish
from bot.metrics.schema import upgrade
from bot.metrics.tables import HOUSEKEEPING
from bot.metrics.turn import content_number

TODAY = date(2026, 11, 22)
OCTOBER = date(2026, 10, 1)
# Every week and month of these days is over by TODAY.
FIRST_DAY = date(2025, 11, 1)
SMALL = (1, 2, 3, 4, 5, 6, 7)


def values_of(breakdown: str, library) -> list[int]:
    """The numbers of all values, with some of the lists that grow."""
    lists = {"card": library.cards, "contact": library.contacts}
    if breakdown in lists:
        return [content_number(name) for name in list(lists[breakdown])[:14]]
    return list(declared().breakdowns[breakdown].names) or [0x1234ABCD]


def days_of_the_year() -> Iterator[date]:
    """A year of days that are all published."""
    day = FIRST_DAY
    while day < date(2026, 11, 16):
        yield day
        day += timedelta(days=1)


def a_year(library) -> dict[Counter, int]:
    """A busy year: every metric each day, large and small values."""
    counters: dict[Counter, int] = {}
    for place, day in enumerate(days_of_the_year()):
        for metric in declared().metrics.values():
            add_day(counters, metric, day, 40 + place % 23, library)
    return counters


def add_day(counters, metric: Metric, day: date, total: int, library) -> None:
    """Adds a day's total of a metric, shared out unevenly in each breakdown."""
    counters[day, metric.name, TOTAL, 0] = total
    for breakdown in metric.by:
        values = values_of(breakdown, library)
        left = total
        for place, value in enumerate(values):
            is_last = place == len(values) - 1
            part = left if is_last else left // 2
            left -= part
            if part:
                counters[day, metric.name, breakdown, value] = part


def small_everywhere(library, day: date, small: Iterable[int]) -> dict[Counter, int]:
    """Large totals, and in every breakdown small counts but for one value.

    Args:
        library: for cards and contacts.
        day: when all of it happened.
        small: the small counts, taken in turn; those of an exact breakdown come twice,
            once added and once taken away, so that no sum tells.
    """
    counters: dict[Counter, int] = {}
    numbers = cycle(small)
    for metric in declared().metrics.values():
        counters[day, metric.name, TOTAL, 0] = 400
        for breakdown in metric.by:
            values = values_of(breakdown, library)
            left = 400
            for value in values[1:]:
                number = next(numbers) if left > 100 else 0
                left -= number
                if number:
                    counters[day, metric.name, breakdown, value] = number
            counters[day, metric.name, breakdown, values[0]] = left
    return counters


def published_in(url: str, counters, is_demo: bool = False, today=TODAY) -> Engine:
    """A database with these counters, its weeks and months published."""
    engine = engine_for(url)
    upgrade(engine)
    with alone(engine) as connection:
        add_counters(connection, counters)
        connection.execute(update(HOUSEKEEPING).values(is_demo=is_demo))
    publish(engine, today)
    return engine
