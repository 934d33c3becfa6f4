"""What waits on disk: it outlives its server, keeps to its size, and gives way."""

import json
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from bot.brokers.count_writer import CountWriter
from bot.metrics.rows import rows_of, to_json
from bot.metrics.spool import IN_MEMORY, Spool, SpoolFullError, open_spools
from tests.live_server import ROOT, wait_for
from tests.metrics.events import CANARY, counted
from tests.metrics.kept import counter_in, turn_numbers_in, turns_in

SECONDS = 30
FIRST = "spool-1.db"


def rows(*numbers):
    """One turn for each number."""
    return rows_of([counted(turn_number=number) for number in numbers])


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / FIRST)
    yield spool
    spool.close()


@pytest.fixture
def write_to():
    """Makes writers, and ends them with the test."""
    made = []

    def make(*told, **more):
        made.append(CountWriter(*told, seconds_between_tries=0.05, **more))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


def numbers_in(batches):
    return [
        row["turn_number"] for one in batches for row in json.loads(one.rows)["turns"]
    ]


def fill(spool):
    """Puts turns aside until there is no room; returns how many."""
    for number in range(10_000):
        try:
            spool.put(rows(*range(1, 10)))
        except SpoolFullError:
            return 9 * number
    raise AssertionError("The spool has no end.")


def test_batches_come_out_as_they_went_in(spool):
    for number in (1, 2, 3):
        spool.put(rows(number), lost=number)
    batches = spool.first(2)
    assert numbers_in(batches) == [1, 2]
    assert [batch.lost for batch in batches] == [1, 2]
    assert spool.waiting() == 3


def test_a_number_is_never_given_twice(tmp_path):
    """Else a batch of today would pass for one that was written yesterday."""
    numbers = []
    for _ in range(3):
        spool = Spool(tmp_path / FIRST)
        spool.put(rows(1))
        (batch,) = spool.first(9)
        numbers.append(batch.number)
        spool.drop(batch.number)
        spool.close()
    assert len(set(numbers)) == 3


def test_a_spool_keeps_its_number_while_something_waits_and_others_have_others(
    tmp_path,
):
    one = Spool(tmp_path / FIRST)
    number = one.id
    one.put(rows(1))
    one.close()
    again, other = Spool(tmp_path / FIRST), Spool(tmp_path / "spool-2.db")
    assert again.id == number != other.id
    again.close()
    other.close()


def test_an_empty_spool_begins_anew_because_its_folder_may_be_a_copy(tmp_path):
    one = Spool(tmp_path / FIRST)
    one.close()
    assert Spool(tmp_path / FIRST).id != one.id


def test_a_spoilt_file_holds_up_no_other(tmp_path):
    first = Spool(tmp_path / FIRST)
    first.put(rows(3))
    first.close()
    (tmp_path / "spool-2.db").write_bytes(b"no database" * 1000)
    (spool,) = open_spools(tmp_path)
    assert numbers_in(spool.first(9)) == [3]
    assert (tmp_path / "spool-2.spoilt").exists()


def test_a_spoilt_first_file_is_put_aside_and_begun_anew(tmp_path):
    (tmp_path / FIRST).write_bytes(b"no database" * 1000)
    (spool,) = open_spools(tmp_path)
    spool.put(rows(2))
    assert numbers_in(spool.first(9)) == [2]


def test_a_spool_has_one_server(tmp_path, spool):
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Spool(tmp_path / FIRST)


def test_a_full_spool_says_so_and_takes_more_when_there_is_room(tmp_path):
    spool = Spool(tmp_path / FIRST, megabytes=0.1)
    put = fill(spool)
    assert 0 < spool.waiting() == put
    spool.drop(spool.first(10_000)[-1].number)
    spool.put(rows(1))
    assert spool.waiting() == 1
    spool.close()


def test_a_spool_keeps_to_its_size_on_disk(tmp_path):
    spool = Spool(tmp_path / FIRST, megabytes=0.5)
    for _ in range(3):
        fill(spool)
        spool.drop(spool.first(10_000)[-1].number)
    written = sum(path.stat().st_size for path in tmp_path.iterdir())
    # What SQLite writes beside the file, before it is taken over, is bounded by itself.
    assert written < 0.5 * 2**20 + 8 * 2**20
    spool.close()


