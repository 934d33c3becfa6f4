"""Rows that are folded into daily counters, and figures that may be published.

Opinions become acts. Going back keeps the rows that are not folded yet and loses the
counters, which the older tables cannot hold.
"""

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
    of_an_opinion,
    of_shown,
    one_of,
    yes_or_no,
)

revision = "0002"
down_revision = "0001"

# What both kinds of `turns` have.
COMMON = (
    "id, conversation, day, hour, turn_number, channel, intent, confidence, urgency, "
    "danger_check, understood, nation, audience, latency, "
    + ", ".join(f"signal_{name}" for name in names.SIGNALS)
)
INDEXED = ("conversation", "day")


def _key(name: str, *more: sa.schema.SchemaItem) -> sa.Column:
    limits = sa.CheckConstraint(f"{name} BETWEEN 0 AND {LARGEST}")
    return sa.Column(
        name, NUMBERED, *more, limits, primary_key=True, autoincrement=False
    )


def upgrade() -> None:
    """Makes the new tables and takes over what is there."""
    # A table of SQLite cannot be changed, so that it is made anew beside the old one.
    op.create_table(
        "new_turns",
        _key("id"),
        *of_a_turn(),
        number("model", sa.BigInteger, 0, LARGEST_CRC),
        number("content", sa.BigInteger, 0, LARGEST_CRC),
        *(yes_or_no(f"signal_{name}") for name in names.SIGNALS),
    )
    op.create_table(
        "new_shown",
        _key("turn", sa.ForeignKey("new_turns.id", ondelete="CASCADE")),
        one_of("kind", names.SHOWN_KINDS, primary_key=True),
        number("number", sa.BigInteger, 0, LARGEST_CRC, primary_key=True),
    )
    op.create_table(
        "acts",
        _key("id"),
        number("conversation", sa.BigInteger, 0, LARGEST, index=True),
        day(index=True),
        number("hour", sa.SmallInteger, 0, 23),
        number("turn_number", sa.SmallInteger, 0, 999),
        one_of("channel", names.CHANNELS),
        one_of("kind", names.ACT_KINDS),
        number("number", sa.BigInteger, 0, LARGEST_CRC),
    )
    op.execute(
        f"INSERT INTO new_turns ({COMMON}, model, content) "  # noqa: S608
        f"SELECT {COMMON}, 0, 0 FROM turns"
    )
    op.execute(
        "INSERT INTO new_shown (turn, kind, number) "
        "SELECT turn, kind, number FROM shown"
    )
    op.execute(
        "INSERT INTO acts (id, conversation, day, hour, turn_number, channel, kind, "
        "number) SELECT id, conversation, day, hour, 0, channel, "
        "CASE WHEN helpful THEN 'helpful' ELSE 'unhelpful' END, 0 FROM opinions"
    )
    _take_the_place("shown", "turns", "opinions")
    op.create_table(
        "counters",
        day(primary_key=True),
        one_of("metric", names.METRICS, primary_key=True),
        one_of("breakdown", names.BREAKDOWNS, primary_key=True),
        number("value", sa.BigInteger, 0, LARGEST_CRC, primary_key=True),
        number("number", sa.BigInteger, 1, LARGEST),
    )
    op.create_table(
        "periods",
        one_of("period", ("week", "month"), primary_key=True),
        day("starts", primary_key=True),
    )
    op.create_table(
        "published",
        day("starts", primary_key=True),
        one_of("metric", names.METRICS, primary_key=True),
        one_of("breakdown", names.BREAKDOWNS, primary_key=True),
        number("value", sa.BigInteger, -1, LARGEST_CRC, primary_key=True),
        number("figure", sa.BigInteger, 8, LARGEST, nullable=True),
        sa.CheckConstraint("figure % 5 = 0", name="is_rounded"),
    )
    op.create_table(
        "spools",
        number("spool", sa.BigInteger, 0, LARGEST, primary_key=True),
        number("written", sa.BigInteger, 0, LARGEST),
        day(),
    )
    op.create_table(
        "housekeeping",
        number("id", sa.SmallInteger, 1, 1, primary_key=True),
        number("times", sa.BigInteger, 0, LARGEST),
        yes_or_no("is_demo"),
        day("since", nullable=True),
    )
    # What is new was not counted before, and 0 would not be true.
    op.execute(
        "INSERT INTO housekeeping (id, times, is_demo, since) "
        "SELECT 1, 0, false, CURRENT_DATE WHERE EXISTS (SELECT 1 FROM turns)"
    )


def downgrade() -> None:
    """Makes the old tables again, with the rows that are not folded yet."""
    op.create_table(
        "new_turns",
        sa.Column("id", NUMBERED, primary_key=True),
        *of_a_turn(),
        *(yes_or_no(f"signal_{name}") for name in names.SIGNALS),
    )
    op.create_table(
        "new_shown",
        *of_shown("new_turns"),
    )
    op.create_table(
        "opinions",
        *of_an_opinion(),
    )
    op.execute(
        f"INSERT INTO new_turns ({COMMON}) SELECT {COMMON} FROM turns"  # noqa: S608
    )
    op.execute(
        "INSERT INTO new_shown (turn, kind, number) "
        "SELECT turn, kind, number FROM shown"
    )
    op.execute(
        "INSERT INTO opinions (id, conversation, day, hour, channel, helpful) "
        "SELECT id, conversation, day, hour, channel, kind = 'helpful' FROM acts "
        "WHERE kind IN ('helpful', 'unhelpful')"
    )
    _take_the_place("shown", "turns", "acts")
    for table in ("housekeeping", "spools", "published", "periods", "counters"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        # There a running number goes on where it is told. Random ones are far above.
        for table in ("turns", "opinions"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                f"coalesce(max(id), 0) + 1, false) FROM {table} WHERE id < {2**40}"
            )


def _take_the_place(*old: str) -> None:
    """Drops old tables, and gives their names and indexes to the new ones."""
    for table in old:
        op.drop_table(table)
    for table in ("turns", "shown"):
        op.rename_table(f"new_{table}", table)
    for column in INDEXED:
        op.create_index(f"ix_turns_{column}", "turns", [column])
