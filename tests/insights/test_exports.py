"""CSV and JSON have the figures of the page, the rule, and nothing more."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from bot.insights.exports import COLUMNS, MADE_UP, as_csv, as_json, lines_of
from bot.insights.parts import shown
from bot.insights.rendering import Renderer
from bot.insights.view import page_of
from bot.metrics.declared import declared
from bot.metrics.disclosure import RULE
from bot.metrics.tables import LEFT_OUT
from tests.insights.counted import OCTOBER, TODAY
from tests.insights.outputs import read_csv, read_page


@pytest.fixture(scope="module")
def lines(figures, words):
    return read_csv(as_csv(figures, words, None))[1]


def test_csv_and_json_say_the_same(figures, words, lines):
    said = json.loads(as_json(figures, words, None))
    assert [{key: str(one[key]) for key in COLUMNS} for one in said["figures"]] == lines


def test_every_published_figure_is_there_once(figures, words, lines):
    keys = [tuple(line.values())[:-1] for line in lines]
    assert len(keys) == len(set(keys))
    published = sum(len(found) for found in figures.rows.values())
    over_0 = [line for line in lines if line["figure"] != "0"]
    wholes = [line for line in over_0 if line["metric"] == "unhelpful"]
    wholes = [line for line in wholes if line["breakdown"] == "total"]
    # The total of `unhelpful` is a value of `opinions`, and stands there too.
    assert len(over_0) == published + len(wholes)


@pytest.mark.parametrize("month", [OCTOBER, date(2026, 3, 1)])
def test_the_page_and_the_download_have_the_same_figures(
    figures, words, library, month
):
    page = page_of(
        figures,
        month,
        words,
        library.cards.values(),
        declared().metrics.values(),
        TODAY,
    )
    tables = read_page(Renderer().page(page)).tables
    found = {
        (one.metric, one.breakdown, one.value): shown(one.figure)
        for one in lines_of(figures, words, month)
        if one.period == "month"
    }
    for name, metric in declared().metrics.items():
        heads = tables["How far people came"]
        if metric.title in heads:
            assert heads[metric.title][0] == found[name, "total", ""]
    for caption, breakdown in (
        ("Conversations by worry", "topic"),
        ("Who seems to write", "audience"),
        ("Where from, if it was said", "nation"),
    ):
        numbers = declared().breakdowns[breakdown].names
        for number, value in numbers.items():
            cell = tables[caption][words.title(breakdown, number)][0]
            assert cell == found["conversations", breakdown, value]
    hours = tables["Conversations begun in each hour"]
    for hour in range(168):
        cell = hours[f"{hour % 24:02}:00"][hour // 24]
        assert cell == found["conversations", "hour_of_week", str(hour)]


def test_weeks_of_the_page_are_those_of_the_download(figures, words):
    weeks = {
        one.starts for one in lines_of(figures, words, OCTOBER) if one.period == "week"
    }
    assert len(weeks) == 13
    assert max(weeks) == figures.starts["week"][-1]


def test_the_rule_stands_in_both(figures, words):
    assert read_csv(as_csv(figures, words, None))[0] == [f"# {RULE}"]
    assert json.loads(as_json(figures, words, None))["rule"] == RULE


def test_made_up_data_is_marked_in_both(figures, words):
    made_up = replace(figures, is_demo=True)
    assert read_csv(as_csv(made_up, words, None))[0] == [f"# {MADE_UP}", f"# {RULE}"]
    said = json.loads(as_json(made_up, words, None))
    assert said["made_up"] is True
    assert said["remarks"][0] == MADE_UP


def test_json_says_who_asks_what(figures, words):
    said = json.loads(as_json(figures, words, OCTOBER))
    assert set(said["metrics"]) == set(declared().metrics)
    for name, one in said["metrics"].items():
        assert one["question"] == declared().metrics[name].question
        assert one["owner"] == declared().metrics[name].owner


def test_a_breakdown_that_is_left_out_is_one_hidden_line(figures, words):
    rows = {**figures.rows, (OCTOBER, "visits", "channel"): {LEFT_OUT: None}}
    lines = [
        (one.value, one.said)
        for one in lines_of(replace(figures, rows=rows), words, OCTOBER)
        if (one.metric, one.breakdown) == ("visits", "channel")
    ]
    assert lines == [("*", "*")]


def test_csv_is_quoted_as_spreadsheets_read_it(figures, words):
    said = as_csv(figures, words, OCTOBER)
    assert said.startswith('"# To protect people,')
    assert said.endswith("\r\n")
    # No field of ours can be taken for a formula.
    fields = [field for row in csv.reader(io.StringIO(said)) for field in row]
    assert not [field for field in fields if field[:1] in ("=", "+", "-", "@", "\t")]
