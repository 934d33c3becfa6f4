"""The sections of the page that go week by week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.insights.parts import Chart, Figure, Row, Section, Table, percent, share, shown
from bot.insights.period import day_name
from bot.insights.reading import Reading
from bot.metrics.turn import content_number
from bot.terms import URGENCIES

GRAVEST_FIRST: Final = tuple(reversed(URGENCIES))


def urgency(reading: Reading) -> Section:
    """How urgent messages are."""
    by_urgency = _by_urgency(reading, "messages")
    charts = [
        _chart(reading, f"{words}, messages a week", figures)
        for words, figures in by_urgency.items()
    ]
    columns = {"All": reading.week_totals("messages"), **by_urgency}
    return Section(
        "urgency",
        "How urgent it is, week by week",
        (
            "The bot errs on the side of care, so “urgent” here is more than a person "
            "would call urgent. Each chart has its own height: compare its weeks, not "
            "the charts.",
        ),
        (*charts, _table(reading, "Messages by week", _shown(columns))),
        is_wide=True,
    )


def understanding(reading: Reading) -> Section:
    """How much is not understood, and what could not be counted."""
    missed = reading.of_weeks("messages", "understood", "no")
    pairs = list(zip(missed, reading.week_totals("messages"), strict=True))
    chart = _chart(
        reading,
        "Messages not understood, in percent",
        tuple(percent(part, whole) for part, whole in pairs),
        unit=" %",
    )
    columns = {
        "Not understood": tuple(map(shown, missed)),
        "Of all": tuple(share(part, whole) for part, whole in pairs),
        "Events lost": tuple(map(shown, reading.week_totals("lost_events"))),
    }
    return Section(
        "understanding",
        "Messages not understood, week by week",
        (
            "The lower, the better. Lost events are messages and presses that were not "
            "counted, because the database was away too long. People were answered "
            "all the same.",
        ),
        (chart, _table(reading, "Not understood, and events lost", columns)),
    )


def tickets(reading: Reading) -> Section:
    """The helpdesk's tickets."""
    totals = reading.week_totals("tickets")
    title = "Helpdesk tickets, week by week"
    if all(total == 0 for total in totals):
        says = "No ticket was read in these weeks, or no helpdesk is connected."
        return Section("tickets", title, (says,), ())
    columns = {"All": totals, **_by_urgency(reading, "tickets")}
    return Section(
        "tickets",
        title,
        ("Each is a ticket at the school’s helpdesk that the bot read.",),
        (
            _chart(reading, "Tickets a week", totals),
            _table(reading, "Tickets by week", _shown(columns)),
        ),
    )


def _by_urgency(reading: Reading, metric: str) -> dict[str, tuple[Figure, ...]]:
    return {
        reading.words.title("urgency", content_number(name)): reading.of_weeks(
            metric, "urgency", name
        )
        for name in GRAVEST_FIRST
    }


def _chart(
    reading: Reading, title: str, figures: tuple[Figure, ...], unit: str = ""
) -> Chart:
    labels = tuple(map(day_name, reading.weeks))
    return Chart("columns", title, labels, figures, unit)


def _shown(columns: Mapping[str, Sequence[Figure]]) -> dict[str, tuple[str, ...]]:
    return {head: tuple(map(shown, figures)) for head, figures in columns.items()}


def _table(
    reading: Reading, caption: str, columns: Mapping[str, Sequence[str]]
) -> Table:
    """A table of cells by week, the newest on top."""
    weeks = zip(reading.weeks, *columns.values(), strict=True)
    rows = [Row(day_name(week), tuple(cells)) for week, *cells in weeks]
    heads = ("Week from", *columns)
    return Table(caption, heads, tuple(reversed(rows)), is_by_week=True)
