"""Rows become daily counters once, a day after their conversation began."""

import itertools
import random
import threading
import zlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from bot.metrics import folding
from bot.metrics.database import engine_for
from bot.metrics.declared import declared
from bot.metrics.folding import Conversation, count, fold
from bot.metrics.publishing import publish
from bot.metrics.rows import rows_of
from bot.metrics.tables import (
    COUNTERS,
    HOUSEKEEPING,
    METADATA,
    PERIODS_PUBLISHED,
    PUBLISHED,
    insert_rows,
)
from bot.metrics.turn import (
    ACT_KINDS,
    CONFIDENCE_BANDS,
    COUNTED_INTENTS,
    LATENCY_BANDS,
    Act,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES, WORRIES
from tests.metrics.events import counted
from tests.metrics.kept import LATER, SATURDAY, act, counter, days, raw_rows

LONG_AGO, TODAY = date.min, date(2026, 11, 23)
KEY = 6_161_616_161_616_161_616


def number_of(name):
    return name if isinstance(name, int) else zlib.crc32(name.encode())


def rows_by_conversation(events):
    """Rows as `fold` reads them."""
    found = {}
    rows = rows_of(events)
    of_turn = {}
    for row in rows["turns"]:
        found.setdefault(row["conversation"], Conversation()).turns.append(row)
        of_turn[row["id"]] = row["conversation"]
    for row in rows["acts"]:
        found.setdefault(row["conversation"], Conversation()).acts.append(row)
    for row in rows["shown"]:
        found[of_turn[row["turn"]]].shown.add((row["kind"], row["number"]))
    return list(found.values())


def counts(events, not_before=LONG_AGO, today=TODAY):
    return count(rows_by_conversation(events), not_before, today)


# What `metrics.yml` asks, answered a second time, from events and not from rows.


def asked(events):
    """The same counters, worked out slowly."""
    answer = Counter()

    def add(day, metric, **of_it):
        answer[date.fromisoformat(day), metric, "total", 0] += 1
        for breakdown, values in of_it.items():
            for value in set(values):
                answer[
                    date.fromisoformat(day), metric, breakdown, number_of(value)
                ] += 1

    by_number = {}
    for one in events:
        by_number.setdefault(one.conversation, []).append(one)
    for of_one in by_number.values():
        turns = sorted(
            (one for one in of_one if not isinstance(one, Act)),
            key=lambda turn: turn.turn_number,
        )
        acts = [one for one in of_one if isinstance(one, Act)]
        if turns and turns[0].channel == "helpdesk":
            for turn in turns:
                about = turn.intent if turn.intent in WORRIES else "other"
                add(turn.day, "tickets", urgency=[turn.urgency], about=[about])
            continue
        for turn, after in itertools.zip_longest(turns, turns[1:]):
            add(
                turn.day,
                "messages",
                urgency=[turn.urgency],
                understood=["yes" if turn.understood else "no"],
                confidence=[turn.confidence],
                latency=[turn.latency],
                model=[turn.model],
                content=[turn.content],
            )
            if (turn.intent, turn.confidence) == ("report_immediate_danger", "button"):
                add(turn.day, "emergency_presses", channel=[turn.channel])
            if turn.danger_check:
                answers = {
                    "report_immediate_danger": "yes",
                    "affirm": "yes",
                    "deny": "no",
                }
                said = answers.get(after.intent, "other") if after else "other"
                add(turn.day, "danger_checks", danger=[said])
        for one in acts:
            channel = [one.channel]
            if one.kind == "visit":
                add(one.day, "visits", channel=channel)
            elif one.kind == "quick_exit":
                add(one.day, "quick_exits", channel=channel)
            elif one.kind == "handover":
                add(one.day, "handovers", channel=channel)
            elif one.kind == "helpful":
                add(one.day, "opinions", helpful=["yes"])
            elif one.kind == "unhelpful":
                add(one.day, "opinions", helpful=["no"])
                before = [
                    turn.intent
                    for turn in turns
                    if turn.turn_number <= one.turn_number and turn.intent in WORRIES
                ]
                add(one.day, "unhelpful", about=[before[-1] if before else "other"])
        if not turns:
            continue
        first, channel = turns[0], [turns[0].channel]
        nations = [turn.nation for turn in turns if turn.nation]
        start = datetime.fromisoformat(f"{first.day}T{first.hour:02}:00+00:00")
        # UK clocks are an hour ahead from the last Sunday of March to that of October.
        year = start.year
        ahead = [
            max(
                datetime(year, month, day, 1, tzinfo=UTC)
                for day in range(25, 32)
                if date(year, month, day).weekday() == 6
            )
            for month in (3, 10)
        ]
        here = start + timedelta(hours=ahead[0] <= start < ahead[1])
        add(
            first.day,
            "conversations",
            channel=channel,
            nation=[nations[-1] if nations else "not_known"],
            audience=[turns[-1].audience],
            topic=[turn.intent for turn in turns if turn.intent in WORRIES],
            signal=[name for turn in turns for name in turn.signals],
            hour_of_week=[here.weekday() * 24 + here.hour],
        )
        if any(turn.understood for turn in turns):
            add(first.day, "understood_conversations", channel=channel)
        if any(turn.urgency == "emergency" for turn in turns):
            add(first.day, "emergencies", channel=channel)
        missed = "".join(
            "x" if turn.intent == "nlu_fallback" else "." for turn in turns
        )
        if "xx" in missed:
            add(first.day, "two_misses", channel=channel)
        cards = [card for turn in turns for card in turn.cards]
        contacts = [contact for turn in turns for contact in turn.contacts]
        opened = [one.number for one in acts if one.kind == "contact_opened"]
        if cards:
            add(first.day, "advised", channel=channel, card=cards)
        if contacts:
            add(first.day, "signposted", channel=channel, contact=contacts)
        if opened:
            add(first.day, "contact_opened", channel=channel, contact=opened)
        if any(one.kind == "helpful" for one in acts):
            add(first.day, "helped", channel=channel)
    return dict(answer)


def made_up(chance, conversations):
    """Events of conversations of all sorts, over midnight too."""
    events = []
    for number in range(1, conversations + 1):
        channel = chance.choice(
            ("webchat", "webchat", "telegram", "terminal", "helpdesk")
        )
        at = datetime(2026, 11, 20, chance.randrange(24), tzinfo=UTC)
        for turn_number in range(1, chance.choice((1, 2, 3, 8)) + 1):
            at += timedelta(hours=chance.choice((0, 0, 1, 3)))
            events.append(
                counted(
                    conversation=number,
                    day=at.date().isoformat(),
                    hour=at.hour,
                    turn_number=turn_number,
                    channel=channel,
                    intent=chance.choice(
                        (
                            *COUNTED_INTENTS,
                            "nlu_fallback",
                            "nlu_fallback",
                            "affirm",
                            "deny",
                            "report_immediate_danger",
                            *WORRIES,
                        )
                    ),
                    confidence=chance.choice(CONFIDENCE_BANDS),
                    urgency=chance.choice(URGENCIES),
                    danger_check=chance.random() < 0.4,
                    understood=chance.random() < 0.7,
                    nation=chance.choice((None, None, *NATIONS)),
                    audience=chance.choice(AUDIENCES),
                    latency=chance.choice(LATENCY_BANDS),
                    signals=frozenset(chance.sample(SIGNALS, chance.choice((0, 1, 2)))),
                    cards=tuple(chance.sample(range(1, 6), chance.choice((0, 1, 2)))),
                    contacts=tuple(chance.sample(range(7, 12), chance.choice((0, 2)))),
                    model=chance.choice((1, 2)),
                    content=chance.choice((0, 5)),
                )
            )
            if channel != "helpdesk" and chance.random() < 0.5:
                kind = chance.choice(ACT_KINDS)
                events.append(
                    act(
                        conversation=number,
                        day=at.date().isoformat(),
                        hour=at.hour,
                        turn_number=chance.randint(turn_number - 1, turn_number),
                        channel=channel,
                        kind=kind,
                        number=chance.choice((7, 8)) if kind == "contact_opened" else 0,
                    )
                )
    chance.shuffle(events)
    return events


@pytest.mark.parametrize("seed", range(15))
def test_what_is_counted_is_what_was_asked(seed):
    events = made_up(random.Random(seed), 40)
    assert counts(events) == asked(events)


def test_parts_add_up_to_their_whole():
    """The disclosure rule rests on it."""
    answer = Counter(counts(made_up(random.Random(1), 400)))
    known = declared()
    for name, metric in known.metrics.items():
        for breakdown in metric.by:
            parts = Counter()
            for (day, one, by, _), number in answer.items():
                if (one, by) == (name, breakdown):
                    parts[day] += number
            for day in {day for day, *_ in answer}:
                whole = answer[day, name, "total", 0]
                if known.breakdowns[breakdown].is_exact:
                    assert parts[day] == whole, (name, breakdown)
                elif known.breakdowns[breakdown].is_covered:
                    assert parts[day] >= whole, (name, breakdown)


@pytest.mark.parametrize(
    ("day", "hour", "hour_of_week"),
    [
        ("2026-11-23", 0, 0),  # a Monday in winter
        ("2026-11-22", 23, 167),
        ("2026-07-05", 23, 0),  # already Monday in the UK
        ("2026-07-06", 0, 1),
        ("2026-03-29", 0, 144),  # the hour before clocks go forward
        ("2026-03-29", 1, 146),  # there is no hour from 1 to 2
        ("2026-10-25", 0, 145),  # from 1 to 2 for the first time
        ("2026-10-25", 1, 145),  # and for the second
        ("2026-10-25", 2, 146),
    ],
)
def test_the_hour_of_the_week_is_that_of_uk_clocks(day, hour, hour_of_week):
    answer = counts([counted(day=day, hour=hour)])
    (found,) = [
        cell for cell in answer if cell[1:3] == ("conversations", "hour_of_week")
    ]
    assert found[3] == hour_of_week


def test_a_conversation_over_midnight_counts_for_the_day_it_began():
    answer = counts(
        [
            counted(day="2026-11-21", hour=23),
            counted(day="2026-11-22", hour=0, turn_number=2),
        ]
    )
    assert answer[SATURDAY, "conversations", "total", 0] == 1
    assert not any(cell[:2] == (SATURDAY + days(1), "conversations") for cell in answer)
    assert answer[SATURDAY + days(1), "messages", "total", 0] == 1


def test_a_ticket_is_no_conversation():
    answer = counts([counted(channel="helpdesk")])
    assert {metric for _, metric, _, _ in answer} == {"tickets"}


def test_an_expired_metric_is_not_counted():
    expires = declared().metrics["visits"].expires_on
    before, after = (counts([act()], today=expires + days(n)) for n in (-1, 0))
    assert (len(before), after) == (2, {})


def test_what_is_late_counts_for_the_first_day_that_is_open():
    answer = counts([counted(), act()], not_before=date(2026, 11, 30))
    assert {cell[0] for cell in answer} == {date(2026, 11, 30)}


# With a database.


@pytest.fixture
def filled(engine):
    with engine.begin() as connection:
        insert_rows(connection, rows_of(made_up(random.Random(8), 60)))
    return engine


def counters_in(engine):
    with engine.connect() as connection:
        return {tuple(row[:4]): row[4] for row in connection.execute(select(COUNTERS))}


def put(engine, *events):
    with engine.begin() as connection:
        insert_rows(connection, rows_of(events))


def test_folding_writes_what_was_counted_and_leaves_no_row(filled):
    assert fold(filled, LATER) == 60
    assert counters_in(filled) == asked(made_up(random.Random(8), 60))
    with filled.connect() as connection:
        assert raw_rows(connection) == 0
    assert fold(filled, LATER) == 0


def test_folding_in_pieces_comes_to_the_same(filled, monkeypatch):
    monkeypatch.setattr(folding, "CONVERSATIONS_AT_ONCE", 7)
    assert fold(filled, LATER) == 60
    assert counters_in(filled) == asked(made_up(random.Random(8), 60))


@pytest.mark.parametrize(
    ("now", "folded"),
    [
        (datetime(2026, 11, 21, 12, 30, tzinfo=UTC), 0),
        (datetime(2026, 11, 22, 12, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 22, 13, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 29, tzinfo=UTC), 1),
    ],
)
def test_a_row_is_folded_after_a_day_and_not_before(engine, now, folded):
    put(engine, counted(hour=12))
    assert fold(engine, now) == folded


def test_a_conversation_is_folded_whole(engine):
    """Its last words were written less than a day ago, and go with the first."""
    put(
        engine,
        counted(hour=3),
        counted(hour=14, turn_number=2),
        act(conversation=2**63 - 1, hour=14, turn_number=2, kind="helpful"),
    )
    assert fold(engine, datetime(2026, 11, 22, 4, tzinfo=UTC)) == 1
    with engine.connect() as connection:
        assert raw_rows(connection) == 0
        assert counter(connection, "helped") == 1


def test_no_key_is_left_after_folding(engine):
    put(
        engine,
        counted(conversation=KEY),
        act(conversation=KEY),
        act(conversation=KEY - 1),
    )
    fold(engine, LATER)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                assert not {KEY, KEY - 1} & {*row}
                # Nor any other number as long as a random one.
                assert not [n for n in row if isinstance(n, int) and n >= 2**33]


def test_no_key_is_left_in_the_files_of_sqlite(sqlite_database, tmp_path):
    engine = engine_for(sqlite_database)
    from bot.metrics.schema import upgrade

    upgrade(engine)
    for n in range(200):
        put(engine, counted(conversation=KEY + n))
    fold(engine, LATER)
    engine.dispose()
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for n in range(200):
            assert (KEY + n).to_bytes(8, "big") not in content, path.name


def test_what_comes_late_is_counted_once_and_changes_nothing_published(filled):
    fold(filled, LATER)
    publish(filled, date(2026, 12, 10))
    with filled.connect() as connection:
        before = connection.execute(select(PUBLISHED)).all()
        periods = connection.execute(select(PERIODS_PUBLISHED)).all()
    old = sum(
        number
        for cell, number in counters_in(filled).items()
        if cell[1:3] == ("messages", "total")
    )
    put(filled, *(counted(conversation=number) for number in range(9)))
    assert fold(filled, datetime(2026, 12, 10, tzinfo=UTC)) == 9
    publish(filled, date(2026, 12, 10))
    with filled.connect() as connection:
        assert connection.execute(select(PUBLISHED)).all() == before
        assert connection.execute(select(PERIODS_PUBLISHED)).all() == periods
        assert counter(connection, "messages") == old + 9
    late = {cell[0] for cell in counters_in(filled)} - set(
        map(date, [2026] * 2, [11] * 2, (20, 21))
    )
    assert max(late) > max(starts for period, starts in periods if period == "week")


def test_two_servers_that_fold_at_once_count_once(filled, monkeypatch):
    monkeypatch.setattr(folding, "CONVERSATIONS_AT_ONCE", 5)
    folded, failed = [], []
    start = threading.Barrier(3)

    def one():
        mine = engine_for(filled.url.render_as_string(hide_password=False))
        start.wait()
        for _ in range(200):
            try:
                folded.append(fold(mine, LATER))
                break
            except OperationalError as error:
                # SQLite may be busy; housekeeping tries again.
                failed.append(error)
        mine.dispose()

    servers = [threading.Thread(target=one) for _ in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join(60)
    assert len(folded) == 3
    assert counters_in(filled) == asked(made_up(random.Random(8), 60))
    with filled.connect() as connection:
        assert (
            connection.execute(select(func.count()).select_from(HOUSEKEEPING)).scalar()
            == 1
        )


@pytest.mark.parametrize("place", ["count", "add_counters", "_drop", "commit"])
def test_a_crash_in_mid_fold_loses_and_doubles_nothing(filled, monkeypatch, place):
    def crash(*_):
        raise RuntimeError("the machine is gone")

    if place == "commit":
        event.listen(filled, "commit", crash)
    else:
        monkeypatch.setattr(folding, place, crash)
    with pytest.raises(RuntimeError):
        fold(filled, LATER)
    if place == "commit":
        event.remove(filled, "commit", crash)
    else:
        monkeypatch.undo()
    assert counters_in(filled) == {}
    assert fold(filled, LATER) == 60
    assert counters_in(filled) == asked(made_up(random.Random(8), 60))


def test_a_row_that_comes_while_its_conversation_is_folded_is_not_lost(
    engine, monkeypatch
):
    """Its server was cut off for a day; another one folds meanwhile (`make purge`)."""
    put(engine, counted(conversation=5))
    late = engine_for(engine.url.render_as_string(hide_password=False))
    add_counters = folding.add_counters
    refused = []

    def add_and_hear_more(*told):
        add_counters(*told)
        monkeypatch.setattr(folding, "add_counters", add_counters)
        try:
            put(late, counted(conversation=5, turn_number=2))
        except OperationalError as error:
            # SQLite has one who writes at a time: it will be tried again.
            refused.append(error)

    monkeypatch.setattr(folding, "add_counters", add_and_hear_more)
    fold(engine, LATER)
    if refused:
        put(late, counted(conversation=5, turn_number=2))
    fold(engine, LATER)
    late.dispose()
    with engine.connect() as connection:
        assert raw_rows(connection) == 0
        assert counter(connection, "messages") == 2


def test_the_tables_know_every_counter(engine):
    """What is counted can be kept, of every metric and breakdown."""
    with engine.begin() as connection:
        for name, metric in declared().metrics.items():
            for breakdown in ("total", *metric.by):
                connection.execute(
                    insert(METADATA.tables["counters"]).values(
                        day=SATURDAY,
                        metric=name,
                        breakdown=breakdown,
                        value=0,
                        number=1,
                    )
                )
