"""The writer: never waits, never raises, loses nothing that the database would take."""

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import OperationalError

from bot.brokers import turn_writer
from bot.brokers.turn_writer import BATCH_SIZE, TurnWriter
from bot.metrics.tables import TURNS
from tests.metrics.events import counted


def turns_in(url):
    engine = create_engine(url, future=True)
    with engine.connect() as connection:
        number = connection.execute(select(func.count()).select_from(TURNS)).scalar()
    engine.dispose()
    return number


@pytest.fixture
def folder(tmp_path):
    """A folder that does not exist yet."""
    return tmp_path / "not_there_yet"


@pytest.fixture
def away(folder):
    """The URL of a database that cannot be reached."""
    return f"sqlite:///{folder}/metrics.db"


@pytest.mark.parametrize("number", [0, 1, BATCH_SIZE + 1])
def test_every_turn_is_written_once(empty_database, number):
    writer = TurnWriter(empty_database)
    for _ in range(number):
        writer.write(counted())
    writer.close(seconds=60)
    assert turns_in(empty_database) == number


def test_a_second_start_adds_to_the_first(empty_database):
    for _ in range(2):
        writer = TurnWriter(empty_database)
        writer.write(counted())
        writer.close()
    assert turns_in(empty_database) == 2


def test_the_queue_is_bounded_while_the_database_is_away(away):
    writer = TurnWriter(away, most_waiting=10)
    for _ in range(3000):
        writer.write(counted())
    assert writer.dropped >= 3000 - 10 - BATCH_SIZE
    writer.close()


def test_a_full_queue_is_said_once(away, caplog):
    writer = TurnWriter(away, most_waiting=10)
    for _ in range(3000):
        writer.write(counted())
    writer.close()
    assert caplog.text.count("metrics.queue.full") == 1


def test_turns_wait_until_the_database_is_back(away, folder):
    writer = TurnWriter(away)
    for _ in range(7):
        writer.write(counted())
    assert not writer.is_reachable
    folder.mkdir()
    writer.close()
    assert turns_in(away) == 7


def test_turns_lost_at_the_end_are_counted_in_the_log(away, caplog):
    writer = TurnWriter(away)
    for _ in range(7):
        writer.write(counted())
    writer.close()
    assert "metrics.turns.lost count=7" in caplog.text


def test_a_batch_that_fails_once_is_written_once(empty_database, monkeypatch):
    tries = []

    def insert(connection, turns):
        tries.append(len(turns))
        insert_turns(connection, turns)
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("the connection is gone"))

    insert_turns = turn_writer.insert_turns
    monkeypatch.setattr(turn_writer, "insert_turns", insert)
    writer = TurnWriter(empty_database, seconds_between_tries=0.01)
    writer.write(counted())
    while len(tries) < 2:
        writer.is_reachable  # noqa: B018  a short query: the writer's thread may go on
    writer.close()
    assert turns_in(empty_database) == 1


def test_a_refused_turn_does_not_hold_up_the_others(empty_database, caplog):
    writer = TurnWriter(empty_database)
    for hour in (12, 99, 13):
        writer.write(counted(hour=hour))
    writer.close()
    assert turns_in(empty_database) == 2
    assert "metrics.turns.refused count=1" in caplog.text


def test_the_writer_knows_when_it_can_write(empty_database):
    writer = TurnWriter(empty_database)
    writer.write(counted())
    writer.close()
    assert writer.is_reachable


def test_the_log_never_holds_the_password(caplog):
    writer = TurnWriter("postgresql://somebody:zzcanary@127.0.0.1:1/name")
    writer.write(counted())
    assert not writer.is_reachable
    writer.close()
    assert "metrics.write.failed" in caplog.text
    assert "zzcanary" not in caplog.text


def test_a_database_that_stays_away_is_said_once(away, caplog):
    writer = TurnWriter(away, seconds_between_tries=0.001)
    writer.write(counted())
    writer.close()
    assert caplog.text.count("metrics.write.failed") == 1
