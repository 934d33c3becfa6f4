"""Writes the Grafana dashboard of the published figures, for PostgreSQL.

It reads the tables `periods` and `published` and no other: what stands there has gone
through disclosure control. Their numbers get their names by value mappings, made here
from `metrics.yml`, the cards and the contacts. Run by `make dashboard`; a test fails
while the file is not what this makes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

from bot.guidance.load import load_library
from bot.insights.sections import STEPS
from bot.insights.words import SAME_WORDS, Words, load_words
from bot.metrics.declared import TOTAL, Period, declared
from bot.metrics.disclosure import HIDDEN_SIGN, RULE
from bot.metrics.tables import LEFT_OUT
from bot.metrics.turn import content_number
from bot.terms import URGENCIES

TARGET: Final = (
    Path(__file__).parent.parent / "docs" / "examples" / "grafana-dashboard.json"
)
SOURCE: Final = {"type": "grafana-postgresql-datasource", "uid": "${DS_METRICS}"}
OLDEST_GRAFANA: Final = "10.4.0"
SCHEMA_VERSION: Final = 39
WIDTH: Final = 24
MONTH: Final = "to_char(published.starts, 'YYYY-MM-DD') = '$month'"
MONTHS: Final = (
    "SELECT to_char(starts, 'YYYY-MM-DD') FROM periods "
    "WHERE period = 'month' ORDER BY 1 DESC"
)
DAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
FEW: Final = "Not broken down: too few"
NOT_LISTED: Final = "What is not listed was 0."
GAP: Final = f"A gap is a figure that is shown as {HIDDEN_SIGN} elsewhere."


# Queries


def _figure(condition: str, of: str = "TRUE") -> str:
    """The one figure among rows that meets a condition; no row is 0, and NULL is *.

    Args:
        condition: which row it is.
        of: which rows are of its breakdown, where others are among them.
    """
    return (
        f"CASE WHEN bool_or(published.value = {LEFT_OUT} AND {of}) THEN NULL "
        f"WHEN count(*) FILTER (WHERE {condition}) = 0 THEN 0 "
        f"ELSE max(published.figure) FILTER (WHERE {condition}) END"
    )


def over_time(period: Period, columns: Sequence[tuple[str, str, str, int]]) -> str:
    """Figures over weeks or months.

    Args:
        period: which.
        columns: title, metric, breakdown and value of each.
    """
    figures = ",\n  ".join(
        _figure(
            f"published.metric = '{metric}' AND published.breakdown = '{breakdown}' "
            f"AND published.value = {value}",
            f"published.metric = '{metric}' AND published.breakdown = '{breakdown}'",
        )
        + f' AS "{title}"'
        for title, metric, breakdown, value in columns
    )
    metrics = ", ".join(f"'{one}'" for one in dict.fromkeys(c[1] for c in columns))
    return (
        f'SELECT periods.starts::timestamp AS "time",\n  {figures}\n'
        "FROM periods LEFT JOIN published ON published.starts = periods.starts "
        f"AND published.metric IN ({metrics})\n"
        f"WHERE periods.period = '{period}' AND $__timeFilter(periods.starts)\n"
        "GROUP BY periods.starts ORDER BY periods.starts"
    )


def of_month(metrics: Mapping[str, str], breakdown: str, title: str) -> str:
    """What a month's figures are split into, largest first.

    Args:
        metrics: name -> title of each column.
        breakdown: what they are split by.
        title: over the column of values.
    """
    figures = ",\n  ".join(
        f"CASE WHEN EXISTS (SELECT FROM published AS few WHERE few.metric = '{name}' "
        f"AND few.breakdown = '{breakdown}' AND few.value = {LEFT_OUT} "
        f"AND to_char(few.starts, 'YYYY-MM-DD') = '$month') THEN NULL "
        f"WHEN count(*) FILTER (WHERE published.metric = '{name}') = 0 THEN 0 "
        f"ELSE max(published.figure) FILTER (WHERE published.metric = '{name}') END "
        f'AS "{words}"'
        for name, words in metrics.items()
    )
    names = ", ".join(f"'{name}'" for name in metrics)
    return (
        f'SELECT published.value AS "{title}",\n  {figures}\n'
        f"FROM published WHERE published.metric IN ({names}) "
        f"AND published.breakdown = '{breakdown}' AND {MONTH}\n"
        f"GROUP BY published.value ORDER BY 2 DESC NULLS LAST, 1"
    )


def steps_of_month() -> str:
    """How far people get, in a month."""
    steps = ", ".join(f"({place}, '{name}')" for place, name in enumerate(STEPS))
    figure = _figure("published.metric IS NOT NULL")
    return (
        f'SELECT step.metric AS "Step",\n  {figure} AS "Figure"\n'
        f"FROM (VALUES {steps}) AS step (place, metric) "
        "LEFT JOIN published ON published.metric = step.metric "
        f"AND published.breakdown = '{TOTAL}' AND {MONTH}\n"
        "GROUP BY step.place, step.metric ORDER BY step.place"
    )


def hours_of_month() -> str:
    """Conversations by day of the week and hour, in a month."""
    hours = ",\n  ".join(
        _figure(f"published.value % 24 = {hour}") + f' AS "{hour:02}"'
        for hour in range(24)
    )
    return (
        f'SELECT day.number AS "Day",\n  {hours}\n'
        "FROM generate_series(0, 6) AS day (number) LEFT JOIN published "
        "ON published.metric = 'conversations' "
        "AND published.breakdown = 'hour_of_week' "
        f"AND (published.value = {LEFT_OUT} OR published.value / 24 = day.number) "
        f"AND {MONTH}\nGROUP BY day.number ORDER BY day.number"
    )


# Panels


def _mapped(texts: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "type": "value",
        "options": {
            str(value): {"text": text, "index": place}
            for place, (value, text) in enumerate(texts.items())
        },
    }


HIDDEN: Final = {
    "type": "special",
    "options": {"match": "null", "result": {"text": HIDDEN_SIGN, "index": 0}},
}


def _panel(kind: str, title: str, sql: str, **more: Any) -> dict[str, Any]:
    target = {
        "refId": "A",
        "datasource": SOURCE,
        "editorMode": "code",
        "format": "table" if kind == "table" else "time_series",
        "rawQuery": True,
        "rawSql": sql,
    }
    return {
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "targets": [target],
        **more,
    }


def _table(
    title: str,
    sql: str,
    names: tuple[str, Mapping[Any, str]],
    description: str = NOT_LISTED,
    defaults: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    column, texts = names
    named = {
        "matcher": {"id": "byName", "options": column},
        "properties": [
            {"id": "mappings", "value": [_mapped(texts)]},
            {"id": "custom.align", "value": "left"},
            {"id": "custom.cellOptions", "value": {"type": "auto"}},
        ],
    }
    return _panel(
        "table",
        title,
        sql,
        description=description,
        fieldConfig={
            "defaults": {
                "custom": {"align": "right", "filterable": False},
                "mappings": [HIDDEN],
                "noValue": HIDDEN_SIGN,
                **(defaults or {}),
            },
            "overrides": [named],
        },
        options={"showHeader": True, "cellHeight": "sm"},
    )


def _lines(
    title: str, period: Period, columns: Iterable[tuple[str, str, str, int]]
) -> dict[str, Any]:
    return _panel(
        "timeseries",
        title,
        over_time(period, list(columns)),
        description=GAP,
        fieldConfig={
            "defaults": {
                "custom": {
                    "drawStyle": "line",
                    "lineWidth": 2,
                    "pointSize": 6,
                    "showPoints": "always",
                    "spanNulls": False,
                },
                "mappings": [HIDDEN],
                "min": 0,
                "decimals": 0,
            },
            "overrides": [],
        },
        options={
            "legend": {
                "displayMode": "table",
                "placement": "bottom",
                "showLegend": True,
            },
            "tooltip": {"mode": "multi", "sort": "none"},
        },
    )


def _rule() -> dict[str, Any]:
    words = (
        f"**{RULE}** A month appears on the third day after its end. These figures "
        "are counts of conversations, messages or presses, never of known people."
    )
    return {
        "type": "text",
        "title": "How to read this",
        "options": {"mode": "markdown", "content": words},
    }


def panels(words: Words) -> list[list[dict[str, Any]]]:
    """The panels, row by row."""
    metrics = declared().metrics

    def texts(breakdown: str) -> dict[Any, str]:
        named = words.titles[SAME_WORDS.get(breakdown, breakdown)]
        known = declared().breakdowns[breakdown]
        kept = named if known.is_open else {n: named[n] for n in known.names}
        return {LEFT_OUT: FEW, **dict(sorted(kept.items()))}

    def table(title: str, breakdown: str, column: str, *names: str) -> dict[str, Any]:
        columns = {name: metrics[name].title for name in names}
        sql = of_month(columns, breakdown, column)
        return _table(title, sql, (column, texts(breakdown)))

    def totals(title: str, period: Period, *names: str) -> dict[str, Any]:
        columns = [(metrics[name].title, name, TOTAL, 0) for name in names]
        return _lines(title, period, columns)

    def parts(
        title: str, period: Period, metric: str, breakdown: str, *names: str
    ) -> dict[str, Any]:
        columns = [
            (
                words.title(breakdown, content_number(name)),
                metric,
                breakdown,
                content_number(name),
            )
            for name in names
        ]
        return _lines(title, period, columns)

    steps = {name: metrics[name].title for name in STEPS}
    return [
        [_rule()],
        [
            _table("How far people get", steps_of_month(), ("Step", steps), ""),
            totals("How far people get, month by month", "month", *STEPS),
        ],
        [
            table("What it is about", "topic", "Topic", "conversations"),
            table("Dangers told of", "signal", "Danger", "conversations"),
        ],
        [
            parts("How urgent", "week", "messages", "urgency", *URGENCIES),
            totals(
                "Danger",
                "month",
                "emergencies",
                "emergency_presses",
                "danger_checks",
                "quick_exits",
            ),
        ],
        [
            _table(
                "When people write",
                hours_of_month(),
                ("Day", dict(enumerate(DAYS))),
                "Conversations by the hour in which they began, UK time.",
                # The figure stands in each: the colour is an aid.
                {
                    "color": {"mode": "continuous-blues"},
                    "custom": {
                        "align": "right",
                        "cellOptions": {"type": "color-background", "mode": "basic"},
                    },
                },
            )
        ],
        [
            table(
                "Who was shown, and whom people went on to",
                "contact",
                "Contact",
                "signposted",
                "contact_opened",
            ),
            table("Which advice", "card", "Card", "advised"),
        ],
        [
            parts("Understood", "week", "messages", "understood", "yes", "no"),
            parts("Was this helpful?", "month", "opinions", "helpful", "yes", "no"),
        ],
        [
            table("Not helpful", "about", "Topic", "unhelpful"),
            totals("Where a person is needed", "month", "two_misses", "handovers"),
        ],
        [
            table(
                "Channels", "channel", "Channel", "visits", "conversations", "helped"
            ),
            table("Nations", "nation", "Nation", "conversations"),
            table("For whom", "audience", "Audience", "conversations"),
        ],
        [
            parts("How quick", "week", "messages", "latency", *_latencies()),
            parts("Helpdesk tickets read", "week", "tickets", "urgency", *URGENCIES),
            totals("Events lost", "week", "lost_events"),
        ],
    ]


def _latencies() -> list[str]:
    return list(declared().breakdowns["latency"].names.values())


HEIGHTS: Final = {"text": 4, "table": 11, "timeseries": 9}


def dashboard() -> dict[str, Any]:
    """What the file should hold."""
    numbers = count(1)
    placed = []
    top = 0
    for row in panels(load_words(load_library())):
        height = max(HEIGHTS[panel["type"]] for panel in row)
        width = WIDTH // len(row)
        for place, panel in enumerate(row):
            at = {"h": height, "w": width, "x": place * width, "y": top}
            placed.append({"id": next(numbers), "gridPos": at, **panel})
        top += height
    return {
        "__inputs": [
            {
                "name": "DS_METRICS",
                "label": "Metrics",
                "description": "PostgreSQL, with a role that may read periods and "
                "published and nothing else",
                "type": "datasource",
                "pluginId": SOURCE["type"],
                "pluginName": "PostgreSQL",
            }
        ],
        "__requires": [
            {
                "type": "grafana",
                "id": "grafana",
                "name": "Grafana",
                "version": OLDEST_GRAFANA,
            },
            {
                "type": "datasource",
                "id": SOURCE["type"],
                "name": "PostgreSQL",
                "version": "1.0.0",
            },
        ],
        "id": None,
        "uid": "safeguarding-bot",
        "title": "Safeguarding bot: published figures",
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 0,
        # A week or month begins on its first day, wherever the reader is.
        "timezone": "utc",
        "time": {"from": "now-1y", "to": "now"},
        "refresh": "",
        "tags": [],
        "links": [],
        "annotations": {"list": []},
        "templating": {
            "list": [
                {
                    "name": "month",
                    "label": "Month",
                    "type": "query",
                    "datasource": SOURCE,
                    "query": MONTHS,
                    "definition": MONTHS,
                    "refresh": 1,
                    "sort": 0,
                    "regex": "",
                    "hide": 0,
                    "includeAll": False,
                    "multi": False,
                    "current": {},
                    "options": [],
                }
            ]
        },
        "panels": placed,
    }


def main() -> int:
    """Writes the file."""
    TARGET.write_text(json.dumps(dashboard(), indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
