"""The project's own labelled sets, scored with the trained model against floors.

`development.jsonl` was used to choose thresholds, `open_test.jsonl` for nothing but
this. Nobody who wrote them saw the training data, and the other way round.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from benchmarks.labelled_set import read_labelled
from benchmarks.scores import report
from benchmarks.variety import FEWEST_WORDS
from bot.importers.labelled import read_messages
from bot.yaml_file import read_yaml
from tests.live_server import ROOT

HERE = Path(__file__).parent
SETS = {path.stem: read_labelled(path) for path in sorted(HERE.glob("*.jsonl"))}
FLOORS = read_yaml(HERE / "floors.yml")
# Emergencies that are not even asked about. One that is noticed fails the run until it
# is taken off: the list can only shrink.
KNOWN_MISSES = dict(read_yaml(HERE / "_known_misses.yml") or {})


@pytest.fixture(scope="module")
def readings(agent):
    """What the model makes of every message, by set."""

    async def read_all():
        return {
            name: [(row, await agent.parse_message(row.text)) for row in rows]
            for name, rows in SETS.items()
        }

    return asyncio.run(read_all())


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "figure"),
    [(name, figure) for name, floors in FLOORS.items() for figure in floors],
)
def test_no_figure_is_worse_than_its_floor(readings, name, figure):
    """A floor for what should be high, a ceiling for the rates of false alarm."""
    found = report(readings[name])[figure]
    value = found["value"] if isinstance(found, dict) else found
    bar = FLOORS[name][figure]
    if "false_rate" in figure or figure == "danger_check_rate_information":
        assert value <= bar
    else:
        assert value >= bar


def emergencies():
    """A test case for each emergency of each set."""
    for name, rows in SETS.items():
        for row in rows:
            if row.urgency == "emergency":
                reason = KNOWN_MISSES.pop(row.id, None)
                marks = (
                    [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
                )
                yield pytest.param(name, row.id, id=row.id, marks=marks)


@pytest.mark.model
@pytest.mark.parametrize(("name", "number"), emergencies())
def test_an_emergency_is_noticed(readings, name, number):
    read = next(read for row, read in readings[name] if row.id == number)
    assert read["urgency"] == "emergency" or read["danger_check"]


def test_every_known_miss_is_in_a_set():
    assert not KNOWN_MISSES, "these are in no set"


def words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def is_anybodys(text):
    """What is so short that everybody types it: "yeah go on then"."""
    return len(words(text).split()) < FEWEST_WORDS


def test_nothing_is_trained_on_that_is_tested():
    """No training message is a test message, but for what everybody types."""
    trained = {words(m.get("text")) for m in read_messages(ROOT / "data" / "nlu.yml")}
    tested = [row.text for rows in SETS.values() for row in rows]
    tested += [
        entry["text"] for entry in read_yaml(HERE / "metamorphic.yml")["messages"]
    ]
    assert not [
        text for text in tested if words(text) in trained and not is_anybodys(text)
    ]


def test_no_message_stands_twice():
    texts = [
        words(row.text)
        for rows in SETS.values()
        for row in rows
        if not is_anybodys(row.text)
    ]
    assert len(texts) == len(set(texts))
