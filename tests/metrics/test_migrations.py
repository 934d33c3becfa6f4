"""Databases come to this version and go back, with what is in them."""

import os
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.brokers.count_writer import CountWriter
from bot.metrics import schema
from bot.metrics.database import engine_for
from bot.metrics.migrations import names
from bot.metrics.migrations.columns import LARGEST, LARGEST_CRC
from bot.metrics.schema import FIRST, NEWEST, downgrade, revision, upgrade
from bot.metrics.tables import ACTS, METADATA, SHOWN, TURNS
from tests.live_server import ROOT, wait_for
from tests.metrics.events import counted
from tests.metrics.kept import in_database, turns_in

NEW_TABLES = {"counters", "periods", "published", "spools", "housekeeping", "acts"}


def one_of(name, allowed, null=""):
    listed = ", ".join(f"'{one}'" for one in allowed)
    longest = max(map(len, allowed))
    return (
        f"{name} VARCHAR({longest}) {null or 'NOT NULL'} "
        f"CONSTRAINT known_{name} CHECK ({name} IN ({listed}))"
    )


def old_tables(dialect):
    """What version 0.5 made (git show a0c30d6:bot/metrics/tables.py)."""
    is_sqlite = dialect == "sqlite"
    key = "INTEGER NOT NULL" if is_sqlite else "BIGSERIAL NOT NULL"
    points = "INTEGER NOT NULL" if is_sqlite else "BIGINT NOT NULL"

    def truth(name):
        limit = (
            f" CONSTRAINT known_{name} CHECK ({name} IN (0, 1))" if is_sqlite else ""
        )
        return f"{name} BOOLEAN NOT NULL{limit}"

    day = "day DATE NOT NULL CHECK (date(day) IS NOT NULL AND date(day) = day)"
    conversation = (
        f"conversation BIGINT NOT NULL CHECK (conversation BETWEEN 0 AND {LARGEST})"
    )
    hour = "hour SMALLINT NOT NULL CHECK (hour BETWEEN 0 AND 23)"
    signals = ", ".join(truth(f"signal_{name}") for name in names.SIGNALS)
    return [
        f"CREATE TABLE turns (id {key}, {conversation}, {day}, {hour}, "
        "turn_number SMALLINT NOT NULL CHECK (turn_number BETWEEN 1 AND 999), "
        f"{one_of('channel', names.CHANNELS)}, {one_of('intent', names.INTENTS)}, "
        f"{one_of('confidence', names.CONFIDENCE_BANDS)}, "
        f"{one_of('urgency', names.URGENCIES)}, {truth('danger_check')}, "
        f"{truth('understood')}, {one_of('nation', names.NATIONS, 'NULL')}, "
        f"{one_of('audience', names.AUDIENCES)}, "
        f"{one_of('latency', names.LATENCY_BANDS)}, {signals}, PRIMARY KEY (id))",
        f"CREATE TABLE opinions (id {key}, {conversation}, {day}, {hour}, "
        f"{one_of('channel', names.CHANNELS)}, {truth('helpful')}, PRIMARY KEY (id))",
        f"CREATE TABLE shown (turn {points} CHECK (turn BETWEEN 1 AND {LARGEST}), "
        f"{one_of('kind', names.SHOWN_KINDS)}, number BIGINT NOT NULL "
        f"CHECK (number BETWEEN 0 AND {LARGEST_CRC}), "
        "PRIMARY KEY (turn, kind, number), "
        "FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE)",
        *(
            f"CREATE INDEX ix_{table}_{column} ON {table} ({column})"
            for table in ("turns", "opinions")
            for column in ("conversation", "day")
        ),
    ]


SIGNAL_NAMES = ", ".join(f"signal_{name}" for name in names.SIGNALS)
OLD_ROWS = [
    "INSERT INTO turns (conversation, day, hour, turn_number, channel, intent, "
    "confidence, urgency, danger_check, understood, nation, audience, latency, "
    f"{SIGNAL_NAMES}) VALUES ({{n}}, '2026-11-21', 12, {{n}}, 'webchat', 'greet', "
    "'high', 'concern', false, true, NULL, 'parent', 'under_10ms', "
    f"{', '.join('false' for _ in names.SIGNALS)})",
    "INSERT INTO shown (turn, kind, number) VALUES ({n}, 'card', 4294967295)",
    "INSERT INTO shown (turn, kind, number) VALUES ({n}, 'contact', {n})",
    "INSERT INTO opinions (conversation, day, hour, channel, helpful) "
    "VALUES ({n}, '2026-11-21', 13, 'telegram', {even})",
]
HOW_MANY = 20


