"""Turns and acts as rows of the raw tables: numbers, truth values and fixed names."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from bot.metrics.declared import declared
from bot.metrics.turn import Act, Turn
from bot.terms import SIGNALS

Counted = Turn | Act
Rows = dict[str, list[dict[str, Any]]]
# As many random bits as a signed BIGINT holds.
RANDOM_BITS: Final = 63


def rows_of(events: Iterable[Counted]) -> Rows:
    """The rows that events make, each with a random number of its own.

    Returns:
        The name of a raw table -> its rows; days are dates.
    """
    rows: Rows = {"turns": [], "shown": [], "acts": []}
    for event in events:
        number = secrets.randbits(RANDOM_BITS)
        if isinstance(event, Act):
            rows["acts"].append({"id": number, **_act(event)})
            continue
        rows["turns"].append({"id": number, **_turn(event)})
        rows["shown"] += [
            {"turn": number, "kind": kind, "number": content}
            for kind, contents in (("card", event.cards), ("contact", event.contacts))
            for content in contents
        ]
    return rows


def to_json(rows: Rows) -> str:
    """Rows as they wait on disk."""
    return json.dumps(rows, default=date.isoformat, separators=(",", ":"))


def from_json(text: str) -> Rows:
    """The rows that `to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: these are no rows.
    """
    said = json.loads(text)
    # A table of another version is not known here.
    rows: Rows = {name: said[name] for name in declared().raw}
    for value in (
        value
        for table in rows.values()
        for row in table
        for value in dict(row).values()
    ):
        # What a driver cannot pass on would hold up all that waits behind it.
        is_too_large = isinstance(value, int) and abs(value) >= 2**RANDOM_BITS
        if is_too_large or not isinstance(value, int | str | None):
            raise ValueError("A row holds what no column can.")
    for table in ("turns", "acts"):
        for row in rows[table]:
            row["day"] = date.fromisoformat(row["day"])
    return rows


def number_of_events(rows: Mapping[str, Sequence[Any]]) -> int:
    """How many events made these rows."""
    return len(rows["turns"]) + len(rows["acts"])


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "conversation": turn.conversation,
        "day": date.fromisoformat(turn.day),
        "hour": turn.hour,
        "turn_number": turn.turn_number,
        "channel": turn.channel,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "urgency": turn.urgency,
        "danger_check": turn.danger_check,
        "understood": turn.understood,
        "nation": turn.nation,
        "audience": turn.audience,
        "latency": turn.latency,
        "model": turn.model,
        "content": turn.content,
        **{f"signal_{name}": name in turn.signals for name in SIGNALS},
    }


def _act(act: Act) -> dict[str, Any]:
    return {
        "conversation": act.conversation,
        "day": date.fromisoformat(act.day),
        "hour": act.hour,
        "turn_number": act.turn_number,
        "channel": act.channel,
        "kind": act.kind,
        "number": act.number,
    }
