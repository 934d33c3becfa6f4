"""What is done with the metrics from time to time: fold, publish, delete."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Engine

from bot.metrics.folding import fold
from bot.metrics.publishing import publish
from bot.metrics.retention import purge


@dataclass(frozen=True, slots=True)
class Kept:
    """What one housekeeping did: conversations, weeks and months, rows."""

    folded: int
    published: int
    deleted: int


def keep_house(engine: Engine, months: int) -> Kept:
    """Folds, publishes and deletes what is due.

    Args:
        engine: of the database of the metrics.
        months: how many are kept, see `bot.metrics.retention`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses; what was done
            so far stays done.
    """
    # In this order: only what is folded is published, and nothing else is deleted.
    return Kept(fold(engine), publish(engine), purge(engine, months))
