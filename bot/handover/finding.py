"""What the model found in a reporter's words, without the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.terms import NOT_UNDERSTOOD, OUT_OF_SCOPE, SIGNALS, URGENCIES, WORRIES, Urgency

# So sure, the model has seen that a text is about something else.
SURELY_OTHER_BUSINESS: Final = 0.9
# "He is banging on our door" is an emergency above all; beside it even a small chance
# tells which one (docs/decisions/005-thresholds.md).
LIKELY_WORRY: Final = 0.01
# How mails that a machine wrote begin.
MACHINE_MADE: Final = re.compile(
    r"""^\W*(?:
        automatic\ reply | auto(?:matic)?[\s-]?(?:reply|response|responder)
        | ateb\ awtomatig
        | this\ is\ an\ auto(?:mated|matic)\ (?:reply|response|message|e-?mail)
        | this\ is\ the\ mail\ system
        | undeliver(?:able|ed) | delivery\ (?:status\ notification|has\ failed)
        | mail\ delivery\ (?:failed|subsystem) | returned\ mail
        | your\ message\s+to:.{0,200}was\ (?:read|deleted|delivered)
        | microsoft\ teams\ meeting
    )\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# What they often say, and people now and then.
LIKE_A_MACHINE: Final = re.compile(
    r"""^.{0,120}\b(?:
        out\ of\ (?:the\ )?office\ (?:until|from|on|and|till|today|this)
        | would\ like\ to\ recall\ the\ message
        | reacted\ to\ your\ message
        | has\ (?:tentatively\ )?(?:accepted|declined)\ (?:this|your|the)\ invitation
    )\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was read.

    Attributes:
        intent: the likeliest.
        worry: the likeliest worry, where it is likely at all.
        danger_check: whether danger cannot be ruled out.
        confidence: the intent's probability.
    """

    intent: str
    urgency: Urgency
    signals: frozenset[str] = frozenset()
    worry: str | None = None
    danger_check: bool = False
    confidence: float = 0.0

    @property
    def is_doubtful(self) -> bool:
        """Whether danger cannot be ruled out.

        A broken printer is no subject that the model knows, so it doubts that as well.
        """
        is_other_business = (
            self.intent == OUT_OF_SCOPE
            and self.confidence >= SURELY_OTHER_BUSINESS
            and self.urgency == "information"
            and not self.signals
        )
        return self.danger_check and not is_other_business

    @property
    def is_grave(self) -> bool:
        """Whether it cannot wait."""
        return self.urgency in ("emergency", "urgent") or self.is_doubtful

    @property
    def is_plain_business(self) -> bool:
        """Whether nothing in it reads like a worry about a child."""
        return (
            self.urgency == "information"
            and not self.signals
            and not self.is_doubtful
            and self.intent not in WORRIES
        )


def finding_of(read: Mapping[str, Any]) -> Finding:
    """The finding in what `Agent.parse_message` gives."""
    intent = read.get("intent") or {}
    return Finding(
        intent=intent.get("name") or NOT_UNDERSTOOD,
        urgency=read["urgency"],
        signals=frozenset(read.get("signals_present") or ()) & frozenset(SIGNALS),
        worry=likely_worry(read),
        danger_check=bool(read.get("danger_check")),
        confidence=float(intent.get("confidence") or 0.0),
    )


def likely_worry(read: Mapping[str, Any]) -> str | None:
    """The likeliest worry, if it is likely at all."""
    return next(
        (
            intent["name"]
            for intent in read.get("intent_ranking") or ()
            if intent["name"] in WORRIES and intent["confidence"] >= LIKELY_WORRY
        ),
        None,
    )


def worst_of(findings: Iterable[Finding]) -> Finding | None:
    """The gravest finding, with the signals of all; None of none."""
    found = list(findings)
    if not found:
        return None
    worst = max(found, key=lambda one: (URGENCIES.index(one.urgency), one.danger_check))
    return replace(
        worst,
        signals=frozenset().union(*(one.signals for one in found)),
        danger_check=any(one.is_doubtful for one in found),
    )


def is_automatic(
    is_marked: bool, title: str, words: str, finding: Finding | None
) -> bool:
    """Whether a machine wrote a mail that nobody needs to read.

    Args:
        is_marked: the desk says so.
        title: of a new ticket, else "".
        words: those that are new.
        finding: what was read in them.
    """
    made = any(MACHINE_MADE.match(text) for text in (title, words))
    if is_marked or made:
        # The model was made for people's words: a doubt alone is no sign here.
        signs = finding.signals - {"young_person_speaking"} if finding else set()
        return not (signs and finding and finding.is_grave)
    like_one = any(LIKE_A_MACHINE.match(text) for text in (title, words))
    return like_one and (finding is None or finding.is_plain_business)
