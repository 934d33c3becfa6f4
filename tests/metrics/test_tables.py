"""No column of the metrics can hold text, in neither database."""

import datetime

import pytest
from sqlalchemy import Boolean, Date, Enum, Integer, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from bot.metrics.rows import rows_of
from bot.metrics.schema import VERSION_TABLE
from bot.metrics.tables import (
    ACTS,
    COUNTERS,
    HOUSEKEEPING,
    METADATA,
    PERIODS_PUBLISHED,
    PUBLISHED,
    SHOWN,
    SPOOLS,
    TURNS,
    insert_rows,
)
from bot.metrics.turn import Act, content_number
from bot.terms import SIGNALS
from tests.metrics.events import CANARY, counted

TABLES = (
    TURNS,
    SHOWN,
    ACTS,
    COUNTERS,
    PERIODS_PUBLISHED,
    PUBLISHED,
    SPOOLS,
    HOUSEKEEPING,
)
COLUMNS = [column for table in TABLES for column in table.columns]
SATURDAY = datetime.date(2026, 11, 21)
# A type in which a database keeps a name: a check must limit it.
NAME_TYPE = "VARCHAR"
OTHER_TYPES = ("INTEGER", "BIGINT", "SMALLINT", "BOOLEAN", "DATE")
WRITTEN = {
    "a sentence": CANARY,
    "a name": "Sam",
    "a name after a day": "2026-11-21 Sam",
    "a name after a number": "1 Sam",
    "a phone number": "07700 900123",
    "nothing": "",
    "bytes": CANARY.encode(),
}


def name_of(column):
    return f"{column.table.name}.{column.name}"


ROWS = {
    TURNS: {
        "id": 1_000_000,
        "conversation": 5,
        "day": SATURDAY,
        "hour": 12,
        "turn_number": 1,
        "channel": "webchat",
        "intent": "greet",
        "confidence": "high",
        "urgency": "concern",
        "danger_check": False,
        "understood": True,
        "nation": None,
        "audience": "parent",
        "latency": "under_10ms",
        "model": 1,
        "content": 2,
        **{f"signal_{name}": False for name in SIGNALS},
    },
    ACTS: {
        "id": 1_000_000,
        "conversation": 5,
        "day": SATURDAY,
        "hour": 12,
        "turn_number": 0,
        "channel": "webchat",
        "kind": "helpful",
        "number": 0,
    },
    COUNTERS: {
        "day": SATURDAY,
        "metric": "visits",
        "breakdown": "total",
        "value": 0,
        "number": 1,
    },
    PERIODS_PUBLISHED: {"period": "week", "starts": SATURDAY},
    PUBLISHED: {
        "starts": SATURDAY,
        "metric": "visits",
        "breakdown": "total",
        "value": 0,
        "figure": 10,
    },
    SPOOLS: {"spool": 5, "written": 7, "day": SATURDAY},
    HOUSEKEEPING: {"id": 1, "times": 1, "is_demo": False},
}


def a_row(table, connection):
    """Values that the table takes."""
    if table is SHOWN:
        turn = connection.execute(select(TURNS.c.id)).scalars().first()
        return {"turn": turn, "kind": "card", "number": 7}
    return ROWS[table]


@pytest.fixture
def one_turn(connection):
    """A database that holds one turn."""
    insert_rows(connection, rows_of([counted(cards=(), contacts=())]))
    return connection


@pytest.mark.parametrize("column", COLUMNS, ids=name_of)
def test_a_column_is_a_number_a_truth_a_day_or_a_fixed_name(column):
    kind = getattr(column.type, "impl", column.type)
    if isinstance(kind, Enum):
        assert kind.create_constraint
        assert not kind.native_enum
    else:
        assert isinstance(kind, Boolean | Date | Integer)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_database_itself_has_no_type_for_text(connection, table):
    there = inspect(connection)
    limits = " ".join(c["sqltext"] for c in there.get_check_constraints(table.name))
    for column in there.get_columns(table.name):
        kind, name = str(column["type"]).partition("(")[0], column["name"]
        assert kind in OTHER_TYPES or (kind == NAME_TYPE and name in limits), name


