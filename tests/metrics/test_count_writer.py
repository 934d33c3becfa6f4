"""The writer: never waits, never raises, loses nothing that the database would take."""

import sqlite3
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.brokers import count_writer
from bot.brokers.count_writer import CountWriter
from bot.metrics.rows import Rows
from bot.metrics.tables import ACTS, HOUSEKEEPING
from tests.live_server import wait_for
from tests.metrics.events import counted
from tests.metrics.kept import act, counter_in, in_database, turn_numbers_in, turns_in

# Generous: other things run on the machine.
SECONDS = 20


@pytest.fixture
def write_to():
    """Makes writers, and ends them with the test."""
    made = []

    def make(*told, **more):
        made.append(CountWriter(*told, **more))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


@pytest.fixture
def folder(tmp_path):
    """A folder that does not exist yet."""
    return tmp_path / "not_there_yet"


@pytest.fixture
def away(folder):
    """The URL of a database that cannot be reached."""
    return f"sqlite:///{folder}/metrics.db"


@pytest.mark.parametrize("number", [0, 1, 2500])
def test_every_turn_is_written_once(write_to, empty_database, number):
    writer = write_to(empty_database)
    for _ in range(number):
        writer.write(counted())
    writer.close(SECONDS)
    assert turns_in(empty_database) == number


def test_acts_are_written_too(write_to, empty_database):
    writer = write_to(empty_database)
    writer.write(act(kind="quick_exit"))
    writer.close(SECONDS)
    assert in_database(empty_database, select(ACTS.c.kind)) == [("quick_exit",)]


def test_a_second_start_adds_to_the_first(write_to, empty_database):
    for _ in range(2):
        writer = write_to(empty_database)
        writer.write(counted())
        writer.close(SECONDS)
    assert turns_in(empty_database) == 2


def test_what_waits_is_bounded_while_the_database_is_away(write_to, away, monkeypatch):
    monkeypatch.setattr(count_writer, "MOST_WAITING", 10)
    held = threading.Event()
    monkeypatch.setattr(CountWriter, "_put", lambda *_: held.wait(SECONDS))
    writer = write_to(away)
    for _ in range(3000):
        writer.write(counted())
    # Ten wait, and ten more may be on their way.
    assert 3000 - 20 <= writer.lost <= 3000 - 10
    held.set()
    writer.close()


def test_running_out_of_room_is_said_once(write_to, away, caplog):
    writer = write_to(away, spool_megabytes=0.05)
    for _ in range(3000):
        writer.write(counted())
    assert wait_for(lambda: writer.lost, SECONDS)
    writer.close()
    assert caplog.text.count("metrics.spool.full") == 1


def test_events_wait_until_the_database_is_back(write_to, away, folder):
    writer = write_to(away, seconds_between_tries=0.05)
    for _ in range(7):
        writer.write(counted())
    assert wait_for(lambda: writer._reachable is False, SECONDS)
    assert not writer.is_reachable
    assert writer.waiting() == 7
    folder.mkdir()
    assert wait_for(lambda: not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    assert turns_in(away) == 7


def test_events_that_wait_at_the_end_are_counted_in_the_log(
    write_to, away, caplog, tmp_path
):
    writer = write_to(away, tmp_path / "spool")
    for _ in range(7):
        writer.write(counted())
    writer.close()
    assert "metrics.events.kept count=7" in caplog.text


def test_a_batch_that_fails_once_is_written_once(write_to, empty_database, monkeypatch):
    tries = []

    def insert_and_fail(connection, rows: Rows):
        tries.append(len(rows))
        insert_rows(connection, rows)
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("the connection is gone"))

    insert_rows = count_writer.insert_rows
    monkeypatch.setattr(count_writer, "insert_rows", insert_and_fail)
    writer = write_to(empty_database, seconds_between_tries=0.01)
    writer.write(counted())
    assert wait_for(lambda: len(tries) >= 2, SECONDS)
    writer.close(SECONDS)
    assert turns_in(empty_database) == 1


