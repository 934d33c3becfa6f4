"""What is counted of one turn, and how it is gathered from Rasa's events.

Pure: events are dictionaries as Rasa publishes them, times are passed in. Everything
kept is a number, a truth value or one of the project's fixed names.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Literal, get_args

from bot.terms import (
    AUDIENCES,
    INTENTS,
    NATIONS,
    NOT_UNDERSTOOD,
    SIGNALS,
    URGENCIES,
    Audience,
    Nation,
    Urgency,
)

Channel = Literal["webchat", "telegram", "helpdesk", "terminal", "other"]
ConfidenceBand = Literal["button", "low", "middle", "high"]
LatencyBand = Literal["under_10ms", "under_50ms", "under_200ms", "under_1s", "over_1s"]
ActKind = Literal[
    "visit", "contact_opened", "quick_exit", "handover", "helpful", "unhelpful"
]

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
CONFIDENCE_BANDS: Final[tuple[ConfidenceBand, ...]] = get_args(ConfidenceBand)
LATENCY_BANDS: Final[tuple[LatencyBand, ...]] = get_args(LatencyBand)
ACT_KINDS: Final[tuple[ActKind, ...]] = get_args(ActKind)
COUNTED_INTENTS: Final = (*INTENTS, NOT_UNDERSTOOD)

LOW_CONFIDENCE: Final = 0.35
HIGH_CONFIDENCE: Final = 0.70
# Upper ends in seconds, in the order of the bands; the last band has none.
LATENCY_ENDS: Final = (0.010, 0.050, 0.200, 1.0)
MOST_TURNS: Final = 999


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, counted.

    Attributes:
        conversation: a random number, drawn when the conversation started.
        day: UTC date, as ISO text made by us.
        hour: 0 to 23, UTC.
        turn_number: 1 for the first message.
        cards, contacts: numbers of what was shown, see `content_number`.
        model, content: numbers of the versions that answered; 0 where not known.
    """

    conversation: int
    day: str
    hour: int
    turn_number: int
    channel: Channel
    intent: str
    confidence: ConfidenceBand
    urgency: Urgency
    danger_check: bool
    understood: bool
    nation: Nation | None
    audience: Audience
    latency: LatencyBand
    signals: frozenset[str]
    cards: tuple[int, ...]
    contacts: tuple[int, ...]
    model: int = 0
    content: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person did beside writing, counted.

    Attributes:
        conversation: the random number of the conversation's turns.
        day: UTC date, as ISO text made by us.
        hour: 0 to 23, UTC.
        turn_number: how many messages came before.
        number: of the contact that was opened, see `content_number`; otherwise 0.
    """

    conversation: int
    day: str
    hour: int
    turn_number: int
    channel: Channel
    kind: ActKind
    number: int = 0


@cache
def content_number(name: str) -> int:
    """A card's or contact's id as a number: no column needs to be able to hold text."""
    return zlib.crc32(name.encode())


def turn_from(
    events: Sequence[Mapping[str, Any]], conversation: int, turn_number: int
) -> Turn | None:
    """The turn that these events make up, or None if no message was answered.

    Args:
        events: one turn's events, from the user's message to the next wait.
        conversation: the random number of the conversation.
        turn_number: which message of the conversation this is.
    """
    message = next((event for event in events if event.get("event") == "user"), None)
    if message is None:
        return None
    replies = [event for event in events if event.get("event") == "bot"]
    shown = [(event.get("metadata") or {}).get("guidance") or {} for event in replies]
    first: Mapping[str, Any] = shown[0] if shown else {}
    read = message.get("parse_data") or {}
    intent = read.get("intent") or {}
    ended = max((event["timestamp"] for event in replies), default=message["timestamp"])
    at = datetime.fromtimestamp(message["timestamp"], UTC)
    return Turn(
        conversation=conversation,
        day=at.date().isoformat(),
        hour=at.hour,
        turn_number=min(turn_number, MOST_TURNS),
        channel=_known(message.get("input_channel"), CHANNELS, "other"),
        intent=_known(intent.get("name"), COUNTED_INTENTS, NOT_UNDERSTOOD),
        confidence=confidence_band(intent.get("confidence"), "urgency" in read),
        urgency=_known(first.get("urgency"), URGENCIES, "information"),
        danger_check=bool(first.get("danger_check")),
        understood=bool(first.get("understood")),
        nation=_known(first.get("nation"), NATIONS, None),
        audience=_known(first.get("audience"), AUDIENCES, "parent"),
        latency=latency_band(ended - message["timestamp"]),
        signals=frozenset(read.get("signals_present") or ()) & frozenset(SIGNALS),
        cards=_numbers([_card_id(guidance) for guidance in shown]),
        contacts=_numbers(
            [name for guidance in shown for name in _contact_ids(guidance)]
        ),
    )


def _known(value: Any, names: Sequence[str], otherwise: Any) -> Any:
    return value if value in names else otherwise


def confidence_band(confidence: Any, was_read: bool = True) -> ConfidenceBand:
    """The band of a probability; what was not read by the model was a button."""
    if not was_read or not isinstance(confidence, int | float):
        return "button"
    if confidence < LOW_CONFIDENCE:
        return "low"
    return "middle" if confidence < HIGH_CONFIDENCE else "high"


def latency_band(seconds: float) -> LatencyBand:
    """The band of a time to answer."""
    bands = zip(LATENCY_ENDS, LATENCY_BANDS, strict=False)
    return next((band for end, band in bands if seconds < end), LATENCY_BANDS[-1])


def _card_id(guidance: Mapping[str, Any]) -> str | None:
    card = (guidance.get("message") or {}).get("card") or {}
    return card.get("id")


def _contact_ids(guidance: Mapping[str, Any]) -> list[str]:
    return [
        contact["id"] for contact in (guidance.get("message") or {}).get("contacts", ())
    ]


def _numbers(names: Sequence[str | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(content_number(name) for name in names if name))
