"""Writes what the privacy papers say of data and times, from the code that decides.

A paper has places such as `<!-- from the code: months -->13<!-- end -->`. What stands
in them is made here from `metrics.yml`, the tables, the settings' defaults, constants
and `contacts.yml`, so no number is typed twice. Run by `make privacy`; a test fails
while a paper and the code differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.brokers.anonymous_sql import SECONDS_OF_A_NUMBER
from bot.brokers.count_writer import MOST_WAITING, SECONDS_BETWEEN_HOUSEKEEPING
from bot.channels import (
    helpdesk,
    helpdesk_raising,
    helpdesk_work,
    school_requests,
    telegram,
    telegram_talk,
    webchat,
)
from bot.channels.sessions import MOST_SESSIONS
from bot.clients import generic_desk
from bot.errors import BotError
from bot.guidance.load import load_library
from bot.metrics.declared import declared
from bot.metrics.disclosure import LARGEST_HIDDEN, RULE, STEP
from bot.metrics.folding import KEPT_FOR
from bot.metrics.publishing import DAYS_UNTIL_CLOSED
from bot.metrics.tables import METADATA
from bot.metrics.turn import ACT_KINDS
from bot.settings import (
    DEFAULT_METRICS_MONTHS,
    DEFAULT_SESSION_MINUTES,
    DEFAULT_SPOOL_MEGABYTES,
    DEFAULT_TELEGRAM_MESSAGES_A_SECOND,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS

DOCS: Final = Path(__file__).parent.parent / "docs"
PLACE: Final = re.compile(
    r"(?P<opens><!-- from (?P<source>metrics\.yml|the code|contacts\.yml): "
    r"(?P<name>\w+) -->)(?P<said>.*?)(?P<closes><!-- end -->)",
    re.DOTALL,
)
HOUR: Final = 60 * 60
# The tables that are not declared in metrics.yml: they hold no rows of conversations.
OTHER_TABLES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "counters": (
        "What was counted on a day, one breakdown at a time. Never shown as it is: "
        "only disclosure control reads it.",
        {
            "day": "the date (UTC)",
            "metric": "which figure",
            "breakdown": "what it is split by, or `total`",
            "value": "a number for the value of the breakdown",
            "number": "how many",
        },
    ),
    "published": (
        "The figures after disclosure control, which never change again.",
        {
            "starts": "the first day of the week or month",
            "metric": "which figure",
            "breakdown": "what it is split by, or `total`",
            "value": "a number for the value of the breakdown",
            "figure": "the rounded count; empty where it is shown as *",
        },
    ),
    "periods": (
        "The weeks and months whose figures are published.",
        {"period": "week or month", "starts": "its first day"},
    ),
    "spools": (
        "How far what waited on each server's disk is written, so that nothing is "
        "counted twice.",
        {
            "spool": "a random number of the file",
            "written": "the last batch that is written",
            "day": "the date (UTC) on which it was last used",
        },
    ),
    "housekeeping": (
        "One row, which keeps two servers from folding at once.",
        {
            "id": "always 1",
            "times": "how often it was used",
            "is_demo": "whether all counts were made up by `make demo-data`",
            "since": "the day of an upgrade; what began before is not published",
        },
    ),
}
# For people, in the middle of a sentence.
ACTS: Final = {
    "visit": "a chat was opened",
    "contact_opened": "a phone number or link was pressed",
    "quick_exit": "someone left in a hurry",
    "handover": "a school was asked to get in touch",
    "helpful": "someone said it helped",
    "unhelpful": "someone said it did not help",
}


class PaperError(BotError):
    """A place in a paper cannot be written."""

    code = "PAPER_PLACE_UNKNOWN"


def papers() -> list[Path]:
    """The files that are written, in a fixed order."""
    return [DOCS / "privacy.md", *sorted((DOCS / "privacy").glob("*.md"))]


def written(text: str) -> str:
    """A paper as it should be.

    Args:
        text: as it is.

    Raises:
        PaperError: it asks for something that nobody can say.
    """
    return PLACE.sub(_filled, text)


def facts() -> dict[str, str]:
    """Name -> number or words from the code, for the middle of a sentence."""
    numbers = {
        "session_minutes": DEFAULT_SESSION_MINUTES,
        "sweep_seconds": webchat.SECONDS_BETWEEN_SWEEPS,
        "conversations": MOST_SESSIONS,
        "number_hours": SECONDS_OF_A_NUMBER / HOUR,
        "raw_hours": KEPT_FOR.total_seconds() / HOUR,
        "housekeeping_minutes": SECONDS_BETWEEN_HOUSEKEEPING / 60,
        "months": DEFAULT_METRICS_MONTHS,
        "months_at_most": DEFAULT_METRICS_MONTHS + 1,
        "spool_megabytes": DEFAULT_SPOOL_MEGABYTES,
        "events_in_memory": MOST_WAITING,
        "day_published": DAYS_UNTIL_CLOSED,
        "hidden": LARGEST_HIDDEN,
        "shown_from": LARGEST_HIDDEN + 1,
        "step": STEP,
        "telegram_hours": telegram_talk.SECONDS_DELETABLE / HOUR,
        "telegram_messages": telegram_talk.MOST_REMEMBERED,
        "telegram_minutes": telegram_talk.SECONDS_TRIED / 60,
        "telegram_groups": telegram_talk.MOST_TOLD,
        "telegram_updates": telegram.MOST_UPDATES_REMEMBERED,
        "telegram_a_second": DEFAULT_TELEGRAM_MESSAGES_A_SECOND,
        "desk_days": helpdesk_work.LOOK_BACK.days,
        "desk_tickets": helpdesk_raising.MOST_REMEMBERED,
        "desk_webhooks": helpdesk.MOST_DELIVERIES_REMEMBERED,
        "desk_held": generic_desk.MOST_HELD,
        "requests": school_requests.MOST_OPEN,
        "request_seconds": school_requests.SECONDS_TO_SEND,
    }
    return {
        **{name: f"{number:,.0f}" for name, number in numbers.items()},
        "acts": _listed(ACTS[kind] for kind in ACT_KINDS),
        "signals": ", ".join(name.replace("_", " ") for name in SIGNALS),
        "nations": _listed(name.replace("_", " ").title() for name in NATIONS),
        "audiences": _listed(name.replace("_", " ") for name in AUDIENCES),
        "rule": RULE,
    }


def _filled(place: re.Match[str]) -> str:
    source, name = place["source"], place["name"]
    said: Mapping[str, Callable[[], str]] = {
        "metrics.yml": lambda: _block(name),
        "the code": lambda: facts()[name],
        "contacts.yml": lambda: _contact(name),
    }
    try:
        words = said[source]()
    except KeyError as error:
        raise PaperError(f"Nothing is known of {error} from {source}.") from error
    return f"{place['opens']}{words}{place['closes']}"


def _block(name: str) -> str:
    makers: Mapping[str, Callable[[], str]] = {
        "acts": _acts,
        "metrics": _metrics,
        "rows": _rows,
        "other_tables": _other_tables,
    }
    # GitHub takes a table for one only between empty lines.
    return f"\n\n{makers[name]()}\n\n"


def _acts() -> str:
    return "\n".join(f"- {ACTS[kind].capitalize()}." for kind in ACT_KINDS)


def _metrics() -> str:
    heads = ("figure", "question", "split by", "for each", "owner", "sensitivity")
    rows = [
        (
            f"{metric.title} (`{metric.name}`)",
            metric.question,
            ", ".join(name.replace("_", " ") for name in metric.by) or "nothing",
            metric.period,
            metric.owner,
            metric.sensitivity,
            metric.review_on.isoformat(),
            metric.expires_on.isoformat(),
        )
        for metric in declared().metrics.values()
    ]
    return _table((*heads, "reviewed by", "no longer counted from"), rows)


def _rows() -> str:
    parts = []
    for table in declared().raw.values():
        rows = [(f"`{column.name}`", column.says) for column in table.columns]
        parts.append(f"**`{table.name}`.** {table.says.strip()}")
        parts.append(_table(("column", "what it holds"), rows))
    return "\n\n".join(parts)


def _other_tables() -> str:
    parts = []
    for name, table in METADATA.tables.items():
        if name in declared().raw:
            continue
        says, columns = OTHER_TABLES[name]
        rows = [(f"`{column.name}`", columns[column.name]) for column in table.columns]
        parts.append(f"**`{name}`.** {says}")
        parts.append(_table(("column", "what it holds"), rows))
    return "\n\n".join(parts)


def _contact(name: str) -> str:
    contact = load_library().contacts[name]
    return f"{contact.name}, {contact.phone}" if contact.phone else contact.name


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    """Writes the papers."""
    for path in papers():
        path.write_text(written(path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
