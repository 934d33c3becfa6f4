"""Figures of one month and the weeks beside it, with words to them.

What the sections of the page are written with; pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.insights.parts import NO_SHARE, Figure, shown
from bot.insights.period import month_before, short_month_name, weeks_of
from bot.insights.words import Words
from bot.metrics.declared import declared
from bot.metrics.published import Figures
from bot.metrics.turn import content_number

# A value of a breakdown, in words, and its figure.
Valued = tuple[str, Figure]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page of one month can say.

    Attributes:
        figures: all that is published.
        words: what stands for each value.
        month: the one that is shown, or None while none is published.
    """

    figures: Figures
    words: Words
    month: date | None

    @property
    def before(self) -> date | None:
        """The month before, if it is published."""
        return month_before(self.figures, self.month) if self.month else None

    @property
    def weeks(self) -> Sequence[date]:
        """The weeks that are shown, oldest first."""
        return weeks_of(self.figures, self.month)

    @property
    def month_columns(self) -> tuple[str, ...]:
        """Heads for the figures of this month and of the one before."""
        assert self.month is not None
        before = short_month_name(self.before) if self.before else "Month before"
        return short_month_name(self.month), before

    def total(self, metric: str) -> Figure:
        """The month's figure of a metric."""
        assert self.month is not None
        return self.figures.total(metric, self.month)

    def month_cells(self, metric: str, *value: str) -> tuple[str, ...]:
        """This month's and the last month's figure, of a total or of one value.

        Args:
            metric: its name.
            value: a breakdown and one of its names; nothing for the total.
        """
        return tuple(
            shown(self._figure(metric, month, *value)) if month else NO_SHARE
            for month in (self.month, self.before)
        )

    def _figure(self, metric: str, starts: date, *value: str) -> Figure:
        if not value:
            return self.figures.total(metric, starts)
        breakdown, name = value
        return self.at(metric, breakdown, starts).get(content_number(name))

    def at(self, metric: str, breakdown: str, starts: date) -> dict[int, Figure]:
        """The figures of all values; each is hidden where none can be shown."""
        found = self.figures.values(metric, breakdown, starts)
        if found is None:
            return dict.fromkeys(declared().breakdowns[breakdown].names)
        return dict(found)

    def is_left_out(self, metric: str, breakdown: str) -> bool:
        """Whether the month's breakdown cannot be shown."""
        assert self.month is not None
        return self.figures.values(metric, breakdown, self.month) is None

    def of_month(self, metric: str, breakdown: str) -> list[Valued]:
        """The month's figures by value, in the order of the names."""
        assert self.month is not None
        found = self.at(metric, breakdown, self.month)
        return [
            (self.words.title(breakdown, number), figure)
            for number, figure in found.items()
        ]

    def of_weeks(self, metric: str, breakdown: str, name: str) -> tuple[Figure, ...]:
        """One value's figure in each week."""
        return tuple(self._figure(metric, week, breakdown, name) for week in self.weeks)

    def week_totals(self, metric: str) -> tuple[Figure, ...]:
        """A metric's figure in each week."""
        return tuple(self.figures.total(metric, week) for week in self.weeks)


def by_size(values: Sequence[Valued]) -> list[Valued]:
    """The largest first, then what is hidden, then what is 0."""
    return sorted(values, key=lambda one: -(0.5 if one[1] is None else one[1]))
