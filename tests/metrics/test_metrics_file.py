"""`metrics.yml` is whole, and everything else follows it."""

import copy
import random
import re

import pytest
from sqlalchemy import MetaData, inspect

from bot.metrics import tables
from bot.metrics.declared import (
    FILE,
    TOTAL,
    MetricsFileError,
    _declared_in,
    declared,
)
from bot.metrics.migrations import names
from bot.metrics.publishing import publication
from bot.metrics.tables import COUNTERS, METADATA, PUBLISHED
from bot.metrics.turn import ACT_KINDS, CHANNELS, COUNTED_INTENTS, Act, Turn
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES
from bot.yaml_file import read_yaml
from tests.metrics.test_folding import counts, made_up

METRICS = declared().metrics
# Counted by the writer itself, and not by folding.
BY_THE_WRITER = {"lost_events"}


@pytest.fixture(scope="module")
def folded():
    """All that folding counts of many conversations of all sorts."""
    return counts(made_up(random.Random(2), 600))


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_whole(name):
    metric = METRICS[name]
    assert metric.question.endswith(("?", "."))
    assert "?" in metric.question
    assert metric.owner in ("service lead", "safeguarding lead", "operator")
    assert metric.sensitivity in ("low", "special")
    assert metric.review_on < metric.expires_on
    assert metric.title
    assert metric.unit


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_counted(name, folded):
    counted = {cell[2] for cell in folded if cell[1] == name}
    expected = set() if name in BY_THE_WRITER else {TOTAL, *METRICS[name].by}
    assert counted == expected


def test_nothing_else_is_counted(folded):
    assert {cell[1] for cell in folded} == set(METRICS) - BY_THE_WRITER


def test_what_is_counted_is_a_value_of_its_breakdown(folded):
    for _, name, breakdown, value in folded:
        if breakdown != TOTAL and not declared().breakdowns[breakdown].is_open:
            assert value in declared().breakdowns[breakdown].names, (name, breakdown)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_published_for_weeks_or_for_months(name):
    whole = {(name, TOTAL, 0): 50}
    if METRICS[name].whole:
        whole = {METRICS[name].whole: 50, (METRICS[name].whole[0], TOTAL, 0): 50}
    periods = [
        period
        for period in ("week", "month")
        if any(cell in publication(period, whole) for cell in whole)
    ]
    assert periods == [METRICS[name].period]


def test_every_breakdown_is_used():
    used = {breakdown for metric in METRICS.values() for breakdown in metric.by}
    assert used == set(declared().breakdowns)


def test_every_act_is_counted():
    kinds = {"visit": "visits", "quick_exit": "quick_exits", "handover": "handovers"}
    assert {*kinds, "contact_opened", "helpful", "unhelpful"} == set(ACT_KINDS)
    assert set(kinds.values()) <= set(METRICS)


def test_a_ticket_has_counters_of_its_own(folded):
    assert METRICS["tickets"].by == ("urgency", "about")


def test_the_raw_tables_hold_what_an_event_holds():
    columns = {
        table: {column.name for column in METADATA.tables[table].columns}
        for table in declared().raw
    }
    turn = {*Turn.__slots__} - {"signals", "cards", "contacts"}
    assert columns["turns"] == {"id", *turn, *(f"signal_{name}" for name in SIGNALS)}
    assert columns["acts"] == {"id", *Act.__slots__}
    assert columns["shown"] == {"turn", "kind", "number"}


def test_the_migrations_make_the_names_of_now():
    """A name that comes or goes needs a migration; this fails until there is one."""
    assert set(names.METRICS) == set(METRICS)
    assert set(names.BREAKDOWNS) == {TOTAL, *declared().breakdowns}
    assert set(names.CHANNELS) == set(CHANNELS)
    assert set(names.INTENTS) == set(COUNTED_INTENTS)
    assert set(names.SIGNALS) == set(SIGNALS)
    assert set(names.ACT_KINDS) == set(ACT_KINDS)
    assert set(names.URGENCIES) == set(URGENCIES)
    assert set(names.NATIONS) == set(NATIONS)
    assert set(names.AUDIENCES) == set(AUDIENCES)


# A changed copy of the file.


@pytest.fixture
def said():
    return copy.deepcopy(read_yaml(FILE))