def test_a_refused_turn_does_not_hold_up_the_others(write_to, empty_database, caplog):
    writer = write_to(empty_database)
    for hour in (12, 99, 13):
        writer.write(counted(hour=hour))
    writer.close(SECONDS)
    assert turns_in(empty_database) == 2
    assert "metrics.events.refused count=1" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "yesterday"},
        {"day": None},
        {"hour": "Zzcanary"},
        {"conversation": 2**70},
        {"intent": "Zzcanary"},
        {"cards": (1, 1)},
        {"cards": (-1,)},
        {"channel": ["webchat"]},
    ],
    ids=repr,
)
def test_a_turn_that_is_wrong_in_any_way_does_not_end_the_counting(
    write_to, empty_database, caplog, wrong
):
    """None of these can come out of `turn_from`; the threads must live on anyway."""
    writer = write_to(empty_database, seconds_between_tries=0.05)
    writer.write(counted(**wrong))
    assert wait_for(lambda: not writer.waiting(), 10)
    writer.write(counted(turn_number=7))
    writer.close(SECONDS)
    assert (2**63 - 1, 7) in turn_numbers_in(empty_database)
    assert "zzcanary" not in caplog.text.lower()


def test_the_writer_knows_when_it_can_write(write_to, empty_database):
    writer = write_to(empty_database)
    assert wait_for(lambda: writer.is_reachable, SECONDS)
    writer.close(SECONDS)


def test_the_log_never_holds_the_password(write_to, caplog):
    writer = write_to("postgresql://somebody:zzcanary@127.0.0.1:1/name")
    writer.write(counted())
    assert wait_for(lambda: "metrics.write.failed" in caplog.text, SECONDS)
    assert not writer.is_reachable
    writer.close()
    assert "zzcanary" not in caplog.text


def test_a_database_that_stays_away_is_said_once(write_to, away, caplog):
    writer = write_to(away, seconds_between_tries=0.001)
    writer.write(counted())
    assert wait_for(lambda: "metrics.write.failed" in caplog.text, SECONDS)
    writer.close()
    assert caplog.text.count("metrics.write.failed") == 1


def test_housekeeping_that_fails_does_not_end_the_counting(
    write_to, empty_database, monkeypatch, caplog
):
    def fail(*_):
        raise RuntimeError("Zzcanary")

    monkeypatch.setattr(count_writer, "keep_house", fail)
    writer = write_to(empty_database)
    assert wait_for(lambda: "metrics.housekeeping.failed" in caplog.text, SECONDS)
    writer.write(counted())
    writer.close(SECONDS)
    assert turns_in(empty_database) == 1
    assert "canary" not in caplog.text


def test_the_house_is_kept_at_the_start(write_to, empty_database):
    writer = write_to(empty_database)
    assert wait_for(
        lambda: (
            writer._reachable
            and in_database(empty_database, select(HOUSEKEEPING.c.times))
        ),
        SECONDS,
    )
    writer.close(SECONDS)


def test_room_that_ran_out_is_a_counter_even_if_nobody_writes_again(
    write_to, empty_database, monkeypatch
):
    """Else a loss before the last event of an evening would never be seen."""
    writer = write_to(empty_database, seconds_between_tries=0.05)
    assert wait_for(lambda: writer._reachable, SECONDS)
    writer._lose(3)
    assert wait_for(lambda: counter_in(empty_database, "lost_events") == 3, 10)
    writer.close(SECONDS)


def test_a_loss_is_a_counter_after_closing_too(write_to, empty_database):
    writer = write_to(empty_database)
    assert wait_for(lambda: writer._reachable, SECONDS)
    writer._lose(3)
    writer.close(SECONDS)
    assert counter_in(empty_database, "lost_events") == 3


def test_closing_twice_is_fine(write_to, empty_database):
    writer = write_to(empty_database)
    writer.close(SECONDS)
    writer.close()


def test_what_waits_can_be_asked_at_any_time(write_to, empty_database, tmp_path):
    """An operator's page asks while a spool that was left behind is closed."""
    spool = count_writer.Spool(tmp_path / "spool-2.db")
    spool.close()
    failed = []
    writer = write_to(empty_database, tmp_path)
    asking = threading.Event()

    def ask():
        while not asking.is_set():
            try:
                writer.waiting()
            except sqlite3.Error as error:
                failed.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    assert wait_for(lambda: not writer._left_behind, SECONDS)
    asking.set()
    asker.join()
    writer.close(SECONDS)
    assert failed == []


def test_after_closing_it_can_still_be_asked(write_to, empty_database):
    writer = write_to(empty_database)
    writer.close(SECONDS)
    assert writer.waiting() == 0
    writer.write(counted())
