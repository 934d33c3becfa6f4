"""The tables of the metrics. No column can hold text.

Names are kept in columns that the database itself limits to the project's fixed names;
cards and contacts are kept as numbers (`bot.metrics.turn.content_number`). SQLite takes
text in a column of any type, so every column has a check that text does not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
)
from sqlalchemy.engine import Connection

from bot.metrics.turn import (
    CHANNELS,
    CONFIDENCE_BANDS,
    COUNTED_INTENTS,
    LATENCY_BANDS,
    MOST_TURNS,
    Opinion,
    Turn,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES

METADATA: Final = MetaData()
SHOWN_KINDS: Final = ("card", "contact")
# What a signed BIGINT holds.
LARGEST: Final = 2**63 - 1
# `content_number` is a CRC-32.
LARGEST_CRC: Final = 2**32 - 1


def _one_of(name: str, names: Sequence[str], nullable: bool = False) -> Column[Any]:
    """A column that the database limits to fixed names."""
    limited = Enum(
        *names, native_enum=False, create_constraint=True, name=f"known_{name}"
    )
    return Column(name, limited, nullable=nullable)


def _number(name: str, kind: Any, least: int, most: int, **options: Any) -> Column[Any]:
    """A whole number; to SQLite every text is greater than every number."""
    limits = CheckConstraint(f"{name} BETWEEN {least} AND {most}")
    return Column(name, kind, limits, nullable=False, **options)


def _yes_or_no(name: str) -> Column[Any]:
    limited = Boolean(create_constraint=True, name=f"known_{name}")
    return Column(name, limited, nullable=False)


# SQLite gives only its own INTEGER a running number.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def _day() -> Column[Any]:
    # In SQLite a date is text of its own making, and `date` is NULL for any other.
    limits = CheckConstraint("date(day) IS NOT NULL AND date(day) = day")
    return Column("day", Date, limits, nullable=False, index=True)


TURNS: Final = Table(
    "turns",
    METADATA,
    Column("id", _Id, primary_key=True),
    _number("conversation", BigInteger, 0, LARGEST, index=True),
    _day(),
    _number("hour", SmallInteger, 0, 23),
    _number("turn_number", SmallInteger, 1, MOST_TURNS),
    _one_of("channel", CHANNELS),
    _one_of("intent", COUNTED_INTENTS),
    _one_of("confidence", CONFIDENCE_BANDS),
    _one_of("urgency", URGENCIES),
    _yes_or_no("danger_check"),
    _yes_or_no("understood"),
    _one_of("nation", NATIONS, nullable=True),
    _one_of("audience", AUDIENCES),
    _one_of("latency", LATENCY_BANDS),
    *(_yes_or_no(f"signal_{name}") for name in SIGNALS),
)
SHOWN: Final = Table(
    "shown",
    METADATA,
    Column(
        "turn",
        _Id,
        ForeignKey("turns.id", ondelete="CASCADE"),
        CheckConstraint(f"turn BETWEEN 1 AND {LARGEST}"),
        primary_key=True,
    ),
    Column(
        "kind",
        Enum(
            *SHOWN_KINDS, native_enum=False, create_constraint=True, name="known_kind"
        ),
        primary_key=True,
    ),
    _number(
        "number", BigInteger, 0, LARGEST_CRC, primary_key=True, autoincrement=False
    ),
)


OPINIONS: Final = Table(
    "opinions",
    METADATA,
    Column("id", _Id, primary_key=True),
    _number("conversation", BigInteger, 0, LARGEST, index=True),
    _day(),
    _number("hour", SmallInteger, 0, 23),
    _one_of("channel", CHANNELS),
    _yes_or_no("helpful"),
)


def insert_opinions(connection: Connection, opinions: Sequence[Opinion]) -> None:
    """Adds opinions, within the connection's transaction."""
    rows = [
        {
            "conversation": opinion.conversation,
            "day": date.fromisoformat(opinion.day),
            "hour": opinion.hour,
            "channel": opinion.channel,
            "helpful": opinion.helpful,
        }
        for opinion in opinions
    ]
    if rows:
        connection.execute(OPINIONS.insert(), rows)


def insert_turns(connection: Connection, turns: Sequence[Turn]) -> None:
    """Adds turns and what they showed, within the connection's transaction."""
    for turn in turns:
        result = connection.execute(TURNS.insert().values(**_columns(turn)))
        (number,) = result.inserted_primary_key
        shown = [
            {"turn": number, "kind": kind, "number": content}
            for kind, contents in (("card", turn.cards), ("contact", turn.contacts))
            for content in contents
        ]
        if shown:
            connection.execute(SHOWN.insert(), shown)


def _columns(turn: Turn) -> dict[str, Any]:
    return {
        "conversation": turn.conversation,
        "day": date.fromisoformat(turn.day),
        "hour": turn.hour,
        "turn_number": turn.turn_number,
        "channel": turn.channel,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "urgency": turn.urgency,
        "danger_check": turn.danger_check,
        "understood": turn.understood,
        "nation": turn.nation,
        "audience": turn.audience,
        "latency": turn.latency,
        **{f"signal_{name}": name in turn.signals for name in SIGNALS},
    }