def test_a_spool_in_memory_waits_too():
    spool = Spool(IN_MEMORY)
    spool.put(rows(1, 2))
    assert spool.waiting() == 2
    spool.close()


def test_two_servers_share_a_folder(empty_database, tmp_path, write_to):
    one, other = (write_to(empty_database, tmp_path / "spool") for _ in range(2))
    for number in range(1, 101):
        (one, other)[number % 2].write(counted(turn_number=number))
    one.close(SECONDS)
    other.close(SECONDS)
    assert [number for _, number in turn_numbers_in(empty_database)] == [*range(1, 101)]
    assert len(list((tmp_path / "spool").glob("spool-?.db"))) == 2


def test_what_a_server_left_behind_is_brought_by_the_next(
    empty_database, tmp_path, write_to
):
    for name, number in ((FIRST, 1), ("spool-2.db", 2), ("spool-9.db", 9)):
        left = Spool(tmp_path / name)
        left.put(rows(number))
        left.close()
    writer = write_to(empty_database, tmp_path)
    assert wait_for(lambda: not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    assert [number for _, number in turn_numbers_in(empty_database)] == [1, 2, 9]


def test_who_comes_tenth_waits_in_memory(sqlite_database, tmp_path, write_to, caplog):
    held = [Spool(tmp_path / f"spool-{number}.db") for number in range(1, 10)]
    writer = write_to(sqlite_database, tmp_path)
    writer.write(counted())
    writer.close(SECONDS)
    for spool in held:
        spool.close()
    assert turns_in(sqlite_database) == 1
    assert "metrics.spool.failed" in caplog.text


def not_a_database(path):
    path.write_bytes(b"\x00Zzcanary" * 1000)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:6000])


def spoilt_in_the_middle(path):
    """The head is whole, so that it is seen only when the batches are read."""
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    path.write_bytes(content)


def a_folder(path):
    path.unlink()
    path.mkdir()


SPOILING = [not_a_database, cut_short, spoilt_in_the_middle, a_folder]