@pytest.fixture
def old(empty_database):
    """An engine on a database of version 0.5, with rows."""
    engine = engine_for(empty_database)
    with engine.begin() as connection:
        for statement in old_tables(engine.dialect.name):
            connection.execute(text(statement))
        for number in range(1, HOW_MANY + 1):
            for statement in OLD_ROWS:
                even = "true" if number % 2 == 0 else "false"
                connection.execute(text(statement.format(n=number, even=even)))
    yield engine
    engine.dispose()


def everything(engine):
    """All rows of all tables but Alembic's own, and all that the tables are."""
    with engine.connect() as connection:
        there = inspect(connection)
        return {
            table: (
                sorted(
                    map(
                        repr,
                        connection.execute(text(f"SELECT * FROM {table}")).mappings(),
                    )
                ),
                shape_of(there, table),
            )
            for table in there.get_table_names()
            if table != schema.VERSION_TABLE
        }


def shape_of(there, table):
    checks = there.get_check_constraints(table)
    return (
        sorted(
            (c["name"], str(c["type"]), c["nullable"]) for c in there.get_columns(table)
        ),
        there.get_pk_constraint(table)["constrained_columns"],
        sorted(tuple(i["column_names"]) for i in there.get_indexes(table)),
        sorted(
            (
                f["referred_table"],
                tuple(f["constrained_columns"]),
                f["options"].get("ondelete"),
            )
            for f in there.get_foreign_keys(table)
        ),
        sorted(" ".join(c["sqltext"].split()).replace(f"{table}.", "") for c in checks),
    )


def check_is_new(engine):
    with engine.connect() as connection:
        assert revision(connection) == NEWEST
        turns = connection.execute(select(TURNS)).mappings().all()
        acts = connection.execute(select(ACTS)).mappings().all()
        shown = connection.execute(select(SHOWN)).all()
    assert sorted(turn["conversation"] for turn in turns) == [*range(1, HOW_MANY + 1)]
    assert {(turn["model"], turn["content"], turn["intent"]) for turn in turns} == {
        (0, 0, "greet")
    }
    assert {act["conversation"]: act["kind"] for act in acts} == {
        n: "unhelpful" if n % 2 else "helpful" for n in range(1, HOW_MANY + 1)
    }
    assert {(act["hour"], act["channel"], act["turn_number"]) for act in acts} == {
        (13, "telegram", 0)
    }
    by_id = {turn["id"]: turn["conversation"] for turn in turns}
    assert sorted(
        (by_id[turn], kind, number) for turn, kind, number in shown
    ) == sorted(
        row
        for n in range(1, HOW_MANY + 1)
        for row in ((n, "card", 4294967295), (n, "contact", n))
    )


def test_an_old_database_comes_up_with_its_rows(old):
    upgrade(old)
    check_is_new(old)


def test_down_and_up_again_keeps_what_is_not_folded(old):
    before = everything(old)
    upgrade(old)
    downgrade(old, FIRST)
    with old.connect() as connection:
        assert revision(connection) == FIRST
    after = everything(old)
    assert {table: rows for table, (rows, _) in after.items()} == {
        table: rows for table, (rows, _) in before.items()
    }
    upgrade(old)
    check_is_new(old)


def test_the_old_version_can_write_after_going_back(old):
    upgrade(old)
    downgrade(old, FIRST)
    with old.begin() as connection:
        # It gave no numbers of its own: the database counted.
        connection.execute(text(OLD_ROWS[0].format(n=999, even="true")))
        connection.execute(text(OLD_ROWS[3].format(n=999, even="true")))


def test_down_to_nothing_leaves_nothing(old):
    upgrade(old)
    downgrade(old, "base")
    assert everything(old) == {}
    upgrade(old)
    with old.connect() as connection:
        assert revision(connection) == NEWEST


def test_a_second_upgrade_changes_nothing(old):
    upgrade(old)
    before = everything(old)
    upgrade(old)
    assert everything(old) == before


def test_the_newest_step_is_alembics_head():
    script = ScriptDirectory(str(schema.FOLDER))
    assert script.get_heads() == [NEWEST]
    assert [step.revision for step in script.walk_revisions()][-1] == FIRST


def test_migrating_makes_the_tables_that_are_declared(
    empty_database, tmp_path, postgres
):
    """Columns, keys, indexes and every CHECK, whether made new or brought up."""
    migrated = engine_for(empty_database)
    upgrade(migrated)
    found = everything(migrated)
    downgrade(migrated, "base")
    with migrated.begin() as connection:
        METADATA.create_all(connection)
    assert found == everything(migrated)
    migrated.dispose()


