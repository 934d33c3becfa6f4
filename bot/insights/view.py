"""The page of a month, from the published figures. Pure: called by `rendering`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from bot.guidance.card import Card
from bot.insights import sections, weeks
from bot.insights.parts import Page, Section, share, shown
from bot.insights.period import month_key, month_name
from bot.insights.reading import Reading
from bot.insights.review import review
from bot.insights.words import Words
from bot.metrics.declared import Metric
from bot.metrics.disclosure import RULE
from bot.metrics.published import Figures
from bot.metrics.publishing import DAYS_UNTIL_CLOSED

NOTHING_YET: Final = (
    "No month is published yet. The first appears "
    f"{DAYS_UNTIL_CLOSED} days after a whole month is over."
)
OF_MONTH: Final[tuple[Callable[[Reading], Section], ...]] = (
    sections.funnel,
    sections.topics,
    sections.danger,
    sections.people,
    sections.hours,
)
OF_WEEKS: Final[tuple[Callable[[Reading], Section], ...]] = (
    weeks.urgency,
    weeks.understanding,
    weeks.tickets,
)
OF_MONTH_TOO: Final[tuple[Callable[[Reading], Section], ...]] = (
    sections.failures,
    sections.channels,
    sections.top_ten,
)


def page_of(
    figures: Figures,
    asked: date | None,
    words: Words,
    cards: Iterable[Card],
    metrics: Iterable[Metric],
    today: date,
) -> Page:
    """The page.

    Args:
        figures: all that is published.
        asked: the first day of the month that was asked for, or None for the newest.
        words: what stands for each value.
        cards: all that are shown to people, for their reviews.
        metrics: all that are declared, for their reviews.
        today: the present day.
    """
    month = shown_month(figures, asked)
    reading = Reading(figures, words, month)
    parts: list[Section] = []
    if month:
        parts += [build(reading) for build in OF_MONTH]
    if reading.weeks:
        parts += [build(reading) for build in OF_WEEKS]
    if month:
        parts += [build(reading) for build in OF_MONTH_TOO]
    parts.append(review(cards, metrics, today))
    return Page(
        title=f"The safeguarding chat in {month_name(month)}"
        if month
        else "The safeguarding chat",
        is_demo=figures.is_demo,
        remark=_remark(asked, month),
        months=tuple(
            (month_key(one), month_name(one))
            for one in reversed(figures.starts["month"])
        ),
        month=month_key(month) if month else None,
        at_a_glance=_at_a_glance(reading) if month else (NOTHING_YET,),
        sections=tuple(parts),
        rule=RULE,
    )


def shown_month(figures: Figures, asked: date | None) -> date | None:
    """The month that a page shows: the one asked for, or the newest; None if none."""
    published = figures.starts["month"]
    if asked in published:
        return asked
    return published[-1] if published else None


def _remark(asked: date | None, month: date | None) -> str:
    if asked is None or asked == month:
        return ""
    said = f"{month_name(asked)} is not published."
    return f"{said} This is {month_name(month)}." if month else said


def _at_a_glance(reading: Reading) -> tuple[str, ...]:
    def total(name: str) -> str:
        return shown(reading.total(name))

    opened = share(reading.total("contact_opened"), reading.total("conversations"))
    return (
        f"Chats opened: {total('visits')}. Conversations: {total('conversations')}.",
        f"Somebody to reach was shown in {total('signposted')} conversations, and "
        f"opened in {total('contact_opened')} (of all conversations: {opened}).",
        f"Emergencies: in {total('emergencies')} conversations 999 came first. "
        f"The school was asked to get in touch {total('handovers')} times.",
    )