@pytest.mark.parametrize("spoil", SPOILING, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("name", [FIRST, "spool-2.db"])
def test_a_spoilt_file_does_not_end_the_counting(
    sqlite_database, tmp_path, write_to, spoil, name
):
    folder = tmp_path / "spool"
    folder.mkdir()
    left = Spool(folder / name)
    for _ in range(300):
        left.put(rows(*range(1, 10)))
    left.close()
    spoil(folder / name)
    writer = write_to(sqlite_database, folder)
    writer.write(counted(turn_number=77))
    assert wait_for(
        lambda: (
            writer._reachable and (2**63 - 1, 77) in turn_numbers_in(sqlite_database)
        ),
        SECONDS,
    )


def test_a_read_only_folder_does_not_end_the_counting(
    sqlite_database, tmp_path, write_to, caplog
):
    if os.geteuid() == 0:
        # Root may write anywhere; a file in the folder's place refuses it as well.
        (tmp_path / "spool").write_text("")
    else:
        (tmp_path / "spool").mkdir()
        (tmp_path / "spool").chmod(stat.S_IREAD | stat.S_IEXEC)
    writer = write_to(sqlite_database, tmp_path / "spool")
    writer.write(counted())
    writer.close(SECONDS)
    assert turns_in(sqlite_database) == 1
    assert "metrics.spool.failed" in caplog.text


def of_another_version(**changes):
    """One turn as another version could have put it aside."""
    said = json.loads(to_json(rows(1)))
    said["turns"][0].update(changes.get("row", {}))
    for name in changes.get("without", ()):
        del said["turns"][0][name]
    said.update(changes.get("tables", {}))
    return json.dumps(said)


UNREADABLE = {
    "an unknown column": of_another_version(row={"mood": 5}),
    "a missing column": of_another_version(without=["model"]),
    "an unknown name": of_another_version(row={"intent": "worry_zzcanary"}),
    "an unknown table": of_another_version(tables={"moods": [{"id": 1}]}),
    "an unknown table and column": of_another_version(
        row={"mood": 5}, tables={"moods": [{"id": 1}]}
    ),
    "a number too large": of_another_version(row={"conversation": 2**70}),
    "a list for a value": of_another_version(row={"conversation": [1]}),
    "words": of_another_version(row={"channel": CANARY}),
    "rows that are none": '{"turns": [5], "shown": [], "acts": []}',
    "what was shown is none": of_another_version(tables={"shown": [5]}),
    "a table that is none": '{"turns": null}',
    "no table": "[]",
    "a broken line": '{"turns": [{"id": 1',
    "nothing": "",
    "null": "null",
}


@pytest.mark.parametrize("written", UNREADABLE.values(), ids=UNREADABLE)
def test_a_batch_of_another_version_does_not_hold_up_the_rest(
    empty_database, tmp_path, write_to, caplog, written
):
    left = Spool(tmp_path / FIRST)
    left.put(rows(10))
    left._file.execute(
        "INSERT INTO batches (events, lost, rows) VALUES (1, 0, ?)", (written,)
    )
    left.put(rows(12))
    left.close()
    writer = write_to(empty_database, tmp_path)
    assert wait_for(lambda: not writer.waiting(), 10)
    writer.close(SECONDS)
    came = [number for _, number in turn_numbers_in(empty_database)]
    assert [number for number in came if number != 1] == [10, 12]
    # What could not be read is a loss that somebody can see.
    assert came.count(1) + counter_in(empty_database, "lost_events") == 1
    assert "canary" not in caplog.text.lower()


def test_room_that_runs_out_is_counted_exactly(empty_database, tmp_path, write_to):
    """The database is away until the spool is full; in the end it all adds up."""
    writer = write_to(empty_database, tmp_path / "spool", spool_megabytes=0.1)
    assert wait_for(lambda: writer._reachable, SECONDS)
    held = writer._write
    writer._write = lambda *_: (_ for _ in ()).throw(OSError("away"))
    for number in range(3000):
        writer.write(counted(conversation=number))
        if number % 100 == 0:
            wait_for(lambda: not writer._events.qsize(), SECONDS)
    assert wait_for(lambda: not writer._events.qsize() and writer.lost, SECONDS)
    writer._write = held
    assert wait_for(lambda: not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    came = turn_numbers_in(empty_database)
    lost = counter_in(empty_database, "lost_events")
    assert len(set(came)) == len(came)
    assert lost == writer.lost > 0
    assert len(came) + lost == 3000


FULL_DISK = """
import resource, sys, time
from pathlib import Path
from bot.brokers.count_writer import CountWriter
from tests.metrics.events import counted
from tests.metrics.kept import counter_in, turns_in
from tests.live_server import wait_for

folder = Path(sys.argv[1])
writer = CountWriter(f"sqlite:///{folder}/away/metrics.db", folder / "spool",
                     seconds_between_tries=0.05)
writer.write(counted())
assert wait_for(lambda: writer._spool.waiting() == 1, 30)
# From now on no file may grow beyond this: a full disk, to SQLite.
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
for _ in range(30):
    for _ in range(50):
        writer.write(counted())
    assert wait_for(lambda: not writer._events.qsize(), 30)
assert wait_for(lambda: writer.lost, 30)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
(folder / "away").mkdir()
assert wait_for(lambda: not writer.waiting(), 30)
writer.close(30)
url = f"sqlite:///{folder}/away/metrics.db"
print(turns_in(url), counter_in(url, "lost_events"), writer.lost)
"""


def test_a_full_disk_is_a_counted_loss(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    turns, counted_lost, lost = map(int, done.stdout.split())
    assert turns + lost == 1501
    assert counted_lost == lost > 0


def test_an_empty_folder_gives_one_spool(tmp_path):
    (spool,) = open_spools(tmp_path / "spool")
    spool.close()


def test_no_word_waits_on_disk(tmp_path, spool):
    spool.put(rows(*range(1, 500)))
    for path in tmp_path.iterdir():
        assert b"canary" not in path.read_bytes().lower()


def test_what_was_brought_to_the_database_is_gone_from_the_disk(
    sqlite_database, tmp_path, write_to
):
    """Numbers that join the rows of one conversation must not stay here either."""
    folder = tmp_path / "spool"
    writer = write_to(sqlite_database, folder)
    number = 6_161_616_161_616_161_616
    for _ in range(50):
        writer.write(counted(conversation=number))
    assert wait_for(lambda: turns_in_or_none(sqlite_database) == 50, SECONDS)
    assert wait_for(lambda: not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    for path in folder.iterdir():
        assert str(number).encode() not in path.read_bytes(), path.name


def turns_in_or_none(url):
    try:
        return turns_in(url)
    except Exception:
        return None
