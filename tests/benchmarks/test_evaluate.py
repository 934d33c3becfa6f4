"""A labelled set is read whole or not at all, and its figures are right."""

import json

import pytest

from benchmarks.labelled_set import Labelled, LabelledSetError, read_labelled
from benchmarks.report_page import page
from benchmarks.scores import area_under_curve, rate, report
from bot.terms import SIGNALS

LINE = {
    "id": "x-1",
    "text": "he wants money",
    "intent": "worry_sextortion",
    "alt_intents": [],
    "signals": ["blackmail"],
    "urgency": "urgent",
}


def written(tmp_path, *lines):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def row(number, urgency, signals=(), text="text"):
    return Labelled(
        str(number), text, "greet", frozenset({"thank"}), frozenset(signals), urgency
    )


def reading(intent, urgency, check=False, signals=(), emergency=0.5):
    return {
        "intent": {"name": intent},
        "urgency": urgency,
        "danger_check": check,
        "emergency": emergency,
        "signals": {name: 0.9 if name in signals else 0.1 for name in SIGNALS},
        "signals_present": list(signals),
    }


def test_every_broken_line_is_named(tmp_path):
    unknown = json.dumps({**LINE, "intent": "worry_dragons"})
    path = written(tmp_path, json.dumps(LINE), "{", unknown, json.dumps({"id": 1}))
    with pytest.raises(LabelledSetError) as raised:
        read_labelled(path)
    for number in (2, 3, 4):
        assert f"set.jsonl:{number}: LINE_UNUSABLE" in raised.value.sentence
    assert "worry_dragons" in raised.value.sentence


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["empty", "blank lines"])
def test_a_set_without_messages_is_refused(tmp_path, content):
    with pytest.raises(LabelledSetError):
        read_labelled(written(tmp_path, content))


def test_a_missing_set_is_refused(tmp_path):
    with pytest.raises(LabelledSetError):
        read_labelled(tmp_path / "none.jsonl")


def test_the_figures_count_what_they_say():
    pairs = [
        (row(1, "emergency"), reading("greet", "emergency")),
        (row(2, "emergency"), reading("thank", "urgent", check=True)),
        (row(3, "emergency"), reading("deny", "concern")),
        (row(4, "concern"), reading("greet", "emergency")),
        (row(5, "information"), reading("greet", "information", check=True)),
        (
            row(6, "urgent", {"blackmail"}),
            reading("greet", "urgent", signals=["blackmail"]),
        ),
    ]
    figures = report(pairs)
    shown = {
        name: (value["hits"], value["of"])
        for name, value in figures.items()
        if isinstance(value, dict) and "of" in value
    }
    assert figures["n"] == 6
    assert shown == {
        "intent_top1": (4, 6),
        "intent_accepted": (5, 6),
        "emergency_recall": (1, 3),
        "emergency_or_check_recall": (2, 3),
        "emergency_false_rate_ordinary": (1, 2),
        "emergency_false_rate_urgent": (0, 1),
        "danger_check_rate_information": (1, 1),
        "urgency_accuracy": (3, 6),
    }
    assert figures["signals"]["blackmail"]["f1"] == 1
    assert figures["signals"]["blackmail"]["auc"] == 1


def test_an_interval_is_wilsons():
    """20 of 22, worked by hand from Wilson's formula."""
    found = rate(20, 22)
    assert (found["low"], found["high"]) == pytest.approx((0.722, 0.975), abs=0.001)


def test_a_rate_of_nothing_is_none():
    assert rate(0, 0)["value"] is None


def test_ties_count_half():
    assert area_under_curve([0.5, 0.5, 0.9], [True, False, True]) == 0.75


def test_the_page_shows_misses_and_runs_nothing(tmp_path):
    text = "<script>alert(1)</script> he won't wake up"
    pairs = [
        (row(1, "emergency", text=text), reading("greet", "concern", emergency=0.01)),
        (row(2, "information"), reading("greet", "information", emergency=0.0)),
    ]
    shown = page("set.jsonl", pairs, report(pairs), {"Model": "abc"})
    assert "Emergencies that were not even asked about: 1" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script" not in shown
    assert shown.count("<svg") == 3
    assert "http" not in shown.split("<svg")[0]
