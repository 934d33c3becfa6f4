"""Turns, what they showed, and opinions: the tables up to 0.5, made without Alembic."""

import sqlalchemy as sa
from alembic import op

from bot.metrics.migrations import names
from bot.metrics.migrations.columns import (
    LARGEST,
    LARGEST_CRC,
    NUMBERED,
    day,
    number,
    of_a_turn,
    one_of,
    yes_or_no,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "turns",
        sa.Column("id", NUMBERED, primary_key=True),
        *of_a_turn(index=True),
        *(yes_or_no(f"signal_{name}") for name in names.SIGNALS),
    )
    op.create_table(
        "shown",
        sa.Column(
            "turn",
            NUMBERED,
            sa.ForeignKey("turns.id", ondelete="CASCADE"),
            sa.CheckConstraint(f"turn BETWEEN 1 AND {LARGEST}"),
            primary_key=True,
        ),
        one_of("kind", names.SHOWN_KINDS, primary_key=True),
        number("number", sa.BigInteger, 0, LARGEST_CRC, primary_key=True),
    )
    op.create_table(
        "opinions",
        sa.Column("id", NUMBERED, primary_key=True),
        number("conversation", sa.BigInteger, 0, LARGEST, index=True),
        day(index=True),
        number("hour", sa.SmallInteger, 0, 23),
        one_of("channel", names.CHANNELS),
        yes_or_no("helpful"),
    )


def downgrade() -> None:
    """Drops them."""
    for table in ("opinions", "shown", "turns"):
        op.drop_table(table)
