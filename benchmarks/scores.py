"""The figures of an evaluation, each rate with its 95 % confidence interval. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.labelled_set import Labelled
from bot.terms import SIGNALS

# The 97.5th percentile of the normal distribution: two-sided 95 %.
Z = 1.959964

Reading = Mapping[str, Any]
# Each labelled message with what `Agent.parse_message` returned for it.
Pairs = Sequence[tuple[Labelled, Reading]]


def rate(hits: int, of: int) -> dict[str, float | int | None]:
    """A share with its Wilson interval; None where there is nothing to count."""
    if of == 0:
        return {"value": None, "low": None, "high": None, "hits": 0, "of": 0}
    share = hits / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    reach = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    reach /= 1 + Z * Z / of
    return {
        "value": share,
        "low": max(0.0, middle - reach),
        "high": min(1.0, middle + reach),
        "hits": hits,
        "of": of,
    }


def area_under_curve(scores: Sequence[float], truths: Sequence[bool]) -> float | None:
    """How often a true case scores above a false one; None without both kinds."""
    ranked = sorted(range(len(scores)), key=lambda index: scores[index])
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(ranked):
        end = start
        while (
            end + 1 < len(ranked) and scores[ranked[end + 1]] == scores[ranked[start]]
        ):
            end += 1
        for place in range(start, end + 1):
            ranks[ranked[place]] = (start + end) / 2 + 1
        start = end + 1
    true = sum(truths)
    false = len(truths) - true
    if not true or not false:
        return None
    total = sum(rank for rank, truth in zip(ranks, truths, strict=True) if truth)
    return (total - true * (true + 1) / 2) / (true * false)


def accepts(row: Labelled, read: Reading) -> bool:
    """Whether the intent read is one that a fair judge accepts."""
    return str(read["intent"]["name"]) in {row.intent, *row.alternatives}


def names_of(pairs: Pairs) -> list[str]:
    """Every intent that stands in the set or was read, in order."""
    return sorted(
        {row.intent for row, _ in pairs} | {read["intent"]["name"] for _, read in pairs}
    )


def missed_by(pairs: Pairs) -> dict[str, list[tuple[Labelled, Reading]]]:
    """The misses that matter most, by kind, the worst of each kind first."""
    return {
        "Emergencies that were not even asked about": sorted(
            (
                (row, read)
                for row, read in pairs
                if row.urgency == "emergency"
                and read["urgency"] != "emergency"
                and not read["danger_check"]
            ),
            key=lambda pair: float(pair[1]["emergency"]),
        ),
        "Ordinary messages called emergencies": sorted(
            (
                (row, read)
                for row, read in pairs
                if row.urgency in ("information", "concern")
                and read["urgency"] == "emergency"
            ),
            key=lambda pair: -float(pair[1]["emergency"]),
        ),
        "Emergencies that were only asked about": sorted(
            (
                (row, read)
                for row, read in pairs
                if row.urgency == "emergency"
                and read["urgency"] != "emergency"
                and read["danger_check"]
            ),
            key=lambda pair: float(pair[1]["emergency"]),
        ),
    }


def report(pairs: Pairs) -> dict[str, Any]:
    """All figures of one set."""

    def share(
        among: Callable[[Labelled], bool], hit: Callable[[Labelled, Reading], bool]
    ) -> dict[str, float | int | None]:
        chosen = [(row, read) for row, read in pairs if among(row)]
        return rate(sum(hit(row, read) for row, read in chosen), len(chosen))

    def called_emergency(_: Labelled, read: Reading) -> bool:
        return bool(read["urgency"] == "emergency")

    def noticed(_: Labelled, read: Reading) -> bool:
        return bool(read["urgency"] == "emergency" or read["danger_check"])

    signals = {name: _signal(name, pairs) for name in SIGNALS}
    return {
        "n": len(pairs),
        "intent_top1": share(
            lambda r: True, lambda r, read: bool(read["intent"]["name"] == r.intent)
        ),
        "intent_accepted": share(lambda r: True, accepts),
        "emergency_recall": share(lambda r: r.urgency == "emergency", called_emergency),
        "emergency_or_check_recall": share(lambda r: r.urgency == "emergency", noticed),
        "emergency_false_rate_ordinary": share(
            lambda r: r.urgency in ("information", "concern"), called_emergency
        ),
        "emergency_false_rate_urgent": share(
            lambda r: r.urgency == "urgent", called_emergency
        ),
        "danger_check_rate_information": share(
            lambda r: r.urgency == "information",
            lambda r, read: bool(read["danger_check"]),
        ),
        "urgency_accuracy": share(
            lambda r: True, lambda r, read: read["urgency"] == r.urgency
        ),
        "signals_macro_f1": _mean(signal["f1"] for signal in signals.values()),
        "signals": signals,
    }


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of what there is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _signal(name: str, pairs: Iterable[tuple[Labelled, Reading]]) -> dict[str, Any]:
    held = [
        (name in row.signals, name in read["signals_present"], read["signals"][name])
        for row, read in pairs
    ]
    true = sum(truth for truth, _, _ in held)
    found = sum(said for _, said, _ in held)
    both = sum(truth and said for truth, said, _ in held)
    precision, recall = rate(both, found), rate(both, true)
    return {
        "n": true,
        "precision": precision,
        "recall": recall,
        "f1": 2 * both / (true + found) if true + found else None,
        "auc": area_under_curve([s for _, _, s in held], [t for t, _, _ in held]),
    }
