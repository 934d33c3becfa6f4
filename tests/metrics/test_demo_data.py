"""`make demo-data`: a made-up year, marked as one, and never among real figures."""

import os
import subprocess
import sys
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.brokers.count_writer import CountWriter
from bot.metrics.counters import alone, is_demo
from bot.metrics.declared import TOTAL, declared
from bot.metrics.disclosure import rounded
from bot.metrics.published import read_figures
from bot.metrics.rows import rows_of
from bot.metrics.tables import (
    COUNTERS,
    METADATA,
    PERIODS_PUBLISHED,
    PUBLISHED,
    SPOOLS,
    TURNS,
    insert_rows,
)
from bot.metrics.turn import Act, content_number
from tests.live_server import ROOT, wait_for
from tests.metrics.events import counted
from tools.demo_data import RealFiguresError, fill, remove
from tools.demo_year import DemoYear

LAST_DAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
AN_ACT = Act(5, "2026-11-20", 12, 0, "webchat", "visit")
REAL_ROWS = {
    "turns": lambda c: insert_rows(c, rows_of([counted()])),
    "acts": lambda c: insert_rows(c, rows_of([AN_ACT])),
    "counters": lambda c: c.execute(
        insert(COUNTERS).values(
            day=MONDAY, metric="visits", breakdown=TOTAL, value=0, number=1
        )
    ),
    "published": lambda c: c.execute(
        insert(PUBLISHED).values(
            starts=MONDAY, metric="messages", breakdown=TOTAL, value=0, figure=10
        )
    ),
    "periods": lambda c: c.execute(
        insert(PERIODS_PUBLISHED).values(period="week", starts=MONDAY)
    ),
    "spools": lambda c: c.execute(
        insert(SPOOLS).values(spool=1, written=1, day=MONDAY)
    ),
}


def year_of(library, seed=7, days=40, conversations=20):
    return DemoYear(library, LAST_DAY, conversations, seed, days)


