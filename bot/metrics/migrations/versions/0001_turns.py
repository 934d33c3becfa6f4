"""Turns, what they showed, and opinions: the tables up to 0.5, made without Alembic."""

import sqlalchemy as sa
from alembic import op

from bot.metrics.migrations import names
from bot.metrics.migrations.columns import (
    NUMBERED,
    of_a_turn,
    of_an_opinion,
    of_shown,
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
        *of_shown("turns"),
    )
    op.create_table(
        "opinions",
        *of_an_opinion(),
    )


def downgrade() -> None:
    """Drops them."""
    for table in ("opinions", "shown", "turns"):
        op.drop_table(table)
