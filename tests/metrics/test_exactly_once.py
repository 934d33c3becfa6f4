"""Every event once: through outages, unknown outcomes, and servers that are killed."""

import contextlib
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import make_url

from bot.brokers.count_writer import CountWriter
from bot.metrics.spool import Spool
from tests.live_server import ROOT, wait_for
from tests.metrics.events import counted
from tests.metrics.kept import counter_in, turn_numbers_in

OUTAGE = float(os.environ.get("METRICS_OUTAGE", "3"))
SECONDS = 60
KILLS = 20


class Line:
    """A way to PostgreSQL that can be cut, and that can swallow an answer.

    Attributes:
        port: where it listens.
        is_cut: whether nothing passes.
        swallows: how many answers to COMMIT are yet to be swallowed.
        swallowed: how many were.
    """

    def __init__(self, host, port):
        self._to = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.is_cut = False
        self.swallows = self.swallowed = 0
        self._open = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self):
        """Ends what is open, in mid-word; nothing new comes through."""
        self.is_cut = True
        with self._lock:
            ends = [end for pair in self._open for end in pair]
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.cut()
        self._listener.close()

    def _listen(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            pair = (near, socket.create_connection(self._to))
            with self._lock:
                self._open.add(pair)
            state = {"commits": False}
            for ends in (pair, pair[::-1]):
                args = (*ends, pair, state, ends is pair)
                threading.Thread(target=self._pass, args=args, daemon=True).start()

    def _pass(self, source, target, pair, state, is_question):
        try:
            while data := source.recv(65536):
                if is_question and b"COMMIT" in data and self.swallows:
                    state["commits"] = True
                elif not is_question and state["commits"]:
                    # The database has done it, and nobody will ever hear.
                    self.swallows -= 1
                    self.swallowed += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        with self._lock:
            self._open.discard(pair)
        for end in pair:
            # Closing alone would not wake whoever reads from the other end.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(postgres_database):
    url = make_url(postgres_database)
    line = Line(url.host or "127.0.0.1", url.port or 5432)
    yield line
    line.close()


@pytest.fixture
def write_to(tmp_path):
    """Makes writers, and ends them with the test."""
    made = []

    def make(url):
        made.append(CountWriter(url, tmp_path / "spool", seconds_between_tries=0.1))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


def through(line, url):
    return make_url(url).set(host="127.0.0.1", port=line.port).render_as_string(False)


def write_for(writer, seconds, start):
    """Writes under load; returns the next number and the seconds that each call took.

    Waiting counts: it is what a turn would feel.
    """
    took = []
    ends = time.monotonic() + seconds
    number = start
    while time.monotonic() < ends:
        for _ in range(10):
            event = counted(conversation=number, turn_number=number % 999 + 1)
            before = time.perf_counter()
            writer.write(event)
            took.append(time.perf_counter() - before)
            number += 1
        time.sleep(0.02)
    return number, took


def events_up_to(number):
    return [(one, one % 999 + 1) for one in range(number)]


def check_all_came(writer, url, number, took):
    assert wait_for(lambda: not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    assert turn_numbers_in(url) == events_up_to(number)
    assert counter_in(url, "lost_events") == 0
    assert statistics.quantiles(took, n=100)[-1] < 0.001


@contextmanager
def locked(url, _):
    """Another process holds the database, as a backup does."""
    path = make_url(url).database
    code = (
        "import sqlite3, sys\n"
        f"c = sqlite3.connect({path!r}, isolation_level=None)\n"
        "c.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    yield
    holder.stdin.close()
    holder.wait(SECONDS)
    holder.stdout.close()


@contextmanager
def moved(url, tmp_path):
    """Its folder is not there for a while."""
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    yield
    (tmp_path / "elsewhere").rename(tmp_path / "data")


@pytest.mark.parametrize("away", [locked, moved])
def test_sqlite_that_is_away_costs_no_event_and_no_time(away, write_to, tmp_path):
    (tmp_path / "data").mkdir()
    url = f"sqlite:///{tmp_path}/data/metrics.db"
    writer = write_to(url)
    number, took = write_for(writer, 0.5, 0)
    assert wait_for(lambda: writer._reachable and not writer.waiting(), SECONDS)
    with away(url, tmp_path):
        number, more = write_for(writer, OUTAGE, number)
        assert writer.waiting()
    number, last = write_for(writer, 0.5, number)
    check_all_came(writer, url, number, took + more + last)


@pytest.mark.service
def test_postgres_that_is_away_costs_no_event_and_no_time(
    line, postgres_database, write_to
):
    writer = write_to(through(line, postgres_database))
    number, took = write_for(writer, 0.5, 0)
    assert wait_for(lambda: writer._reachable and not writer.waiting(), SECONDS)
    line.cut()
    number, more = write_for(writer, OUTAGE, number)
    assert writer.waiting()
    assert not writer.is_reachable
    line.is_cut = False
    number, last = write_for(writer, 0.5, number)
    check_all_came(writer, postgres_database, number, took + more + last)


@pytest.mark.service
def test_a_line_that_breaks_in_mid_word_doubles_nothing(
    line, postgres_database, write_to
):
    writer = write_to(through(line, postgres_database))
    number, chance = 0, random.Random(5)
    for _ in range(12):
        number, _ = write_for(writer, chance.uniform(0.02, 0.2), number)
        line.cut()
        line.is_cut = False
    check_all_came(writer, postgres_database, number, [0, 0])


@pytest.mark.service
def test_a_commit_whose_answer_is_lost_is_not_done_twice(
    line, postgres_database, write_to
):
    writer = write_to(through(line, postgres_database))
    number, _ = write_for(writer, 0.2, 0)
    assert wait_for(lambda: writer._reachable and not writer.waiting(), SECONDS)
    line.swallows = 5
    while line.swallows > 0 and number < 20_000:
        number, _ = write_for(writer, 0.2, number)
    assert line.swallowed == 5
    check_all_came(writer, postgres_database, number, [0, 0])


@pytest.mark.parametrize("is_written", [True, False])
def test_a_crash_between_database_and_spool_doubles_nothing(
    empty_database, write_to, tmp_path, is_written
):
    """Killed after the rows are in the database and before they leave the spool."""
    writer = write_to(empty_database)
    drop = writer._spool.drop
    if is_written:
        writer._spool.drop = lambda _: (_ for _ in ()).throw(sqlite3.OperationalError())
    for number in range(100):
        writer.write(counted(conversation=number, turn_number=number + 1))
    if is_written:
        assert wait_for(lambda: writer._reachable is False, SECONDS)
    writer.close(SECONDS)
    writer._spool.drop = drop
    again = write_to(empty_database)
    assert wait_for(lambda: not again.waiting(), SECONDS)
    again.close(SECONDS)
    assert turn_numbers_in(empty_database) == [(n, n + 1) for n in range(100)]


KILLED = """
import os, sys, time
from pathlib import Path
from bot.brokers.count_writer import CountWriter
from tests.metrics.events import counted

writer = CountWriter(sys.argv[1], Path(sys.argv[2]), seconds_between_tries=0.1)
number = int(sys.argv[3])
while True:
    for _ in range(5):
        writer.write(counted(conversation=number, turn_number=number % 999 + 1))
        os.write(1, b"%d %f\\n" % (number, time.monotonic()))
        number += 1
    time.sleep(0.005)
"""


def test_a_server_that_is_killed_loses_a_tenth_of_a_second_at_most(
    empty_database, tmp_path, write_to
):
    """Twenty times, at any moment: at the start, in a batch, between two files."""
    chance, next_number, said = random.Random(3), 0, {}
    killed = []
    for _ in range(KILLS):
        server = subprocess.Popen(
            [
                sys.executable,
                "-c",
                KILLED,
                empty_database,
                str(tmp_path / "spool"),
                str(next_number),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        first = server.stdout.readline()
        time.sleep(chance.uniform(0, 0.3))
        server.send_signal(signal.SIGKILL)
        killed.append(time.monotonic())
        lines = (first + server.stdout.read()).split(b"\n")[:-1]
        server.stdout.close()
        server.wait(SECONDS)
        for line in lines:
            number, at = line.split()
            said[int(number)] = (float(at), killed[-1])
        # One that was written and not said any more, at most.
        next_number = max(said) + 2
    writer = write_to(empty_database)
    assert wait_for(lambda: writer._reachable and not writer.waiting(), SECONDS)
    writer.close(SECONDS)
    came = [number for number, _ in turn_numbers_in(empty_database)]
    assert len(set(came)) == len(came)
    assert len(came) > 100
    missing = [said[number] for number in set(said) - set(came)]
    ages = dict.fromkeys(killed, 0.0) | {
        end: max(end - at for at, its in missing if its == end)
        for end in {end for _, end in missing}
    }
    # The machine may have held up one or other process; never the most of them.
    assert statistics.median(ages.values()) <= 0.1
    assert max(ages.values()) <= 1.0


def test_a_spool_killed_while_it_writes_is_whole(tmp_path):
    code = (
        "import sys\nfrom bot.metrics.spool import Spool\n"
        "from bot.metrics.rows import rows_of\n"
        "from tests.metrics.events import counted\n"
        "spool = Spool(sys.argv[1])\nprint('on', flush=True)\n"
        "while True:\n"
        "    spool.put(rows_of([counted(turn_number=n) for n in range(1, 40)]))\n"
        "    if spool.waiting() > 4000: spool.drop(spool.first(50)[-1].number)\n"
    )
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "spool-1.db")],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert child.stdout.readline() == b"on\n"
        time.sleep(0.2)
        child.kill()
        child.wait(SECONDS)
        child.stdout.close()
        spool = Spool(tmp_path / "spool-1.db")
        assert spool.waiting() == 39 * len(spool.first(100_000))
        spool.close()