def test_an_old_database_comes_to_the_same_tables(old, tmp_path):
    upgrade(old)
    found = {table: shape for table, (_, shape) in everything(old).items()}
    downgrade(old, "base")
    with old.begin() as connection:
        METADATA.create_all(connection)
    assert found == {table: shape for table, (_, shape) in everything(old).items()}


@pytest.mark.parametrize(
    "at",
    [
        "INSERT INTO new_turns",
        "DROP TABLE",
        "ALTER TABLE",
        "CREATE TABLE published",
        "UPDATE alembic_version",
        "commit",
    ],
)
def test_an_interrupted_upgrade_leaves_the_old_state(old, at):
    before = everything(old)

    def crash_in(_, __, statement, *___):
        if at in " ".join(statement.split()):
            raise RuntimeError("the machine is gone")

    def crash(_):
        raise RuntimeError("the machine is gone")

    name, listener = (
        ("commit", crash) if at == "commit" else ("before_cursor_execute", crash_in)
    )
    event.listen(old, name, listener)
    with pytest.raises(RuntimeError):
        upgrade(old)
    event.remove(old, name, listener)
    assert everything(old) == before
    upgrade(old)
    check_is_new(old)


@pytest.mark.parametrize(
    "at", ["INSERT INTO opinions", "DROP TABLE counters", "commit"]
)
def test_an_interrupted_downgrade_leaves_the_new_state(old, at):
    upgrade(old)
    before = everything(old)

    def crash_in(_, __, statement, *___):
        if at in " ".join(statement.split()):
            raise RuntimeError("the machine is gone")

    def crash(_):
        raise RuntimeError("the machine is gone")

    name, listener = (
        ("commit", crash) if at == "commit" else ("before_cursor_execute", crash_in)
    )
    event.listen(old, name, listener)
    with pytest.raises(RuntimeError):
        downgrade(old, FIRST)
    event.remove(old, name, listener)
    assert everything(old) == before


AT_ONCE = """
import sys, time
from bot.metrics.database import engine_for
from bot.metrics.schema import upgrade

engine = engine_for(sys.argv[1])
print("here", flush=True)
sys.stdin.readline()
for _ in range(100):
    try:
        upgrade(engine)
        break
    except Exception as error:
        # A server tries again, and says the kind of error only.
        print(type(error).__name__, file=sys.stderr)
        time.sleep(0.1)
else:
    sys.exit(1)
"""


def test_two_servers_that_upgrade_at_once_come_to_the_same(old, empty_database):
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, empty_database],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for server in servers:
        assert server.stdout.readline() == "here\n"
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    for server in servers:
        _, errors = server.communicate(timeout=120)
        assert server.returncode == 0, errors
    check_is_new(old)


@pytest.mark.parametrize("there", ["9999", "00-03"])
def test_a_newer_database_is_left_alone_and_counts_wait(
    empty_database, tmp_path, caplog, there
):
    """Somebody went back to this version: it goes on answering."""
    engine = engine_for(empty_database)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{there}'"))
    before = everything(engine)
    writer = CountWriter(empty_database, tmp_path / "spool", seconds_between_tries=0.05)
    for _ in range(7):
        writer.write(counted())
    assert wait_for(lambda: "metrics.write.failed" in caplog.text, 30)
    assert wait_for(lambda: writer.waiting() == 7, 30)
    assert not writer.is_reachable
    writer.close()
    assert everything(engine) == before
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))
    again = CountWriter(empty_database, tmp_path / "spool")
    assert wait_for(lambda: again._reachable and not again.waiting(), 30)
    again.close(30)
    assert turns_in(empty_database) == 7
    engine.dispose()


def test_a_database_that_is_away_is_an_error_that_callers_know():
    engine = engine_for("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(SQLAlchemyError):
        upgrade(engine)


def test_an_up_to_date_server_needs_no_alembic(empty_database):
    engine = engine_for(empty_database)
    upgrade(engine)
    engine.dispose()
    code = (
        "import sys\nfrom bot.metrics.database import engine_for\n"
        "from bot.metrics.schema import upgrade\n"
        f"upgrade(engine_for({empty_database!r}))\n"
        "sys.exit('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )
    assert done.returncode == 0


def test_new_tables_are_gone_after_going_back(old, empty_database):
    upgrade(old)
    downgrade(old, FIRST)
    tables = set(everything(old))
    assert tables == {"turns", "shown", "opinions"}
    assert not tables & NEW_TABLES
    assert len(in_database(empty_database, text("SELECT * FROM opinions"))) == HOW_MANY
