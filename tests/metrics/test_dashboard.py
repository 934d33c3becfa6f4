"""The Grafana dashboard: reads what is published, all of it is SQL that works, and it
says the same as every other reader.
"""

import json
import re
import secrets
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from bot.metrics.database import engine_for
from bot.metrics.declared import declared
from bot.metrics.disclosure import RULE
from bot.metrics.published import read_figures
from bot.metrics.tables import LEFT_OUT, METADATA
from bot.metrics.turn import content_number
from bot.terms import URGENCIES
from tests.metrics.conftest import NOT_THERE
from tools.demo_data import fill
from tools.demo_year import DemoYear
from tools.write_dashboard import FEW, STEPS, TARGET, dashboard

MAY_READ = {"periods", "published"}
NO_TABLES = {"generate_series"}
LAST_DAY = date(2026, 11, 20)
WRITTEN = json.loads(TARGET.read_text("utf-8"))
PANELS = {panel["title"]: panel for panel in WRITTEN["panels"]}
# Of the panels and of the variables.
QUERIES = {
    **{
        title: target["rawSql"]
        for title, panel in PANELS.items()
        for target in panel.get("targets", ())
    },
    **{one["name"]: one["query"] for one in WRITTEN["templating"]["list"]},
}
DOCUMENT = Path("docs/tasks/read-the-metrics.md")


def test_the_file_is_what_the_tool_makes():
    assert dashboard() == WRITTEN, "run: make dashboard"


def test_the_rule_is_printed():
    texts = [p["options"]["content"] for p in PANELS.values() if p["type"] == "text"]
    assert any(RULE in words for words in texts)


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_names_only_what_is_published(title):
    named = set(re.findall(r"\b(?:FROM|JOIN|,)\s+(\w+)", QUERIES[title]))
    # What follows a comma may be a column; no table of ours may.
    tables = set(METADATA.tables)
    assert named & tables <= MAY_READ
    after = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", QUERIES[title]))
    assert after <= MAY_READ | NO_TABLES


def test_no_two_panels_have_one_place():
    taken = set()
    for panel in PANELS.values():
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        taken |= cells


@pytest.fixture(scope="module")
def filled(schema, library):
    """An engine on a PostgreSQL with made-up figures, or None."""
    if schema is None:
        yield None
        return
    engine = engine_for(schema)
    fill(engine, DemoYear(library, LAST_DAY, 25, days=60), LAST_DAY)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def figures(filled):
    """What every reader sees."""
    if filled is None:
        return None
    with filled.connect() as connection:
        return read_figures(connection)


@pytest.fixture(scope="module")
def reader(filled):
    """A connection with the rights that the document gives Grafana, or None."""
    if filled is None:
        yield None
        return
    (recipe,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    role = f"test_{secrets.token_hex(6)}"
    with filled.begin() as connection:
        here = connection.execute(text("SELECT current_schema()")).scalar_one()
        recipe = recipe.replace("metrics_reader", role).replace("public", here)
        connection.execute(text(recipe))
    with filled.connect() as connection:
        connection.execute(text(f"SET ROLE {role}"))
        yield connection
        connection.rollback()
        connection.execute(text("RESET ROLE"))
    with filled.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


@pytest.fixture
def ask(reader, unavailable, figures):
    """Runs a query as Grafana does, and gives its lines."""
    if reader is None:
        unavailable(NOT_THERE)
    month = f"{figures.starts['month'][-1]}"

    def answer(query):
        query = re.sub(
            r"\$__timeFilter\(([\w.]+)\)",
            r"\1 BETWEEN '2026-01-01T00:00:00Z' AND '2026-12-31T23:59:59Z'",
            query,
        ).replace("$month", month)
        assert "$" not in query
        return reader.exec_driver_sql(query.replace("%", "%%")).mappings().all()

    return answer


pytestmark = pytest.mark.service


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_works(ask, title):
    assert ask(QUERIES[title])


@pytest.mark.parametrize("table", sorted(set(METADATA.tables) - MAY_READ))
def test_the_role_of_the_document_reads_nothing_else(ask, reader, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        reader.begin_nested(),
    ):
        reader.execute(text(f"SELECT * FROM {table}"))


def test_the_steps_are_those_of_every_reader(ask, figures):
    month = figures.starts["month"][-1]
    lines = {
        line["Step"]: line["Figure"] for line in ask(QUERIES["How far people get"])
    }
    assert lines == {step: figures.total(step, month) for step in STEPS}


@pytest.mark.parametrize(
    ("title", "breakdown"),
    [
        ("What it is about", "topic"),
        ("Dangers told of", "signal"),
        ("Who was shown, and whom people went on to", "contact"),
        ("Which advice", "card"),
        ("Not helpful", "about"),
        ("Channels", "channel"),
        ("Nations", "nation"),
        ("For whom", "audience"),
    ],
)
def test_a_table_says_what_every_reader_is_told(ask, figures, title, breakdown):
    month = figures.starts["month"][-1]
    lines = ask(QUERIES[title])
    first, *columns = lines[0]
    metrics = {one.title: one.name for one in declared().metrics.values()}
    for column in columns:
        expected = figures.values(metrics[column], breakdown, month)
        found = {line[first]: line[column] for line in lines}
        if expected is None:
            assert set(found.values()) == {None}
        else:
            found.pop(LEFT_OUT, None)
            assert {k: v for k, v in found.items() if v != 0} == {
                k: v for k, v in expected.items() if v != 0
            }


def test_the_weeks_are_those_of_every_reader(ask, figures):
    lines = ask(QUERIES["How urgent"])
    assert [line["time"].date() for line in lines] == figures.starts["week"]
    for line in lines:
        told = figures.values("messages", "urgency", line["time"].date())
        expected = [told[content_number(name)] for name in URGENCIES]
        assert list(line.values())[1:] == expected


def test_the_hours_are_those_of_every_reader(ask, figures):
    month = figures.starts["month"][-1]
    told = figures.values("conversations", "hour_of_week", month)
    lines = ask(QUERIES["When people write"])
    found = {
        line["Day"] * 24 + hour: line[f"{hour:02}"]
        for line in lines
        for hour in range(24)
    }
    assert found == (told or dict.fromkeys(range(168)))


def test_every_number_has_a_name(ask):
    for title, panel in PANELS.items():
        if panel["type"] != "table":
            continue
        (named,) = panel["fieldConfig"]["overrides"]
        (mapped,) = named["properties"][0]["value"]
        column = named["matcher"]["options"]
        for line in ask(QUERIES[title]):
            assert str(line[column]) in mapped["options"], title


def test_what_is_left_out_says_so():
    (named,) = PANELS["Which advice"]["fieldConfig"]["overrides"]
    (mapped,) = named["properties"][0]["value"]
    assert mapped["options"][str(LEFT_OUT)]["text"] == FEW
