"""`make bench-metrics`: what counting costs, measured on this machine.

A million made-up turns are written as a server writes them, to SQLite and to PostgreSQL
(TEST_POSTGRES_URL says where); then a year at 50,000 turns a day is published and read,
and a day of it folded. Wall time is what a person waits; CPU time is of this process,
all threads of it, and says what it costs where other programs keep the machine busy.
Ends with 1 where a bar was missed.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from bot.brokers.anonymous_sql import AnonymousSqlBroker
from bot.brokers.count_writer import CountWriter
from bot.channels.insights import Insights
from bot.guidance.load import load_library
from bot.metrics.database import engine_for
from bot.metrics.declared import TOTAL, declared
from bot.metrics.folding import KEPT_FOR, fold
from bot.metrics.published import read_figures
from bot.metrics.rows import RANDOM_BITS, Counted, rows_of
from bot.metrics.tables import ACTS, COUNTERS, METADATA, SHOWN, TURNS, insert_rows
from bot.metrics.turn import Turn, content_number
from bot.privacy.quiet_logs import log_quietly
from tests.metrics.events import a_turn, bot, user
from tools.demo_data import fill
from tools.demo_year import DAYS, DemoYear, conversations_for

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/test")
TURNS_WRITTEN = 1_000_000
TURNS_A_DAY = 50_000
# Of so many turns one comes as Rasa's events, through the broker.
ONE_AS_EVENTS = 10
TURNS_OF_ONE_PERSON = 3
# So far the writing may fall behind before more comes.
MOST_BEHIND = 4_000
LOOK_EVERY = 200
READS = 7

# What must hold (issue 7).
BAR_TURN_MS = 0.3
BAR_FOLD_SECONDS = 5.0
BAR_MEGABYTES = 150.0
BAR_READ_MS = 300.0


@dataclass(frozen=True)
class Figure:
    """Something measured, and what it must stay under, if anything."""

    what: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it is not under its bar."""
        return self.bar is not None and not self.value < self.bar


