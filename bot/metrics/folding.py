"""Folds the rows of conversations into daily counters, and drops the rows.

`count` is pure. A conversation is folded as a whole, a day after it began, and with its
rows goes the random number that held them together.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, or_, select, union
from sqlalchemy.engine import Connection, Engine

from bot.metrics.counters import Counter, add_counters, alone
from bot.metrics.declared import TOTAL, declared
from bot.metrics.publishing import last_published_day
from bot.metrics.tables import ACTS, SHOWN, TURNS
from bot.metrics.turn import content_number
from bot.terms import IMMEDIATE_DANGER, NOT_UNDERSTOOD, SIGNALS, WORRIES

KEPT_FOR: Final = timedelta(hours=24)
CONVERSATIONS_AT_ONCE: Final = 2_000
# SQLite takes 32,766 values in a statement.
ROWS_AT_ONCE: Final = 10_000
# What answers "is anyone in danger now?".
YES: Final = (IMMEDIATE_DANGER, "affirm")
NO: Final = ("deny",)
DESK: Final = "helpdesk"
UK: Final = ZoneInfo("Europe/London")


@dataclass(slots=True)
class Conversation:
    """The rows of one conversation.

    Attributes:
        turns, acts: rows of the raw tables, as mappings by column name.
        shown: kind and number of each card and contact that was shown.
    """

    turns: list[Any] = field(default_factory=list)
    acts: list[Any] = field(default_factory=list)
    shown: set[tuple[str, int]] = field(default_factory=set)


def count(
    conversations: Iterable[Conversation], not_before: date, today: date
) -> dict[Counter, int]:
    """The counters that conversations add to.

    Args:
        conversations: each with at least one row.
        not_before: what is older counts for this day; the days before are published,
            and never change again.
        today: a metric that has expired by then is not counted.
    """
    tally: Tally[Counter] = Tally()
    live = {name for name, one in declared().metrics.items() if today < one.expires_on}

    def add(day: date, metric: str, **values: Iterable[int | str]) -> None:
        if metric not in live:
            return
        day = max(day, not_before)
        tally[day, metric, TOTAL, 0] += 1
        for breakdown, of_it in values.items():
            for value in of_it:
                number = value if isinstance(value, int) else content_number(value)
                tally[day, metric, breakdown, number] += 1

    for conversation in conversations:
        turns = sorted(conversation.turns, key=lambda turn: turn["turn_number"])
        if turns and turns[0]["channel"] == DESK:
            _count_tickets(turns, add)
            continue
        _count_messages(turns, add)
        _count_acts(turns, conversation.acts, add)
        _count_conversation(turns, conversation, add)
    return dict(tally)


def _count_tickets(turns: Sequence[Any], add: Any) -> None:
    for turn in turns:
        add(
            turn["day"],
            "tickets",
            urgency=[turn["urgency"]],
            about=[_about(turn["intent"])],
        )


def _count_messages(turns: Sequence[Any], add: Any) -> None:
    for place, turn in enumerate(turns):
        day, channel = turn["day"], turn["channel"]
        add(
            day,
            "messages",
            urgency=[turn["urgency"]],
            understood=[_yes_or_no(turn["understood"])],
            confidence=[turn["confidence"]],
            latency=[turn["latency"]],
            model=[turn["model"]],
            content=[turn["content"]],
        )
        if turn["intent"] == IMMEDIATE_DANGER and turn["confidence"] == "button":
            add(day, "emergency_presses", channel=[channel])
        if turn["danger_check"]:
            answer = turns[place + 1]["intent"] if place + 1 < len(turns) else None
            said = "yes" if answer in YES else "no" if answer in NO else "other"
            add(day, "danger_checks", danger=[said])


def _count_acts(turns: Sequence[Any], acts: Sequence[Any], add: Any) -> None:
    plain = {"visit": "visits", "quick_exit": "quick_exits", "handover": "handovers"}
    for act in acts:
        day, kind = act["day"], act["kind"]
        if kind in plain:
            add(day, plain[kind], channel=[act["channel"]])
        elif kind in ("helpful", "unhelpful"):
            add(day, "opinions", helpful=[_yes_or_no(kind == "helpful")])
        if kind == "unhelpful":
            before = [
                turn["intent"]
                for turn in turns
                if turn["turn_number"] <= act["turn_number"]
            ]
            worries = [intent for intent in before if intent in WORRIES]
            add(day, "unhelpful", about=[_about(worries[-1] if worries else None)])


def _count_conversation(
    turns: Sequence[Any], conversation: Conversation, add: Any
) -> None:
    opened = {
        act["number"] for act in conversation.acts if act["kind"] == "contact_opened"
    }
    if not turns:
        return
    first = turns[0]
    day, channel = first["day"], [first["channel"]]
    cards = {number for kind, number in conversation.shown if kind == "card"}
    contacts = {number for kind, number in conversation.shown if kind == "contact"}
    nations = [turn["nation"] for turn in turns if turn["nation"]]
    add(
        day,
        "conversations",
        channel=channel,
        nation=[nations[-1] if nations else "not_known"],
        audience=[turns[-1]["audience"]],
        topic={turn["intent"] for turn in turns} & set(WORRIES),
        signal=[
            name for name in SIGNALS if any(turn[f"signal_{name}"] for turn in turns)
        ],
        hour_of_week=[_hour_of_week(first["day"], first["hour"])],
    )
    if any(turn["understood"] for turn in turns):
        add(day, "understood_conversations", channel=channel)
    if any(turn["urgency"] == "emergency" for turn in turns):
        add(day, "emergencies", channel=channel)
    if _has_two_misses(turns):
        add(day, "two_misses", channel=channel)
    if cards:
        add(day, "advised", channel=channel, card=cards)
    if contacts:
        add(day, "signposted", channel=channel, contact=contacts)
    if opened:
        add(day, "contact_opened", channel=channel, contact=opened)
    if any(act["kind"] == "helpful" for act in conversation.acts):
        add(day, "helped", channel=channel)


def _has_two_misses(turns: Sequence[Any]) -> bool:
    missed = [turn["intent"] == NOT_UNDERSTOOD for turn in turns]
    return any(a and b for a, b in pairwise(missed))


def _hour_of_week(day: date, hour: int) -> int:
    """0 for the first hour of a Monday, by the clocks of the people who write."""
    here = datetime.combine(day, time(hour), UTC).astimezone(UK)
    return here.weekday() * 24 + here.hour


def _about(intent: str | None) -> str:
    return intent if intent in WORRIES else "other"


def _yes_or_no(truth: bool) -> str:
    return "yes" if truth else "no"


def fold(engine: Engine, now: datetime | None = None) -> int:
    """Folds every conversation that began over a day ago.

    Args:
        engine: of the database of the metrics.
        now: an aware time; the present one if not given.

    Returns:
        How many conversations were folded.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is away or refuses; what was
            folded so far stays folded.
    """
    now = now or datetime.now(UTC)
    with engine.connect() as connection:
        old = _old_conversations(connection, now)
    folded = 0
    for numbers in _pieces(old, CONVERSATIONS_AT_ONCE):
        # In pieces, so that writing goes on in between.
        with alone(engine) as connection:
            # Another server may have folded some of them meanwhile.
            conversations = _conversations(connection, numbers)
            last = last_published_day(connection)
            not_before = last + timedelta(days=1) if last else date.min
            counters = count(conversations, not_before, now.date())
            add_counters(connection, counters)
            _drop(connection, conversations)
        folded += len(conversations)
    return folded


def _pieces(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _old_conversations(connection: Connection, now: datetime) -> list[int]:
    """Conversations with a row whose hour ended over a day ago."""
    until = now - KEPT_FOR
    old = union(
        *(
            select(table.c.conversation).where(
                or_(
                    table.c.day < until.date(),
                    and_(table.c.day == until.date(), table.c.hour < until.hour),
                )
            )
            for table in (TURNS, ACTS)
        )
    )
    return list(connection.execute(old).scalars())


def _conversations(
    connection: Connection, numbers: Sequence[int]
) -> list[Conversation]:
    found: dict[int, Conversation] = defaultdict(Conversation)
    for table, name in ((TURNS, "turns"), (ACTS, "acts")):
        rows = select(table).where(table.c.conversation.in_(numbers))
        for row in connection.execute(rows).mappings().all():
            getattr(found[row["conversation"]], name).append(row)
    shown = (
        select(TURNS.c.conversation, SHOWN.c.kind, SHOWN.c.number)
        .join(SHOWN)
        .where(TURNS.c.conversation.in_(numbers))
        .distinct()
    )
    for number, kind, content in connection.execute(shown).all():
        found[number].shown.add((kind, content))
    return list(found.values())


def _drop(connection: Connection, conversations: Iterable[Conversation]) -> None:
    """Drops what was counted, row by row: more may have come in meanwhile."""
    turns: list[int] = []
    acts: list[int] = []
    for conversation in conversations:
        turns += (turn["id"] for turn in conversation.turns)
        acts += (act["id"] for act in conversation.acts)
    for column, numbers in (
        (SHOWN.c.turn, turns),
        (TURNS.c.id, turns),
        (ACTS.c.id, acts),
    ):
        for start in range(0, len(numbers), ROWS_AT_ONCE):
            some = numbers[start : start + ROWS_AT_ONCE]
            connection.execute(delete(column.table).where(column.in_(some)))
