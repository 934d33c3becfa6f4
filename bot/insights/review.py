"""What the people in charge should look at again soon: advice, and metrics. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from bot.guidance.card import Card
from bot.insights.parts import Block, Listing, Row, Section, Table
from bot.insights.period import day_and_year
from bot.metrics.declared import Metric

# Time enough to have a card reviewed by somebody who did not write it.
DUE_SOON: Final = timedelta(days=60)
MOST_NAMED: Final = 3


def review(cards: Iterable[Card], metrics: Iterable[Metric], today: date) -> Section:
    """What is due for review by a day.

    Args:
        cards: all that are shown to people.
        metrics: all that are declared.
        today: the present day.
    """
    until = today + DUE_SOON
    blocks: list[Block] = []
    by_day: dict[date, list[str]] = defaultdict(list)
    for card in cards:
        if card.review_due <= until:
            by_day[card.review_due].append(card.title)
    if by_day:
        rows = [
            Row(_due(day, today), (f"{len(titles):,}", _some(titles)))
            for day, titles in sorted(by_day.items())
        ]
        head = ("Due", "Cards", "Such as")
        blocks.append(Table("Advice to review", head, tuple(rows), is_of_words=True))
    else:
        said = f"No advice is due for review before {day_and_year(until)}."
        blocks.append(Listing((said,)))
    metrics_due = sorted(
        (one for one in metrics if min(one.review_on, one.expires_on) <= until),
        key=lambda one: one.review_on,
    )
    if metrics_due:
        rows = [
            Row(one.title, (_due(one.review_on, today), _due(one.expires_on, today)))
            for one in metrics_due
        ]
        head = ("What is counted", "Review due", "Counted until")
        blocks.append(Table("Metrics to review", head, tuple(rows), is_of_words=True))
    else:
        said = f"No metric is due for review before {day_and_year(until)}."
        blocks.append(Listing((said,)))
    return Section(
        "review",
        "Due for review",
        (
            "All advice is looked at again within a year. For each thing that is "
            "counted there is a day on which its owner decides whether to go on.",
        ),
        blocks,
    )


def _due(day: date, today: date) -> str:
    return day_and_year(day) + (" (past)" if day < today else "")


def _some(titles: list[str]) -> str:
    more = len(titles) - MOST_NAMED
    named = "; ".join(titles[:MOST_NAMED])
    return f"{named}; and {more:,} more" if more > 0 else named
