"""Every event that the code can log is listed for operators, each error counted.

The names are read out of the calls themselves, so a new one cannot be forgotten.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.metrics.operation import ERRORS_OF_MACHINE, ERRORS_OF_PEOPLE
from bot.operators.collector import OperationCollector, State, Versions, exposition
from bot.privacy.quiet_logs import EVENT_NAME
from bot.yaml_file import read_yaml
from tests.operators.reading import samples_in

GUIDE = Path("docs/tasks/watch-the-server.md").read_text("utf-8")
ALERTS = Path("docs/examples/prometheus-alerts.yml")
LEVELS = {"INFO": "info", "WARNING": "warning", "ERROR": "error"}
RULES = [rule for group in read_yaml(ALERTS)["groups"] for rule in group["rules"]]


def logged():
    """(event, level) for each call of `log_event`, with the place of the call."""
    for path in sorted([*Path("bot").rglob("*.py"), *Path("actions").rglob("*.py")]):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and name_of(call.func) == "log_event":
                _, level, event = call.args
                yield path, call.lineno, event, name_of(level)


def name_of(node):
    return getattr(node, "attr", getattr(node, "id", None))


CALLS = list(logged())
EVENTS = {
    (event.value, LEVELS[level])
    for _, _, event, level in CALLS
    if isinstance(event, ast.Constant)
}
ERRORS = {event for event, level in EVENTS if level == "error"}


def rows():
    """(event, level) of each row in the guide, in order."""
    found = re.findall(r"^\| `([a-z._]+)` \| (\w+) \| .+ \|$", GUIDE, re.MULTILINE)
    return [row for row in found if "." in row[0]]


@pytest.mark.parametrize(
    ("path", "line", "event", "level"),
    CALLS,
    ids=[f"{path}:{line}" for path, line, *_ in CALLS],
)
def test_the_name_of_an_event_is_written_out(path, line, event, level):
    """A name that is put together could hold what a person wrote."""
    assert isinstance(event, ast.Constant)
    assert EVENT_NAME.fullmatch(event.value)
    assert level in LEVELS


def test_the_guide_lists_every_event_with_its_level():
    assert set(rows()) == EVENTS


def test_an_event_has_one_level_and_one_row_in_order():
    names = [event for event, _ in rows()]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert names == sorted(names)


def test_every_error_is_counted_and_nothing_else():
    assert set(ERRORS_OF_MACHINE) | set(ERRORS_OF_PEOPLE) == ERRORS
    assert set(ERRORS_OF_MACHINE) & set(ERRORS_OF_PEOPLE) == set()


@pytest.fixture(scope="module")
def figures():
    """The names of all figures that there can be, as Prometheus knows them."""
    from bot.metrics.operation import Operation

    state = State(True, True, 0, 0, 0, {"telegram": True})
    collector = OperationCollector(Operation(), lambda: state, Versions("a", "b"))
    return {name for name, _ in samples_in(exposition(collector)().decode())}


def test_the_guide_explains_every_figure(figures):
    families = {re.sub(r"(?<=turn_seconds)_(bucket|count)$", "", f) for f in figures}
    explained = set(re.findall(r"`((?:safeguarding|process)_[a-z_]+)`", GUIDE))
    assert explained == families


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_about_figures_and_events_that_exist(rule, figures):
    asked = set(re.findall(r"(?:safeguarding|process)_[a-z_]+", rule["expr"]))
    assert asked <= figures
    for pattern in re.findall(r'event=~"([^"]+)"', rule["expr"]):
        for part in split(pattern):
            assert any(re.fullmatch(part, event) for event in ERRORS), part


def split(pattern):
    """The alternatives of a pattern; bars in brackets do not part it."""
    return re.findall(r"(?:\([^)]*\)|[^|(])+", pattern)


def test_there_are_three_alerts():
    assert len(RULES) == 3
    assert all(rule["annotations"]["summary"] for rule in RULES)
