"""Columns as the migrations make them; see `bot.metrics.tables` for why they are so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.metrics.migrations import names as known

LARGEST = 2**63 - 1
LARGEST_CRC = 2**32 - 1
NUMBERED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, names: Sequence[str], **options: Any) -> sa.Column[Any]:
    """A name out of a list."""
    limited = sa.Enum(
        *names, native_enum=False, create_constraint=True, name=f"known_{name}"
    )
    return sa.Column(name, limited, **{"nullable": False, **options})


def number(
    name: str, kind: Any, least: int, most: int, **options: Any
) -> sa.Column[Any]:
    """A whole number within limits."""
    limits = sa.CheckConstraint(f"{name} BETWEEN {least} AND {most}")
    return sa.Column(
        name, kind, limits, **{"nullable": False, "autoincrement": False, **options}
    )


def yes_or_no(name: str) -> sa.Column[Any]:
    """A truth value."""
    limited = sa.Boolean(create_constraint=True, name=f"known_{name}")
    return sa.Column(name, limited, nullable=False)


def day(name: str = "day", **options: Any) -> sa.Column[Any]:
    """A date."""
    is_date = f"date({name}) IS NOT NULL AND date({name}) = {name}"
    if options.get("nullable"):
        is_date = f"{name} IS NULL OR ({is_date})"
    limits = sa.CheckConstraint(is_date)
    return sa.Column(name, sa.Date, limits, **{"nullable": False, **options})


def of_a_turn(**options: Any) -> list[sa.Column[Any]]:
    """What `turns` has had from the first; the options are those of the first two."""
    return [
        number("conversation", sa.BigInteger, 0, LARGEST, **options),
        day(**options),
        number("hour", sa.SmallInteger, 0, 23),
        number("turn_number", sa.SmallInteger, 1, 999),
        one_of("channel", known.CHANNELS),
        one_of("intent", known.INTENTS),
        one_of("confidence", known.CONFIDENCE_BANDS),
        one_of("urgency", known.URGENCIES),
        yes_or_no("danger_check"),
        yes_or_no("understood"),
        one_of("nation", known.NATIONS, nullable=True),
        one_of("audience", known.AUDIENCES),
        one_of("latency", known.LATENCY_BANDS),
    ]


def of_shown(turns: str) -> list[sa.Column[Any]]:
    """What `shown` had up to 0.5.

    Args:
        turns: the table that its rows belong to.
    """
    return [
        sa.Column(
            "turn",
            NUMBERED,
            sa.ForeignKey(f"{turns}.id", ondelete="CASCADE"),
            sa.CheckConstraint(f"turn BETWEEN 1 AND {LARGEST}"),
            primary_key=True,
        ),
        one_of("kind", known.SHOWN_KINDS, primary_key=True),
        number("number", sa.BigInteger, 0, LARGEST_CRC, primary_key=True),
    ]


def of_an_opinion() -> list[sa.Column[Any]]:
    """What `opinions` had."""
    return [
        sa.Column("id", NUMBERED, primary_key=True),
        number("conversation", sa.BigInteger, 0, LARGEST, index=True),
        day(index=True),
        number("hour", sa.SmallInteger, 0, 23),
        one_of("channel", known.CHANNELS),
        yes_or_no("helpful"),
    ]
