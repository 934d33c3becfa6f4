"""Months and weeks as people write and read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.errors import BotError
from bot.metrics.published import Figures
from bot.metrics.publishing import next_start

WEEKS_SHOWN: Final = 13
MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class MonthUnreadableError(BotError):
    """What was asked for is not a month."""

    code = "MONTH_UNREADABLE"


def month_from(key: str) -> date:
    """The first day of a month such as 2026-10.

    Raises:
        MonthUnreadableError: it is not written like that.
    """
    found = MONTH.fullmatch(key)
    if not found:
        raise MonthUnreadableError("A month is written like this: 2026-10.")
    return date(int(found[1]), int(found[2]), 1)


def month_key(starts: date) -> str:
    """2026-10."""
    return f"{starts:%Y-%m}"


def month_name(starts: date) -> str:
    """October 2026; not in the server's own language."""
    return f"{MONTHS[starts.month - 1]} {starts.year}"


def short_month_name(starts: date) -> str:
    """Oct 2026, for the heads of tables."""
    return f"{MONTHS[starts.month - 1][:3]} {starts.year}"


def day_name(day: date) -> str:
    """5 Oct."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def day_and_year(day: date) -> str:
    """5 October 2026."""
    return f"{day.day} {month_name(day)}"


def month_before(figures: Figures, month: date) -> date | None:
    """The published month just before another one, or None."""
    return next(
        (one for one in figures.starts["month"] if next_start("month", one) == month),
        None,
    )


def weeks_of(figures: Figures, month: date | None) -> Sequence[date]:
    """The newest published weeks, oldest first.

    Args:
        figures: all that is published.
        month: an older month shows the weeks up to its end; the newest, or None, all
            that came since too.
    """
    weeks = figures.starts["week"]
    if month is not None and month != figures.starts["month"][-1]:
        weeks = [week for week in weeks if week < next_start("month", month)]
    return weeks[-WEEKS_SHOWN:]