@dataclass(frozen=True)
class Times:
    """Seconds of many tries: by the clock, and of the thread's own CPU."""

    wall: list[float]
    cpu: list[float]

    def take(self, do: Callable[[], object]) -> None:
        """Does it and keeps how long it took."""
        wall, cpu = time.perf_counter(), time.thread_time()
        do()
        self.cpu.append(time.thread_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    def figures(self, what: str, bar: float | None = None) -> list[Figure]:
        """The 50th and 95th percentile and the largest."""
        return [
            Figure(f"{what}, p50", _percentile(self.wall, 0.5), "ms"),
            Figure(f"{what}, p95", _percentile(self.wall, 0.95), "ms", bar),
            Figure(f"{what}, longest", max(self.wall) * 1000, "ms"),
            Figure(f"{what}, CPU p95", _percentile(self.cpu, 0.95), "ms"),
            Figure(f"{what}, CPU of the longest", max(self.cpu) * 1000, "ms"),
        ]


def _percentile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds."""
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1000


@contextmanager
def timed(what: str, bar: float | None = None) -> Iterator[list[Figure]]:
    """Seconds by the clock and of CPU that the block takes."""
    figures: list[Figure] = []
    wall, cpu = time.perf_counter(), time.process_time()
    yield figures
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    figures += [Figure(what, wall, "s", bar), Figure(f"{what}, CPU", cpu, "s")]


def events_of(year: DemoYear, day: date, turns: int) -> list[Counted]:
    """What a day with at least so many turns has, whole conversations."""
    events: list[Counted] = []
    held = 0
    seed = 0
    while held < turns:
        for conversation in year.events(day, random.Random(f"{seed} {day}")):
            events += conversation
            held += sum(isinstance(event, Turn) for event in conversation)
            if held >= turns:
                break
        seed += 1
    return events


def measure_writing(url: str, folder: Path, turns: int) -> list[Figure]:
    """Writes turns as a server does, and makes sure that each is there once."""
    today = datetime.now(UTC).date()
    year = DemoYear(load_library(), today, days=2)
    ready = [
        event
        for event in events_of(year, today, min(turns, 2_000))
        if isinstance(event, Turn)
    ]
    contacts = ("emergency_999", "police_101", "childline", "samaritans", "school_dsl")
    now = time.time()
    as_events = a_turn(
        user(at=now), bot(contacts=contacts, at=now), bot("ask_nation", (), at=now)
    )
    writer = CountWriter(url, folder)
    broker = AnonymousSqlBroker(writer)
    writes, publishes = Times([], []), Times([], [])

    def publish(events: Sequence[dict[str, Any]]) -> None:
        for event in events:
            broker.publish(event)

    shown = 0
    with timed(f"writing {turns:,} turns, drained") as took:
        for place, turn in enumerate(islice(cycle(ready), turns)):
            if place % ONE_AS_EVENTS:
                one = replace(turn, conversation=secrets.randbits(RANDOM_BITS))
                writes.take(lambda one=one: writer.write(one))
                shown += len(one.cards) + len(one.contacts)
            else:
                sender = f"{place // (ONE_AS_EVENTS * TURNS_OF_ONE_PERSON)}"
                events = [{**event, "sender_id": sender} for event in as_events]
                publishes.take(lambda events=events: publish(events))
                shown += 2 + len(contacts)
            if not place % LOOK_EVERY:
                _wait_until(lambda: writer.waiting() < MOST_BEHIND)
        _wait_until(lambda: not writer.waiting())
        # What is on its way from the queue to the disk waits nowhere: this ends it.
        writer.close(seconds=60)
    engine = engine_for(url)
    with engine.connect() as connection:
        found = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (TURNS, SHOWN, ACTS)
        ]
    engine.dispose()
    wrong = sum(abs(a - b) for a, b in zip(found, (turns, shown, 0), strict=True))
    return [
        *publishes.figures("broker.publish of a turn", BAR_TURN_MS),
        *writes.figures("writer.write", BAR_TURN_MS),
        *took,
        Figure("turns a second", turns / took[0].value, ""),
        Figure("events lost", writer.lost, "", 1),
        Figure("rows missing or doubled", wrong, "", 1),
    ]


def _wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.005)


@dataclass(frozen=True)
class MadeUp:
    """What both databases are given.

    Attributes:
        known: the daily counters of a year.
        older, newer: the events of its last day, and of the day after.
    """

    year: DemoYear
    known: dict[Any, int]
    older: list[Counted]
    newer: list[Counted]

    def counters(self) -> dict[Any, int]:
        """The daily counters, as `fill` asks for them."""
        return self.known


def made_up(turns_a_day: int) -> MadeUp:
    """A year at so many turns a day; a short one if they are few."""
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    days = DAYS if turns_a_day == TURNS_A_DAY else DAYS // 10
    a_day = conversations_for(turns_a_day)
    year = DemoYear(load_library(), yesterday, a_day, days=days)
    return MadeUp(
        year,
        year.counters(),
        events_of(year, yesterday, turns_a_day),
        events_of(year, today, turns_a_day),
    )


def measure_year(engine: Engine, made: MadeUp) -> list[Figure]:
    """A year of counters and figures, and beside them the rows of single turns."""
    with timed("a year kept and published") as filling:
        filled = fill(engine, made)
    add_what_may_be(engine, made)
    reads = Times([], [])
    with engine.connect() as connection:
        for _ in range(READS):
            reads.take(lambda: read_figures(connection))
        months = read_figures(connection).starts["month"]
    pages = measure_pages(engine, months)
    # More than there ever are: rows stay for little over a day.
    write_raw(engine, made.newer)
    write_raw(engine, made.older)
    megabytes = size_of(engine) / 1e6
    return [
        Figure("daily counters, as many as can be", rows_in(engine), ""),
        Figure("weeks and months published", filled.published, ""),
        *filling,
        *reads.figures("read_figures", BAR_READ_MS),
        *pages,
        Figure("database: a year and two days' rows", megabytes, "MB", BAR_MEGABYTES),
        *measure_folding(engine, made),
    ]


def measure_pages(engine: Engine, months: Sequence[date]) -> list[Figure]:
    """The insights page, for the first time and then for other months."""
    url = engine.url.render_as_string(hide_password=False)
    insights = Insights(url, load_library())
    first, others = Times([], []), Times([], [])
    first.take(lambda: insights.page(None))
    for month in months[:-1] or months:
        others.take(lambda month=month: insights.page(month))
    insights.close()
    return [
        Figure("insights page, the first", max(first.wall) * 1000, "ms"),
        *others.figures("insights page of another month", BAR_READ_MS),
    ]


def measure_folding(engine: Engine, made: MadeUp) -> list[Figure]:
    """Folds the older of two days."""
    turns = [event for event in made.older if isinstance(event, Turn)]
    due = sum(turn.channel != "helpdesk" for turn in turns)
    before = messages_counted(engine)
    midnight = datetime.combine(datetime.now(UTC).date(), datetime.min.time(), UTC)
    what = f"folding a day of {len(turns):,} turns"
    with timed(what, BAR_FOLD_SECONDS) as took:
        fold(engine, midnight + KEPT_FOR)
    wrong = abs(messages_counted(engine) - before - due)
    return [*took, Figure("messages wrongly counted", wrong, "", 1)]


def messages_counted(engine: Engine) -> int:
    """All messages in the daily counters."""
    here = (COUNTERS.c.metric == "messages") & (COUNTERS.c.breakdown == TOTAL)
    with engine.connect() as connection:
        total = select(func.coalesce(func.sum(COUNTERS.c.number), 0)).where(here)
        return int(connection.execute(total).scalar_one())


def write_raw(engine: Engine, events: Sequence[Counted]) -> None:
    """Writes events as a server's batches do."""
    for start in range(0, len(events), 500):
        with engine.begin() as connection:
            insert_rows(connection, rows_of(events[start : start + 500]))


def add_what_may_be(engine: Engine, made: MadeUp) -> None:
    """Gives every day a counter for every value there is, for the size.

    The year stands for many more people than were made up, who would have met each
    card and contact now and then. What is published stays as it is.
    """
    year, library = made.year, load_library()
    open_lists = {"card": library.cards, "contact": library.contacts}
    missing = []
    for place in range(year.days):
        day = year.first_day + timedelta(days=place)
        for metric in declared().metrics.values():
            for breakdown in metric.by:
                values = [
                    *declared().breakdowns[breakdown].names,
                    *map(content_number, open_lists.get(breakdown, ())),
                ]
                if breakdown == "hour_of_week":
                    values = values[day.weekday() * 24 : day.weekday() * 24 + 24]
                missing += [
                    (day, metric.name, breakdown, value, 1)
                    for value in values
                    if (day, metric.name, breakdown, value) not in made.known
                ]
    names = [column.name for column in COUNTERS.columns]
    rows = [dict(zip(names, row, strict=True)) for row in missing]
    with engine.begin() as connection:
        connection.execute(insert(COUNTERS), rows)


def rows_in(engine: Engine) -> int:
    """How many daily counters there are."""
    with engine.connect() as connection:
        counted = select(func.count()).select_from(COUNTERS)
        return int(connection.execute(counted).scalar_one())


def size_of(engine: Engine) -> int:
    """Bytes of all tables and indexes."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            return int(
                pages * connection.execute(text("PRAGMA page_size")).scalar_one()
            )
        sizes = [
            connection.execute(
                text("SELECT pg_total_relation_size(CAST(:name AS regclass))"),
                {"name": name},
            ).scalar_one()
            for name in METADATA.tables
        ]
    return sum(sizes)


@contextmanager
def databases(kind: str) -> Iterator[list[str]]:
    """The addresses of two empty databases of a kind.

    Raises:
        OperationalError: there is no such database.
    """
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield [f"sqlite:///{folder}/{name}.db" for name in ("writing", "year")]
        return
    engine = engine_for(POSTGRES)
    names = [f"bench_{secrets.token_hex(6)}" for _ in range(2)]
    try:
        with engine.begin() as connection:
            for name in names:
                connection.execute(text(f"CREATE SCHEMA {name}"))
        yield [f"{POSTGRES}?options=-csearch_path%3D{name}" for name in names]
        with engine.begin() as connection:
            for name in names:
                connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


def measure(kind: str, turns: int, made: MadeUp) -> list[Figure]:
    """All figures of one kind of database."""
    with (
        databases(kind) as (writing, reading),
        tempfile.TemporaryDirectory() as folder,
    ):
        figures = measure_writing(writing, Path(folder) / "spool", turns)
        engine = engine_for(reading)
        figures += measure_year(engine, made)
        engine.dispose()
    return figures


def say(kind: str, figures: Sequence[Figure]) -> None:
    """Prints a table."""
    print(f"\n{kind}")
    for one in figures:
        bar = ""
        if one.bar is not None:
            bar = f"under {one.bar:g}" + (" MISSED" if one.is_missed else " ok")
        value = f"{one.value:,.0f}" if not one.unit else f"{one.value:,.3f}"
        print(f"  {one.what:<50} {value:>12} {one.unit:<3} {bar}")
    sys.stdout.flush()


def main() -> int:
    """Returns 1 where a bar was missed or a database is not there."""
    parser = argparse.ArgumentParser(prog="benchmarks.metrics", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS_WRITTEN)
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), action="append", dest="kinds"
    )
    asked = parser.parse_args()
    log_quietly()
    print(f"{asked.turns:,} turns; load of the machine {os.getloadavg()[0]:.1f}")
    with timed("making it all up") as making:
        made = made_up(min(asked.turns, TURNS_A_DAY))
    say("before", making)
    is_missed = False
    for kind in asked.kinds or ("sqlite", "postgresql"):
        try:
            figures = measure(kind, asked.turns, made)
        except OperationalError:
            print(f"\n{kind}: does not answer, so nothing was measured.")
            is_missed = True
            continue
        say(kind, figures)
        is_missed |= any(one.is_missed for one in figures)
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