def test_the_tables_have_no_other_columns(connection):
    there = inspect(connection)
    names = {
        f"{table}.{column['name']}"
        for table in there.get_table_names()
        for column in there.get_columns(table)
    }
    # Alembic's own: the number of a step, which only a migration writes.
    assert names - {f"{VERSION_TABLE}.version_num"} == set(map(name_of, COLUMNS))
    assert set(METADATA.tables) == {table.name for table in TABLES}


def test_the_rows_of_these_tests_are_taken(one_turn):
    """Otherwise the refusals below would show nothing."""
    for table in TABLES:
        one_turn.execute(insert(table).values(a_row(table, one_turn)))


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("column", COLUMNS, ids=name_of)
def test_no_column_takes_what_a_person_wrote(one_turn, column, written):
    row = {**a_row(column.table, one_turn), column.name: written}
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    statement = text(f"INSERT INTO {column.table.name} ({names}) VALUES ({places})")
    with pytest.raises(DBAPIError):
        one_turn.execute(statement, row)


def test_a_turn_comes_back_as_it_was_counted(connection):
    turn = counted(nation="wales", signals=frozenset(SIGNALS))
    insert_rows(connection, rows_of([turn]))
    row = connection.execute(select(TURNS)).one()
    assert (row.conversation, row.day, row.hour, row.intent, row.nation) == (
        2**63 - 1,
        datetime.date(2026, 11, 21),
        12,
        "worry_sextortion",
        "wales",
    )
    assert all(row._mapping[f"signal_{name}"] for name in SIGNALS)


def test_what_was_shown_belongs_to_its_turn(connection):
    turns = [
        counted(conversation=1, cards=(content_number("opening"),), contacts=(7, 8)),
        counted(conversation=2, cards=(), contacts=()),
        counted(conversation=3, cards=(1, 2), contacts=()),
    ]
    insert_rows(connection, rows_of(turns))
    shown = select(TURNS.c.conversation, SHOWN.c.kind, SHOWN.c.number).join(SHOWN)
    assert sorted(map(tuple, connection.execute(shown))) == [
        (1, "card", content_number("opening")),
        (1, "contact", 7),
        (1, "contact", 8),
        (3, "card", 1),
        (3, "card", 2),
    ]


def test_an_act_is_a_row(connection):
    act = Act(5, "2026-11-21", 23, 2, "webchat", "contact_opened", 7)
    insert_rows(connection, rows_of([act]))
    (row,) = connection.execute(select(ACTS)).mappings()
    assert {**row, "id": 0} == {
        "id": 0,
        "conversation": 5,
        "day": SATURDAY,
        "hour": 23,
        "turn_number": 2,
        "channel": "webchat",
        "kind": "contact_opened",
        "number": 7,
    }


@pytest.mark.parametrize("figure", [*range(8), 8, 9, 11, 12, 13, 14, -5, 2**63 - 1])
def test_the_database_refuses_a_figure_that_was_not_rounded(connection, figure):
    with pytest.raises(DBAPIError):
        connection.execute(
            insert(PUBLISHED).values({**ROWS[PUBLISHED], "figure": figure})
        )


@pytest.mark.parametrize("figure", [None, 10, 15, 1_000_000])
def test_the_database_takes_what_was_rounded(connection, figure):
    connection.execute(insert(PUBLISHED).values({**ROWS[PUBLISHED], "figure": figure}))
    assert connection.execute(select(PUBLISHED.c.figure)).scalar_one() == figure


def test_a_counter_is_never_zero(connection):
    with pytest.raises(DBAPIError):
        connection.execute(insert(COUNTERS).values({**ROWS[COUNTERS], "number": 0}))


def test_there_is_one_housekeeping_at_most(connection):
    connection.execute(insert(HOUSEKEEPING).values(ROWS[HOUSEKEEPING]))
    with pytest.raises(DBAPIError):
        connection.execute(insert(HOUSEKEEPING).values({**ROWS[HOUSEKEEPING], "id": 2}))
