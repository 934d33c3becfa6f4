"""The tables of the metrics. No column can hold text.

Names are kept in columns that the database itself limits to the project's fixed names;
cards and contacts are kept as numbers (`bot.metrics.turn.content_number`).
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
    Turn,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES

METADATA: Final = MetaData()
SHOWN_KINDS: Final = ("card", "contact")


def _one_of(name: str, names: Sequence[str], nullable: bool = False) -> Column[Any]:
    """A column that the database limits to fixed names."""
    limited = Enum(
        *names, native_enum=False, create_constraint=True, name=f"known_{name}"
    )
    return Column(name, limited, nullable=nullable)


# SQLite gives only its own INTEGER a running number.
_Id = BigInteger().with_variant(Integer(), "sqlite")

TURNS: Final = Table(
    "turns",
    METADATA,
    Column("id", _Id, primary_key=True),
    Column("conversation", BigInteger, nullable=False, index=True),
    Column("day", Date, nullable=False, index=True),
    Column(
        "hour", SmallInteger, CheckConstraint("hour BETWEEN 0 AND 23"), nullable=False
    ),
    Column("turn_number", SmallInteger, nullable=False),
    _one_of("channel", CHANNELS),
    _one_of("intent", COUNTED_INTENTS),
    _one_of("confidence", CONFIDENCE_BANDS),
    _one_of("urgency", URGENCIES),
    Column("danger_check", Boolean, nullable=False),
    Column("understood", Boolean, nullable=False),
    _one_of("nation", NATIONS, nullable=True),
    _one_of("audience", AUDIENCES),
    _one_of("latency", LATENCY_BANDS),
    *(Column(f"signal_{name}", Boolean, nullable=False) for name in SIGNALS),
)
SHOWN: Final = Table(
    "shown",
    METADATA,
    Column("turn", _Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "kind",
        Enum(
            *SHOWN_KINDS, native_enum=False, create_constraint=True, name="known_kind"
        ),
        primary_key=True,
    ),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
)


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
