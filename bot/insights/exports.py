"""The published figures as CSV and JSON: the same as on the page, but all of them.

One line for each figure: tidy, so that a spreadsheet or a program can turn it around.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.insights.parts import Figure
from bot.insights.period import weeks_of
from bot.insights.words import Words
from bot.metrics.declared import PERIODS, TOTAL, Metric, Period, declared
from bot.metrics.disclosure import HIDDEN_SIGN, RULE
from bot.metrics.published import Figures

COLUMNS: Final = ("period", "starts", "metric", "breakdown", "value", "figure")
MADE_UP: Final = "MADE-UP DATA: nobody wrote any of this."
# Before each line of a CSV file that is no figure.
REMARK: Final = "# "


@dataclass(frozen=True, slots=True)
class Line:
    """One figure.

    Attributes:
        breakdown: `total`, or what it is split by.
        value: the fixed name; empty for a total, * where the whole breakdown is not
            shown.
        figure: None is shown as `*`.
    """

    period: Period
    starts: date
    metric: str
    breakdown: str
    value: str
    figure: Figure

    @property
    def said(self) -> int | str:
        """The figure as exports have it."""
        return HIDDEN_SIGN if self.figure is None else self.figure


def lines_of(figures: Figures, words: Words, month: date | None) -> Iterator[Line]:
    """Every figure, in order of time and of the file of metrics.

    Args:
        figures: all that is published.
        words: for the names of values.
        month: what the page of that month shows; None for all that is published.
    """
    starts = dict(figures.starts)
    if month is not None:
        starts = {"month": [month], "week": weeks_of(figures, month)}
    for period in PERIODS:
        of_period = [one for one in declared().metrics.values() if one.period == period]
        for first_day in starts[period]:
            for metric in of_period:
                yield from _lines(figures, words, metric, first_day)


def _lines(
    figures: Figures, words: Words, metric: Metric, first_day: date
) -> Iterator[Line]:
    about = (metric.period, first_day, metric.name)
    yield Line(*about, TOTAL, "", figures.total(metric.name, first_day))
    for breakdown in metric.by:
        values = figures.values(metric.name, breakdown, first_day)
        if values is None:
            yield Line(*about, breakdown, HIDDEN_SIGN, None)
            continue
        for number, figure in values.items():
            yield Line(*about, breakdown, words.name(breakdown, number), figure)


def as_csv(figures: Figures, words: Words, month: date | None) -> str:
    """The figures as CSV (RFC 4180), after lines of remarks that begin with #."""
    written = io.StringIO()
    writer = csv.writer(written)
    for remark in _remarks(figures):
        writer.writerow((REMARK + remark,))
    writer.writerow(COLUMNS)
    writer.writerows(
        (
            one.period,
            one.starts.isoformat(),
            one.metric,
            one.breakdown,
            one.value,
            one.said,
        )
        for one in lines_of(figures, words, month)
    )
    return written.getvalue()


def as_json(figures: Figures, words: Words, month: date | None) -> str:
    """The figures as JSON, with what each metric is for."""
    said = {
        "made_up": figures.is_demo,
        "remarks": _remarks(figures),
        "rule": RULE,
        "published": {
            f"{period}s": [one.isoformat() for one in figures.starts[period]]
            for period in PERIODS
        },
        "metrics": {
            name: _declaration(metric) for name, metric in declared().metrics.items()
        },
    }
    # One at a time: the encoder lets nothing else run until it has done with all that
    # it was given.
    lines = ",\n".join(
        json.dumps(
            {
                "period": one.period,
                "starts": one.starts.isoformat(),
                "metric": one.metric,
                "breakdown": one.breakdown,
                "value": one.value,
                "figure": one.said,
            }
        )
        for one in lines_of(figures, words, month)
    )
    opening = json.dumps(said, ensure_ascii=False).removesuffix("}")
    return f'{opening}, "figures": [\n{lines}\n]}}\n'


def _remarks(figures: Figures) -> list[str]:
    return [MADE_UP, RULE] if figures.is_demo else [RULE]


def _declaration(metric: Metric) -> Mapping[str, Any]:
    return {
        "title": metric.title,
        "question": metric.question,
        "owner": metric.owner,
        "unit": metric.unit,
        "period": metric.period,
        "by": metric.by,
        "sensitivity": metric.sensitivity,
        "review_on": metric.review_on.isoformat(),
        "expires_on": metric.expires_on.isoformat(),
    }
