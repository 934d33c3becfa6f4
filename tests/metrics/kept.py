"""What a database of the metrics holds, for the tests here."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from bot.metrics.database import engine_for
from bot.metrics.tables import ACTS, COUNTERS, SHOWN, TURNS
from bot.metrics.turn import Act

SATURDAY = date(2026, 11, 21)
# When a conversation of `events.counted` has been over for long.
LATER = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def act(**changes):
    """An act as it is counted."""
    said = {
        "conversation": 5,
        "day": "2026-11-21",
        "hour": 12,
        "turn_number": 0,
        "channel": "webchat",
        "kind": "visit",
        "number": 0,
        **changes,
    }
    return Act(**said)


def in_database(url, statement):
    """The rows of a query, by a connection of its own."""
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return connection.execute(statement).all()
    finally:
        engine.dispose()


def turns_in(url):
    """How many turns wait to be folded."""
    return in_database(url, select(func.count()).select_from(TURNS))[0][0]


def turn_numbers_in(url):
    """Conversation and turn number of each turn, in order: they tell events apart."""
    return sorted(
        map(tuple, in_database(url, select(TURNS.c.conversation, TURNS.c.turn_number)))
    )


def counter(connection, metric, breakdown="total", value=None):
    """The sum of a counter over all days."""
    said = select(func.coalesce(func.sum(COUNTERS.c.number), 0)).where(
        COUNTERS.c.metric == metric, COUNTERS.c.breakdown == breakdown
    )
    if value is not None:
        said = said.where(COUNTERS.c.value == value)
    return int(connection.execute(said).scalar_one())


def counter_in(url, metric, *more):
    """As `counter`, by a connection of its own."""
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return counter(connection, metric, *more)
    finally:
        engine.dispose()


def raw_rows(connection):
    """How many rows of single conversations there are."""
    return sum(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (TURNS, SHOWN, ACTS)
    )


def days(number):
    """So many days."""
    return timedelta(days=number)
