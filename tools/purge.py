"""`make purge`: folds, publishes and deletes what is due, and says what was done."""

from __future__ import annotations

import sys

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BotError
from bot.metrics.database import engine_for
from bot.metrics.housekeeping import keep_house
from bot.metrics.schema import upgrade
from bot.settings import read_settings


def main() -> int:
    """Returns 1 after a sentence if the database cannot be used."""
    try:
        settings = read_settings()
        engine = engine_for(settings.database_url)
        upgrade(engine)
        kept = keep_house(engine, settings.metrics_months)
    except BotError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        name = type(error).__name__
        print(f"DATABASE_URL: the database cannot be used ({name}).", file=sys.stderr)
        return 1
    print(
        f"Conversations folded into daily counters: {kept.folded}\n"
        f"Weeks and months published: {kept.published}\n"
        f"Rows deleted, kept for {settings.metrics_months} months: {kept.deleted}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