def tables_of(said, monkeypatch):
    """Names of columns and of what they can be, made from a copy of the file."""
    changed = _declared_in(said)
    monkeypatch.setattr(tables, "declared", lambda: changed)
    monkeypatch.setattr(tables, "METADATA", MetaData())
    made = [tables._raw_table(name) for name in changed.raw]
    columns = {
        f"{table.name}.{column.name}": getattr(column.type, "enums", None)
        for table in made
        for column in table.columns
    }
    return columns, set(changed.metrics), {TOTAL, *changed.breakdowns}


def tables_there(engine):
    """The same, of a database."""
    there = inspect(engine)
    return {
        f"{table}.{column['name']}"
        for table in declared().raw
        for column in there.get_columns(table)
    }


def a_column_more(said):
    said["raw"]["turns"]["columns"]["mood"] = {
        "kind": "number",
        "from": 0,
        "to": 3,
        "says": "mood",
    }


def a_column_less(said):
    del said["raw"]["turns"]["columns"]["latency"]


def a_metric_more(said):
    said["metrics"]["moods"] = {**said["metrics"]["visits"], "title": "Moods"}


def a_metric_less(said):
    del said["metrics"]["quick_exits"]


def a_breakdown_more(said):
    said["breakdowns"]["mood"] = {"of": "yes_or_no", "exact": True}


def a_breakdown_less(said):
    del said["breakdowns"]["nation"]
    said["metrics"]["conversations"]["by"].remove("nation")


CHANGES = [
    a_column_more,
    a_column_less,
    a_metric_more,
    a_metric_less,
    a_breakdown_more,
    a_breakdown_less,
]


def differs(said, monkeypatch, engine):
    columns, metrics, breakdowns = tables_of(said, monkeypatch)
    return (
        set(columns) != tables_there(engine)
        or metrics != set(COUNTERS.c.metric.type.enums)
        or metrics != set(names.METRICS)
        or breakdowns != set(PUBLISHED.c.breakdown.type.enums)
        or breakdowns != set(names.BREAKDOWNS)
    )


def test_the_file_as_it_is_makes_the_tables_as_they_are(said, monkeypatch, engine):
    assert not differs(said, monkeypatch, engine)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_file_is_noticed(said, monkeypatch, engine, change):
    change(said)
    assert differs(said, monkeypatch, engine)


NOT_WHOLE = {
    "no owner": lambda said: said["metrics"]["visits"].pop("owner"),
    "an empty owner": lambda said: said["metrics"]["visits"].update(owner=""),
    "no question": lambda said: said["metrics"]["visits"].pop("question"),
    "no sensitivity": lambda said: said["metrics"]["visits"].pop("sensitivity"),
    "an unknown sensitivity": lambda said: said["metrics"]["visits"].update(
        sensitivity="none"
    ),
    "no review": lambda said: said["metrics"]["visits"].pop("review_on"),
    "no expiry": lambda said: said["metrics"]["visits"].pop("expires_on"),
    "a review after the end": lambda said: said["metrics"]["visits"].update(
        review_on="2029-01-01"
    ),
    "a day that is none": lambda said: said["metrics"]["visits"].update(
        review_on="soon"
    ),
    "two periods": lambda said: said["metrics"]["visits"].update(
        period=["week", "month"]
    ),
    "an unknown period": lambda said: said["metrics"]["visits"].update(period="day"),
    "an unknown breakdown": lambda said: said["metrics"]["visits"]["by"].append("x"),
    "an unknown whole": lambda said: said["metrics"]["unhelpful"]["whole"].update(
        metric="x"
    ),
    "a whole of another period": lambda said: said["metrics"]["unhelpful"].update(
        period="week"
    ),
    "an unknown list": lambda said: said["breakdowns"]["nation"].update(of="words"),
    "a column of text": lambda said: said["raw"]["turns"]["columns"]["hour"].update(
        kind="text"
    ),
    "an unknown key": lambda said: said["metrics"]["visits"].update(note="x"),
    "no metrics": lambda said: said.pop("metrics"),
    "nothing": lambda said: said.clear(),
}


@pytest.mark.parametrize("spoil", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_a_file_that_is_not_whole_is_refused(said, spoil, monkeypatch):
    spoil(said)
    with pytest.raises((MetricsFileError, AssertionError)):
        tables_of(said, monkeypatch)


def test_no_question_asks_who():
    """A metric that needs to know a person is none of ours."""
    for metric in METRICS.values():
        assert not re.search(
            r"\b(name|address|which (child|parent|pupil))\b", metric.question
        )