def everything_in(engine):
    """All rows of all tables but the one that is held on to."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if table.name != "housekeeping"
        }


@pytest.fixture(scope="module")
def counters(library):
    """The counters of a short year."""
    return year_of(library).counters()


def totals(counters):
    found = {}
    for (_, metric, breakdown, _), number in counters.items():
        if breakdown == TOTAL:
            found[metric] = found.get(metric, 0) + number
    return found


def test_the_same_seed_makes_the_same_year(library, counters):
    assert year_of(library).counters() == counters


def test_another_seed_makes_another_year(library, counters):
    assert year_of(library, seed=8).counters() != counters


def test_it_is_as_large_as_was_asked_for(counters):
    assert totals(counters)["conversations"] == pytest.approx(40 * 20, rel=0.1)


def test_a_busy_year_has_each_conversation_stand_for_several(library):
    year = DemoYear(library, LAST_DAY, conversations_a_day=4_000, days=2)
    numbers = year.counters().values()
    assert year.times == 10
    assert all(number % year.times == 0 for number in numbers)


@pytest.mark.parametrize("metric", declared().metrics)
def test_every_metric_happens(counters, metric):
    assert totals(counters)[metric] > 0


def test_every_day_is_within_the_year(counters):
    days = {day for day, *_ in counters}
    assert min(days) == LAST_DAY - timedelta(days=39)
    assert max(days) == LAST_DAY


def test_a_contact_is_opened_only_where_it_can_be_seen(counters):
    channels = {
        value
        for _, metric, breakdown, value in counters
        if (metric, breakdown) == ("contact_opened", "channel")
    }
    assert channels == {content_number("webchat")}


def test_what_was_made_up_is_published_and_marked(engine, library, counters):
    filled = fill(engine, year_of(library), LAST_DAY)
    with engine.connect() as connection:
        figures = read_figures(connection)
    assert figures.is_demo
    assert sum(map(len, figures.starts.values())) == filled.published
    of_october = [
        number
        for (day, metric, breakdown, _), number in counters.items()
        if (day.month, metric, breakdown) == (10, "conversations", TOTAL)
    ]
    october = figures.total("conversations", date(2026, 10, 1))
    assert october == rounded(sum(of_october))


def test_filling_again_replaces_what_was_made_up(engine, library):
    fill(engine, year_of(library, days=12), LAST_DAY)
    before = everything_in(engine)
    fill(engine, year_of(library, seed=8, days=12), LAST_DAY)
    fill(engine, year_of(library, days=12), LAST_DAY)
    assert everything_in(engine) == before


@pytest.mark.parametrize("table", REAL_ROWS)
def test_one_real_row_is_enough_to_refuse(engine, library, table):
    with engine.begin() as connection:
        REAL_ROWS[table](connection)
    before = everything_in(engine)
    assert before[table]
    with pytest.raises(RealFiguresError):
        fill(engine, year_of(library, days=1))
    with pytest.raises(RealFiguresError):
        remove(engine)
    assert everything_in(engine) == before
    with engine.connect() as connection:
        assert not is_demo(connection)


@pytest.mark.service
def test_it_waits_for_a_server_that_is_writing(postgres_database, library):
    from bot.metrics.database import engine_for
    from bot.metrics.schema import upgrade

    engine = engine_for(postgres_database)
    upgrade(engine)
    refused = []

    def try_to_fill():
        try:
            fill(engine, year_of(library, days=1))
        except RealFiguresError as error:
            refused.append(error)

    thread = threading.Thread(target=try_to_fill)
    with engine.begin() as connection:
        # As a server begins: nobody else sees it yet.
        REAL_ROWS["spools"](connection)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        insert_rows(connection, rows_of([counted()]))
    thread.join(10)
    engine.dispose()
    assert refused


def test_a_server_counts_nothing_among_what_was_made_up(
    empty_database, engine, library, caplog
):
    fill(engine, year_of(library, days=3), LAST_DAY)
    before = everything_in(engine)
    writer = CountWriter(empty_database, seconds_between_tries=0.01)
    for _ in range(3):
        writer.write(counted())
    assert wait_for(lambda: "metrics.demo.refused" in caplog.text)
    assert wait_for(lambda: writer.waiting() == 3)
    assert not writer.is_reachable
    assert everything_in(engine) == before
    remove(engine)
    assert wait_for(lambda: writer.waiting() == 0)
    writer.close()
    assert caplog.text.count("metrics.demo.refused") == 1
    with engine.connect() as connection:
        turns = connection.execute(select(func.count()).select_from(TURNS)).scalar()
    assert turns == 3


def test_a_server_that_counts_already_stops_when_all_is_made_up(
    empty_database, engine, library, caplog
):
    writer = CountWriter(empty_database, seconds_between_tries=0.01)
    assert wait_for(lambda: writer.is_reachable)
    fill(engine, year_of(library, days=3), LAST_DAY)
    before = everything_in(engine)
    writer.write(counted())
    assert wait_for(lambda: "metrics.demo.refused" in caplog.text)
    writer.close()
    assert everything_in(engine) == before


def test_what_is_removed_leaves_an_empty_database(engine, library):
    fill(engine, year_of(library, days=3), LAST_DAY)
    remove(engine)
    assert not any(everything_in(engine).values())
    with engine.connect() as connection:
        assert not is_demo(connection)


def demo_data(folder, *arguments, **settings):
    """The command, as make runs it."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "demo_data.py", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_uses_a_database_of_its_own(tmp_path):
    # What .env says is the operator's own.
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///metrics.db\n")
    done = demo_data(tmp_path, "--conversations-a-day", "0.2")
    assert done.returncode == 0, done.stderr
    assert "sqlite:///demo/metrics.db" in done.stdout
    assert "MADE UP" in done.stdout
    assert (tmp_path / "demo" / "metrics.db").exists()
    assert not (tmp_path / "metrics.db").exists()


def test_the_command_refuses_a_real_database(tmp_path, engine, empty_database):
    with alone(engine) as connection:
        REAL_ROWS["acts"](connection)
    done = demo_data(tmp_path, DATABASE_URL=empty_database)
    assert done.returncode == 1
    assert "real figures" in done.stderr


def test_the_command_never_prints_a_password(tmp_path):
    url = "postgresql://somebody:zzcanary@127.0.0.1:1/name"
    done = demo_data(tmp_path, DATABASE_URL=url)
    assert done.returncode == 1
    assert "somebody:***@127.0.0.1" in done.stdout
    assert "zzcanary" not in done.stdout + done.stderr
