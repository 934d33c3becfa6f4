"""What is counted, as `metrics.yml` declares it.

Pure but for reading that one file. Every other part of the metrics takes names, limits
and rules from here, so that nothing can be counted that is not declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from bot.errors import BotError
from bot.metrics.turn import (
    ACT_KINDS,
    CHANNELS,
    CONFIDENCE_BANDS,
    COUNTED_INTENTS,
    LATENCY_BANDS,
    content_number,
)
from bot.terms import AUDIENCES, NATIONS, SIGNALS, URGENCIES, WORRIES
from bot.yaml_file import read_yaml

FILE: Final = Path(__file__).parent / "metrics.yml"
Period = Literal["week", "month"]
PERIODS: Final[tuple[Period, ...]] = get_args(Period)
Sensitivity = Literal["low", "special"]
# The breakdown of a total, which is not broken down.
TOTAL: Final = "total"
SHOWN_KINDS: Final = ("card", "contact")
YES_OR_NO: Final = ("yes", "no")
DANGER_ANSWERS: Final = ("yes", "no", "other")
# Lists that grow with the content; their values are known only as numbers here.
OPEN_LISTS: Final = ("cards", "contacts", "versions")
LISTS: Final[Mapping[str, Sequence[str]]] = {
    "channels": CHANNELS,
    "intents": COUNTED_INTENTS,
    "confidence_bands": CONFIDENCE_BANDS,
    "latency_bands": LATENCY_BANDS,
    "urgencies": URGENCIES,
    "nations": NATIONS,
    "audiences": AUDIENCES,
    "signals": SIGNALS,
    "worries": WORRIES,
    "act_kinds": ACT_KINDS,
    "shown_kinds": SHOWN_KINDS,
    "yes_or_no": YES_OR_NO,
    "danger_answers": DANGER_ANSWERS,
}
COLUMN_KEYS: Final = ("kind", "of", "from", "to", "says", "key", "optional", "for_each")
METRIC_WORDS: Final = ("title", "unit", "period", "question", "owner", "sensitivity")
METRIC_KEYS: Final = (
    *METRIC_WORDS,
    "by",
    "within",
    "whole",
    "review_on",
    "expires_on",
)


class MetricsFileError(BotError):
    """`metrics.yml` cannot be used."""

    code = "METRICS_FILE_INVALID"


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column of the rows that are kept until they are folded.

    Attributes:
        kind: key, random, day, number, name, truth or content.
        says: what it holds, in plain words.
        names: what a `name` may be.
        limits: what a `number` may be, both ends included.
        to: the table that a key points to.
    """

    name: str
    kind: str
    says: str
    names: tuple[str, ...] = ()
    limits: tuple[int, int] = (0, 0)
    is_key: bool = False
    is_optional: bool = False
    to: str | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """One kind of row that is kept until it is folded."""

    name: str
    says: str
    columns: tuple[RawColumn, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a count can be split by.

    Attributes:
        names: number -> name of each value that is known here.
        is_exact: every unit falls into exactly one value.
        is_covered: every unit falls into one value at least.
        is_open: the list grows with the content.
    """

    name: str
    names: Mapping[int, str]
    is_exact: bool
    is_covered: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        by: names of the breakdowns it is published by.
        within: the metric of which this one counts a part.
        whole: metric, breakdown and number of the cell that is its total, where that
            is published elsewhere.
    """

    name: str
    title: str
    unit: str
    period: Period
    by: tuple[str, ...]
    question: str
    owner: str
    sensitivity: Sensitivity
    review_on: date
    expires_on: date
    within: str | None = None
    whole: tuple[str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """The whole file."""

    raw: Mapping[str, RawTable]
    breakdowns: Mapping[str, Breakdown]
    metrics: Mapping[str, Metric]


@cache
def declared() -> Declared:
    """What `metrics.yml` says.

    Raises:
        MetricsFileError: something in it is missing or unknown.
    """
    return _declared_in(read_yaml(FILE))


def _declared_in(said: Mapping[str, Any]) -> Declared:
    try:
        _check_keys(said)
        raw = {
            name: RawTable(name, one["says"], tuple(_columns(one["columns"])))
            for name, one in said["raw"].items()
        }
        breakdowns = {
            name: _breakdown(name, one) for name, one in said["breakdowns"].items()
        }
        metrics = {name: _metric(name, one) for name, one in said["metrics"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MetricsFileError(f"metrics.yml cannot be read: {error!r}") from error
    for metric in metrics.values():
        _check(metric, metrics, breakdowns)
    return Declared(raw, breakdowns, metrics)


def _check_keys(said: Mapping[str, Any]) -> None:
    """A word that nobody reads, such as what follows a stray comma, is a mistake."""
    columns = [
        column for one in said["raw"].values() for column in one["columns"].values()
    ]
    for known, entries in (
        (("raw", "breakdowns", "metrics"), [said]),
        (("says", "columns"), said["raw"].values()),
        (COLUMN_KEYS, columns),
        (
            ("of", "from", "to", "exact", "covers", "otherwise"),
            said["breakdowns"].values(),
        ),
        (METRIC_KEYS, said["metrics"].values()),
    ):
        for entry in entries:
            unknown = set(entry) - set(known)
            if unknown:
                raise ValueError(f"unknown: {', '.join(sorted(unknown))}")


def _columns(said: Mapping[str, Any]) -> list[RawColumn]:
    columns = []
    for name, one in said.items():
        column = RawColumn(
            name=name,
            kind=one["kind"],
            says=one["says"],
            names=tuple(LISTS[one["of"]]) if "of" in one else (),
            limits=(one.get("from", 0), one["to"])
            if one["kind"] == "number"
            else (0, 0),
            is_key=one["kind"] == "key" or bool(one.get("key")),
            is_optional=bool(one.get("optional")),
            to=one.get("to") if one["kind"] == "key" else None,
        )
        if "for_each" in one:
            columns += [
                RawColumn(f"{name}_{each}", one["kind"], one["says"])
                for each in LISTS[one["for_each"]]
            ]
        else:
            columns.append(column)
    return columns


def _breakdown(name: str, said: Mapping[str, Any]) -> Breakdown:
    if "to" in said:
        hours = range(said["from"], said["to"] + 1)
        return Breakdown(
            name, {hour: str(hour) for hour in hours}, said["exact"], True, False
        )
    is_open = said["of"] in OPEN_LISTS
    names = [] if is_open else [*LISTS[said["of"]]]
    names += [said["otherwise"]] if "otherwise" in said else []
    numbers = {content_number(one): one for one in names}
    is_covered = said["exact"] or said.get("covers", False)
    return Breakdown(name, numbers, said["exact"], is_covered, is_open)


def _metric(name: str, said: Mapping[str, Any]) -> Metric:
    whole = said.get("whole")
    return Metric(
        name=name,
        **{key: said[key] for key in METRIC_WORDS},
        by=tuple(said["by"]),
        review_on=date.fromisoformat(said["review_on"]),
        expires_on=date.fromisoformat(said["expires_on"]),
        within=said.get("within"),
        whole=whole
        and (whole["metric"], whole["breakdown"], content_number(whole["value"])),
    )


def _check(
    metric: Metric,
    metrics: Mapping[str, Metric],
    breakdowns: Mapping[str, Breakdown],
) -> None:
    wrong = [
        metric.period not in PERIODS,
        metric.sensitivity not in get_args(Sensitivity),
        not set(metric.by) <= set(breakdowns),
        not metric.review_on < metric.expires_on,
        not (metric.question and metric.owner),
        metric.within is not None
        and (
            metric.within not in metrics
            or metrics[metric.within].period != metric.period
        ),
        # A total that stands elsewhere must be of the same time.
        metric.whole is not None
        and (
            metric.whole[0] not in metrics
            or metric.whole[1] not in metrics[metric.whole[0]].by
            or metric.whole[2] not in breakdowns[metric.whole[1]].names
            or metrics[metric.whole[0]].period != metric.period
        ),
    ]
    if any(wrong):
        raise MetricsFileError(f"The metric {metric.name} in metrics.yml is not whole.")
