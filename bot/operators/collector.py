"""Turns the server's counters into Prometheus metrics, through the disclosure control.

A registry of our own with this one collector: what is not made here cannot be exposed
by accident. Every label is one of the project's fixed names, and all of them are always
there, so that not even an absence tells anything. Used by `bot.operators.serving`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from bot.metrics.disclosure import LARGEST_HIDDEN, STEP, rounded
from bot.metrics.operation import (
    ERRORS_OF_MACHINE,
    LATENCY_ENDS,
    Kind,
    Operation,
    Status,
)

# Prometheus has no sign for a hidden number.
RULE: Final = (
    f"To protect people a count of 1 to {LARGEST_HIDDEN} is shown as 0 until it is "
    f"{LARGEST_HIDDEN + 1}, and every other count is rounded to the nearest {STEP}."
)
NO_PEOPLE: Final = "This is no count of what people did, and is shown as it is."
# What is taken of the library's process metrics, and how finely. Open files are left
# out, because each connection of a person is one; finer figures of memory and processor
# time would show a single turn.
STEPS_OF_PROCESS: Final = {
    "process_virtual_memory_bytes": 1024 * 1024,
    "process_resident_memory_bytes": 1024 * 1024,
    "process_start_time_seconds": 1,
    "process_cpu_seconds": 1,
}


@dataclass(frozen=True, slots=True)
class State:
    """How the server is at one moment.

    Attributes:
        model_is_loaded: whether messages can be understood.
        database_is_writable: whether counts can be written.
        events_waiting: counted, and not yet in the database.
        events_lost: counted, and dropped since the start.
        tickets_waiting: tickets of the helpdesk not yet attended to; None without one.
        channels_ready: whether an outside service is in touch, by channel.
    """

    model_is_loaded: bool
    database_is_writable: bool
    events_waiting: int
    events_lost: int
    tickets_waiting: int | None
    channels_ready: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Versions:
    """What answers: the trained model and the content, each as a short name."""

    model: str
    content: str


def shown(count: int) -> int:
    """What Prometheus is shown of a count: 0 instead of the hidden ones.

    Counts never fall, and neither does this; so Prometheus takes nothing for a start
    anew.
    """
    return rounded(count) or 0


class OperationCollector(Collector):
    """Makes the metrics anew whenever somebody reads them.

    Args:
        operation: the counters.
        look: how the server is now; may take as long as asking the database.
        versions: of what answers.
    """

    def __init__(
        self, operation: Operation, look: Callable[[], State], versions: Versions
    ) -> None:
        self._operation = operation
        self._look = look
        self._versions = versions
        self._process = ProcessCollector(registry=None)

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not collect to learn our names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All metrics, as the library writes them down."""
        counts = self._operation.counts()
        yield _requests(counts.requests)
        yield _turns(counts.turns)
        yield from _errors(counts.errors)
        yield from _state(self._look())
        version = InfoMetricFamily("safeguarding_version", f"What answers. {NO_PEOPLE}")
        version.add_metric(
            [], {"model": self._versions.model, "content": self._versions.content}
        )
        yield version
        for family in self._process.collect():
            yield from _coarse(family)


def _requests(requests: Mapping[tuple[Kind, Status], int]) -> Metric:
    family = CounterMetricFamily(
        "safeguarding_requests",
        f"Answered requests by kind of route and class of status. {RULE}",
        labels=("kind", "status"),
    )
    for labels, count in requests.items():
        family.add_metric(labels, shown(count))
    return family


def _turns(turns: tuple[int, ...]) -> Metric:
    """The histogram, without a sum.

    A true sum would give away a single turn by how much it rises, and one made from the
    rounded buckets would fall when a bucket is rounded up, which Prometheus takes for a
    start anew. Quantiles come from the buckets and need none.
    """
    name = "safeguarding_turn_seconds"
    family = Metric(
        name, f"Time from a message to its answer, in seconds. {RULE}", "histogram"
    )
    ends = (*map(floatToGoString, LATENCY_ENDS), "+Inf")
    # Rounding keeps the order of counts: no bucket is shown larger than the next.
    for end, count in zip(ends, turns, strict=True):
        family.add_sample(f"{name}_bucket", {"le": end}, shown(count))
    family.add_sample(f"{name}_count", {}, shown(turns[-1]))
    return family


def _errors(errors: Mapping[str, int]) -> Iterator[Metric]:
    counted = CounterMetricFamily(
        "safeguarding_errors",
        f"Errors by the name of the logged event. {RULE} Errors of the machine itself "
        "are shown as they are.",
        labels=("event",),
    )
    seen = GaugeMetricFamily(
        "safeguarding_error_seen",
        "1 if the error has happened since the start, were it only once, as * says "
        f"elsewhere; 0 if never. The count is another metric. {RULE}",
        labels=("event",),
    )
    for name, count in errors.items():
        exact = name in ERRORS_OF_MACHINE
        counted.add_metric((name,), count if exact else shown(count))
        seen.add_metric((name,), bool(count))
    yield counted
    yield seen


def _state(state: State) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "safeguarding_model_loaded",
        f"1 if messages can be understood. {NO_PEOPLE}",
        value=state.model_is_loaded,
    )
    yield GaugeMetricFamily(
        "safeguarding_database_writable",
        f"1 if counts can be written to the database. {NO_PEOPLE}",
        value=state.database_is_writable,
    )
    # While the database is away these are counts of what people did.
    yield GaugeMetricFamily(
        "safeguarding_events_waiting",
        f"Events that wait to be written to the database. {RULE}",
        value=shown(state.events_waiting),
    )
    yield CounterMetricFamily(
        "safeguarding_events_lost",
        f"Events that were dropped and will never be counted. {RULE}",
        value=shown(state.events_lost),
    )
    if state.tickets_waiting is not None:
        yield GaugeMetricFamily(
            "safeguarding_tickets_waiting",
            f"Tickets of the helpdesk that wait to be attended to. {RULE}",
            value=shown(state.tickets_waiting),
        )
    if not state.channels_ready:
        return
    ready = GaugeMetricFamily(
        "safeguarding_channel_ready",
        f"1 if the service behind a channel is in touch. {NO_PEOPLE}",
        labels=("channel",),
    )
    for channel, is_ready in state.channels_ready.items():
        ready.add_metric((channel,), is_ready)
    yield ready


def _coarse(family: Metric) -> Iterator[Metric]:
    """A metric of the process in larger steps, if it is one that may be shown."""
    step = STEPS_OF_PROCESS.get(family.name)
    if step is None:
        return
    kind = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
    value = family.samples[0].value // step * step
    yield kind(family.name, f"{family.documentation} {NO_PEOPLE}", value=value)


def exposition(collector: OperationCollector) -> Callable[[], bytes]:
    """What answers a reading, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return lambda: generate_latest(registry)
