"""The model card's tables are measured, and put where their marks stand."""

from benchmarks.labelled_set import Labelled
from benchmarks.model_card import groups_table, open_test_table, with_table
from benchmarks.scores import report
from bot.terms import SIGNALS


def pair(text, urgency, read_as, intent="greet"):
    row = Labelled(text, text, "greet", frozenset(), frozenset(SIGNALS), urgency)
    read = {
        "intent": {"name": intent},
        "urgency": read_as,
        "danger_check": False,
        "signals": dict.fromkeys(SIGNALS, 0.9),
        "signals_present": list(SIGNALS),
    }
    return row, read


PAIRS = [
    pair("he is gone and his phone is off", "emergency", "emergency"),
    pair("what is it", "information", "emergency", intent="thank"),
    pair(" ".join(["word"] * 60), "urgent", "urgent"),
]
TAGS = [
    {"register": "dialect", "writer": "an adult writes"},
    {"register": "dialect", "writer": "school staff write"},
    {"register": "standard English", "writer": "not clear"},
]


def test_each_group_has_its_own_figures():
    table = groups_table(PAIRS, TAGS)
    rows = {line.split("|")[1].strip(): line for line in table.splitlines()}
    assert "50% (9% to 91%) of 2" in rows["dialect"]
    assert "100% (21% to 100%) of 1" in rows["an adult writes"]
    assert rows["second language"].count("-") >= 3
    assert "of 1" in rows["50 words and more"]


def test_the_open_test_table_names_every_figure():
    table = open_test_table(report(PAIRS))
    for name in ("intent_accepted", "emergency_recall", *SIGNALS):
        assert f"`{name}`" in table


def test_only_what_stands_between_the_marks_is_put_anew():
    text = "before\n<!-- a -->\nold\n<!-- /a -->\nafter <!-- b -->"
    assert with_table(text, "a", "new") == (
        "before\n<!-- a -->\nnew\n<!-- /a -->\nafter <!-- b -->"
    )
