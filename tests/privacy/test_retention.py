"""What the privacy papers promise of times: rows a day, counters their months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.brokers import anonymous_sql
from bot.metrics.database import engine_for
from bot.metrics.folding import fold
from bot.metrics.housekeeping import keep_house
from bot.metrics.retention import oldest_kept, purge
from bot.metrics.rows import rows_of
from bot.metrics.schema import upgrade
from bot.metrics.tables import (
    ACTS,
    COUNTERS,
    METADATA,
    PERIODS_PUBLISHED,
    PUBLISHED,
    SHOWN,
    SPOOLS,
    TURNS,
    insert_rows,
)
from bot.metrics.turn import Act, Turn
from bot.settings import DEFAULT_METRICS_MONTHS

RAW = (TURNS, SHOWN, ACTS)
NINE = datetime(2026, 11, 20, 9, 59, tzinfo=UTC)
CONVERSATION = 4711


@pytest.fixture
def engine(tmp_path):
    engine = engine_for(f"sqlite:///{tmp_path}/metrics.db")
    upgrade(engine)
    yield engine
    engine.dispose()


def a_turn(at, number=1):
    return Turn(
        CONVERSATION, at.date().isoformat(), at.hour, number, "webchat",
        "worry_sextortion", "high", "urgent", False, True, "wales", "parent",
        "under_10ms", frozenset(), cards=(1,), contacts=(2,),
    )  # fmt: skip


def an_act(at):
    day = at.date().isoformat()
    return Act(CONVERSATION, day, at.hour, 1, "webchat", "contact_opened", 2)


def counted(engine, *events):
    with engine.begin() as connection:
        insert_rows(connection, rows_of(events))


def rows_in(engine, *tables):
    with engine.connect() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in tables
        ]


def test_rows_are_there_for_a_day(engine):
    counted(engine, a_turn(NINE), an_act(NINE))
    assert fold(engine, NINE + timedelta(hours=24)) == 0
    assert rows_in(engine, *RAW) == [1, 2, 1]


def test_rows_are_gone_a_day_after_their_hour(engine):
    counted(engine, a_turn(NINE), an_act(NINE))
    assert fold(engine, NINE + timedelta(hours=24, minutes=1)) == 1
    assert rows_in(engine, *RAW) == [0, 0, 0]


def test_a_conversation_goes_as_a_whole(engine):
    later = NINE + timedelta(hours=3)
    counted(engine, a_turn(NINE), a_turn(later, 2), an_act(later))
    assert fold(engine, NINE + timedelta(hours=24, minutes=1)) == 1
    assert rows_in(engine, *RAW) == [0, 0, 0]


def test_nothing_that_links_rows_is_left(engine):
    counted(engine, a_turn(NINE), an_act(NINE))
    fold(engine, NINE + timedelta(hours=25))
    with engine.connect() as connection:
        found = [
            tuple(row)
            for table in METADATA.tables.values()
            for row in connection.execute(select(table))
        ]
    assert found
    assert not [row for row in found if CONVERSATION in row]


def test_a_conversation_that_goes_on_gets_another_number(monkeypatch):
    clock = [1_000.0]
    monkeypatch.setattr(anonymous_sql.time, "monotonic", lambda: clock[0])
    broker = anonymous_sql.AnonymousSqlBroker(writer=None)
    first = broker._known("somebody", opens=True)
    first.since = clock[0]
    clock[0] += anonymous_sql.SECONDS_OF_A_NUMBER
    assert broker._known("somebody", opens=True).number == first.number
    clock[0] += 1
    assert broker._known("somebody", opens=True).number != first.number


@pytest.mark.parametrize(
    ("today", "oldest"),
    [
        (date(2026, 11, 1), date(2025, 10, 1)),
        (date(2026, 11, 30), date(2025, 10, 1)),
        (date(2027, 1, 31), date(2025, 12, 1)),
    ],
)
def test_as_many_whole_months_are_kept(today, oldest):
    assert oldest_kept(DEFAULT_METRICS_MONTHS, today) == oldest


@pytest.mark.parametrize("months", [1, DEFAULT_METRICS_MONTHS])
def test_what_is_older_is_deleted_and_nothing_else(engine, months):
    today = date(2026, 11, 22)
    oldest = oldest_kept(months, today)
    with engine.begin() as connection:
        for number, day in enumerate([oldest - timedelta(days=1), oldest]):
            cell = {"metric": "visits", "breakdown": "total", "value": 0}
            rows = {
                COUNTERS: {"day": day, **cell, "number": 1},
                PUBLISHED: {"starts": day, **cell, "figure": 10},
                PERIODS_PUBLISHED: {"period": "week", "starts": day},
                SPOOLS: {"spool": number, "written": 1, "day": day},
            }
            for table, row in rows.items():
                connection.execute(insert(table).values(row))
    tables = (COUNTERS, PUBLISHED, PERIODS_PUBLISHED, SPOOLS)
    assert purge(engine, months, today) == len(tables)
    assert rows_in(engine, *tables) == [1, 1, 1, 1]


def test_housekeeping_folds_and_deletes(engine):
    long_ago = datetime.now(UTC) - timedelta(days=800)
    counted(engine, a_turn(long_ago))
    kept = keep_house(engine, DEFAULT_METRICS_MONTHS)
    assert kept.folded == 1
    assert rows_in(engine, *RAW, COUNTERS, PUBLISHED) == [0] * 5
