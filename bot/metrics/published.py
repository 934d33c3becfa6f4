"""The published figures, for every reader: page, CSV, JSON, dashboards.

Nothing here can see a count that did not go through disclosure control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.metrics.counters import is_demo
from bot.metrics.declared import TOTAL, Period, declared
from bot.metrics.tables import LEFT_OUT, PERIODS_PUBLISHED, PUBLISHED


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is published.

    Attributes:
        starts: for weeks and for months the first days of those published, in order.
        rows: start, metric, breakdown -> value -> figure; None is shown as `*`.
        is_demo: whether all of it was made up.
    """

    starts: Mapping[Period, Sequence[date]]
    rows: Mapping[tuple[date, str, str], Mapping[int, int | None]]
    is_demo: bool

    def total(self, metric: str, starts: date) -> int | None:
        """The figure of a metric for the week or month that starts then.

        Returns:
            0 or a number rounded to 5; None for what is shown as `*`, and for what was
            no longer counted.
        """
        if declared().metrics[metric].expires_on <= starts:
            return None
        whole = declared().metrics[metric].whole
        name, breakdown, value = whole or (metric, TOTAL, 0)
        found = self.rows.get((starts, name, breakdown), {})
        return None if LEFT_OUT in found else found.get(value, 0)

    def values(
        self, metric: str, breakdown: str, starts: date
    ) -> Mapping[int, int | None] | None:
        """The figures of a metric's breakdown.

        Returns:
            The number of each value -> its figure, as in `total`. Values of fixed lists
            are all there, of growing lists only those over 0. None if the breakdown
            cannot be shown.
        """
        found = self.rows.get((starts, metric, breakdown), {})
        if LEFT_OUT in found:
            return None
        return {**dict.fromkeys(declared().breakdowns[breakdown].names, 0), **found}


def read_figures(connection: Connection) -> Figures:
    """Reads all that is published.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or has no such tables.
    """
    starts: dict[Period, list[date]] = {"week": [], "month": []}
    periods = select(PERIODS_PUBLISHED).order_by(PERIODS_PUBLISHED.c.starts)
    for period, first_day in connection.execute(periods):
        starts[period].append(first_day)
    rows: dict[tuple[date, str, str], dict[int, int | None]] = {}
    columns = PUBLISHED.c
    published = select(
        columns.starts,
        columns.metric,
        columns.breakdown,
        columns.value,
        columns.figure,
    )
    for first_day, metric, breakdown, value, figure in connection.execute(published):
        rows.setdefault((first_day, metric, breakdown), {})[value] = figure
    return Figures(starts, rows, is_demo(connection))
