"""What a message's scores mean: which signals hold, how urgent it is, whether to ask.

Pure. Used by `bot.nlu.signal_classifier`. The levels are those of the taxonomy, and
doubt goes upwards: what is not sure enough for 'emergency' becomes the danger check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.safety.phrases import Phrase
from bot.terms import SIGNALS, URGENCIES, Urgency

# Chosen on the development set and authors whom the encoder never met:
# docs/decisions/005-thresholds.md says how, and what each gives.
SIGNAL_PRESENT: Final = 0.15
# The wrong words for the wrong reader put people off; missed abuse and missed attacks
# do worse.
SIGNAL_PRESENT_FOR: Final = {
    "young_person_speaking": 0.35,
    "abuse_in_person": 0.08,
    "violence_plan": 0.08,
}
EMERGENCY: Final = 0.25
# The danger check: a small chance of an emergency is enough, unless the message is
# likely a general question; then it takes a larger one.
DOUBT: Final = 0.004
LIKELY_INFORMATION: Final = 0.50
# "I'm going now" on its own is asked about rather than shouted at.
EMERGENCY_IN_A_QUESTION: Final = 0.50
DOUBT_ABOUT_A_QUESTION: Final = 0.08
# These signals are an emergency by definition, or nearly always one.
ALWAYS_EMERGENCY: Final = {"immediate_danger": 0.85}
# Signs of a crime or serious harm: never answered as a mere worry.
AT_LEAST_URGENT: Final = 0.80


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rest of the bot is told about a message."""

    signals_present: tuple[str, ...]
    urgency: Urgency
    danger_check: bool


def assess(
    signals: Mapping[str, float],
    urgencies: Mapping[Urgency, float],
    emergency: float,
    phrases: Sequence[Phrase] = (),
) -> Assessment:
    """The decision over one message.

    Args:
        signals: score of each signal, 0 to 1.
        urgencies: probability of each urgency, summing to 1.
        emergency: probability of an emergency from its own head, 0 to 1.
        phrases: reviewed phrases found in the message; they only raise.
    """
    said = {phrase.signal for phrase in phrases}
    present = tuple(
        name
        for name in SIGNALS
        if signals[name] >= SIGNAL_PRESENT_FOR.get(name, SIGNAL_PRESENT) or name in said
    )
    certain = any(signals[name] >= bar for name, bar in ALWAYS_EMERGENCY.items())
    certain = certain or any(phrase.level == "emergency" for phrase in phrases)
    is_question = urgencies["information"] >= LIKELY_INFORMATION
    if certain or emergency >= (EMERGENCY_IN_A_QUESTION if is_question else EMERGENCY):
        return Assessment(present, "emergency", danger_check=False)
    urgency = _without_emergency(urgencies)
    if any(signals[name] >= AT_LEAST_URGENT for name in present):
        urgency = max(urgency, "urgent", key=URGENCIES.index)
    doubt = DOUBT_ABOUT_A_QUESTION if is_question else DOUBT
    doubtful = emergency >= doubt or bool(phrases)
    return Assessment(present, urgency, danger_check=doubtful)


def _without_emergency(urgencies: Mapping[Urgency, float]) -> Urgency:
    """The likeliest of the lower urgencies; an emergency is decided by its own head."""
    lower = {name: p for name, p in urgencies.items() if name != "emergency"}
    return max(lower, key=lambda name: lower[name])
