"""A labelled set: one JSON object a line, in the format of tests/sentences/.

Read completely before anything is scored, so that a broken line never leaves a
half-written report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.errors import BotError
from bot.terms import INTENTS, SIGNALS, URGENCIES, Urgency


class LabelledSetError(BotError):
    """Lines of a labelled set cannot be used; the sentence names each."""

    code = "LABELLED_SET_UNUSABLE"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with what a fair judge would call it."""

    id: str
    text: str
    intent: str
    alternatives: frozenset[str]
    signals: frozenset[str]
    urgency: Urgency


def read_labelled(path: Path) -> list[Labelled]:
    """All messages of a set.

    Raises:
        LabelledSetError: the file cannot be read, is empty, or has broken lines.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelledSetError(f"{path} cannot be read: {error}") from error
    found, wrong = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            wrong.append(f"{path}:{number}: LINE_UNUSABLE: {error}")
    if wrong:
        raise LabelledSetError("\n".join(wrong))
    if not found:
        raise LabelledSetError(f"{path} holds no messages.")
    return found


def _labelled(data: Mapping[str, Any]) -> Labelled:
    row = Labelled(
        id=str(data["id"]),
        text=data["text"],
        intent=data["intent"],
        alternatives=frozenset(data.get("alt_intents") or ()),
        signals=frozenset(data["signals"]),
        urgency=cast(Urgency, data["urgency"]),
    )
    if not isinstance(row.text, str) or not row.text.strip():
        raise ValueError("the text is empty")
    for kind, names, known in (
        ("intent", {row.intent, *row.alternatives}, INTENTS),
        ("signal", row.signals, SIGNALS),
        ("urgency", {row.urgency}, URGENCIES),
    ):
        for name in sorted(names - set(known)):
            raise ValueError(f"the {kind} '{name}' is not in the taxonomy")
    return row
