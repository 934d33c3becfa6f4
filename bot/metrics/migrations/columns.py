"""Columns as the migrations make them; see `bot.metrics.tables` for why they are so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

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
