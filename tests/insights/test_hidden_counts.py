"""No output, in no database, says what disclosure control hides."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.channels.insights import Insights
from bot.insights.exports import as_csv, as_json
from bot.metrics.declared import TOTAL, declared
from tests.insights.counted import (
    OCTOBER,
    SMALL,
    TODAY,
    published_in,
    small_everywhere,
    values_of,
)
from tests.insights.outputs import figures_drawn, numbers_in, read_csv, read_page

# A Thursday, whose week and month are over.
DAY = date(2026, 10, 15)
NOT_FIGURES = ("Advice to review", "Metrics to review")


def outputs(url, library):
    """Page, CSV and JSON of a database."""
    source = Insights(url, library, lambda: TODAY)
    try:
        return (
            source.page(None),
            source.download(as_csv, None),
            source.download(as_json, None),
        )
    finally:
        source.close()


def is_allowed(number):
    return number == 0 or (number >= 10 and number % 5 == 0)


def test_small_counts_are_nowhere(empty_database, library):
    counters = small_everywhere(library, DAY, SMALL)
    assert set(SMALL) <= set(counters.values())
    published_in(empty_database, counters).dispose()
    page, as_lines, as_object = outputs(empty_database, library)
    said = read_page(page)
    cells = [
        cell
        for caption, rows in said.tables.items()
        if caption not in NOT_FIGURES
        for row in list(rows.values())[1:]
        for cell in row
    ]
    # Shares are made of what may be seen; each is checked where it is made.
    figures = [cell for cell in cells if "%" not in cell]
    assert "*" in figures
    assert [c for c in figures if not all(map(is_allowed, numbers_in(c)))] == []
    drawn = [one for svg in said.images.values() for one in figures_drawn(svg)]
    assert [c for c in drawn if not all(map(is_allowed, numbers_in(c)))] == []
    in_csv = [line["figure"] for line in read_csv(as_lines)[1]]
    in_json = [str(one["figure"]) for one in json.loads(as_object)["figures"]]
    assert in_csv == in_json
    assert "*" in in_csv
    assert [one for one in in_csv if one != "*" and not is_allowed(int(one))] == []


def test_who_sees_all_outputs_cannot_tell_one_small_count_from_another(
    library, tmp_path
):
    """Two databases that differ in nothing but hidden counts have equal outputs."""
    seen = []
    for name, small in (("low", 1), ("high", 7)):
        counters = {}
        for metric in declared().metrics.values():
            if metric.whole:
                continue
            counters[DAY, metric.name, TOTAL, 0] = 400
            for breakdown in metric.by:
                values = values_of(breakdown, library)
                if declared().breakdowns[breakdown].is_exact:
                    # Two are small, and make up for each other.
                    parts = [392, small, 8 - small, *[0] * len(values)]
                else:
                    parts = [small] * len(values)
                for value, part in zip(values, parts, strict=False):
                    if part and len(values) > 2:
                        counters[DAY, metric.name, breakdown, value] = part
        url = f"sqlite:///{tmp_path}/{name}.db"
        published_in(url, counters).dispose()
        seen.append(outputs(url, library))
    assert seen[0] == seen[1]
    assert "*" in seen[0][1]


def test_a_month_of_very_few_people_says_nothing_about_them(empty_database, library):
    counters = {(DAY, name, TOTAL, 0): 3 for name in declared().metrics}
    for name, metric in declared().metrics.items():
        for breakdown in metric.by:
            counters[DAY, name, breakdown, values_of(breakdown, library)[0]] = 3
    published_in(empty_database, counters).dispose()
    page, as_lines, _ = outputs(empty_database, library)
    assert read_page(page).images == {}
    figures = {line["figure"] for line in read_csv(as_lines)[1]}
    assert figures <= {"*", "0"}
    about = [line for line in read_csv(as_lines)[1] if line["starts"] == str(OCTOBER)]
    assert {line["figure"] for line in about} == {"*"}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/metrics.db"


def test_what_is_published_later_is_seen_without_a_restart(url, library):
    engine = published_in(url, small_everywhere(library, DAY, SMALL))
    source = Insights(url, library, lambda: TODAY)
    assert "October 2026" in source.page(None)
    published_in(url, small_everywhere(library, date(2026, 11, 5), SMALL)).dispose()
    later = date(2026, 12, 20)
    published_in(url, {}, today=later).dispose()
    assert "November 2026" in source.page(None)
    source.close()
    engine.dispose()
