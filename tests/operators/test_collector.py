"""What Prometheus is shown: rounded, in order, never enough to find a few people."""

import random
from itertools import pairwise

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics.operation import (
    ERRORS,
    ERRORS_OF_MACHINE,
    ERRORS_OF_PEOPLE,
    KINDS,
    STATUSES,
    Operation,
)
from bot.operators.collector import (
    NO_PEOPLE,
    RULE,
    OperationCollector,
    State,
    Versions,
    exposition,
    shown,
)
from tests.operators.reading import samples_in

QUIET = State(
    model_is_loaded=True,
    database_is_writable=True,
    events_waiting=0,
    events_lost=0,
    tickets_waiting=None,
    channels_ready={},
)
TURNS = "safeguarding_turn_seconds"
# As many histories as take a second or two; each is read several times on its way.
HISTORIES = 40


def read(operation, state=QUIET):
    collector = OperationCollector(operation, lambda: state, Versions("a1b2", "c3d4"))
    return exposition(collector)().decode()


def figure(text, name, **labels):
    return samples_in(text)[name, tuple(sorted(labels.items()))]


def with_state(**changed):
    return State(**{name: getattr(QUIET, name) for name in State.__slots__} | changed)


def buckets_in(text):
    return [v for (name, _), v in samples_in(text).items() if name == f"{TURNS}_bucket"]


def history(seed):
    """Turns in order, a few or many, quick or slow, as a day could bring them."""
    chance = random.Random(seed)
    typical = chance.choice([0.004, 0.02, 0.3, 4.0])
    for _ in range(chance.choice([3, 9, 30, 120])):
        yield chance.expovariate(1 / typical)


@pytest.mark.parametrize(
    ("count", "figure"),
    [(0, 0), (1, 0), (7, 0), (8, 10), (12, 10), (13, 15), (17, 15), (1003, 1005)],
)
def test_a_count_is_hidden_or_rounded(count, figure):
    assert shown(count) == figure


def test_what_is_shown_of_a_growing_count_never_falls():
    figures = [shown(count) for count in range(3_000)]
    assert figures == sorted(figures)
    assert all(f == 0 or (f >= 10 and f % 5 == 0) for f in figures)
    assert all(abs(f - c) <= 2 for c, f in enumerate(figures) if c > 7)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_buckets_are_in_order_and_the_last_is_the_count(seed):
    operation, before = Operation(), [0.0] * 11
    for place, seconds in enumerate(history(seed)):
        operation.count_turn(seconds)
        if place % 7:
            continue
        text = read(operation)
        now = buckets_in(text)
        assert now == sorted(now)
        assert now[-1] == figure(text, f"{TURNS}_count")
        # Prometheus takes a fall for a start anew.
        assert all(a <= b for a, b in zip(before, now, strict=True))
        assert now == [shown(count) for count in operation.counts().turns]
        before = now


def as_an_attacker(shown_counts):
    """The smallest and largest that each cumulative count can be."""
    ranges = [(0, 7) if f == 0 else (max(f - 2, 8), f + 2) for f in shown_counts]
    for place in range(1, len(ranges)):
        low = max(ranges[place][0], ranges[place - 1][0])
        ranges[place] = (low, ranges[place][1])
    for place in reversed(range(len(ranges) - 1)):
        high = min(ranges[place][1], ranges[place + 1][1])
        ranges[place] = (ranges[place][0], high)
    return ranges


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_taking_buckets_from_each_other_finds_no_few_people(seed):
    operation = Operation()
    for seconds in history(seed):
        operation.count_turn(seconds)
    truth = operation.counts().turns
    ranges = [(0, 0), *as_an_attacker(buckets_in(read(operation)))]
    pairs = zip(pairwise(ranges), pairwise((0, *truth)), strict=True)
    for ((low, high), (next_low, next_high)), (count, next_count) in pairs:
        people = next_count - count
        least, most = max(next_low - high, 0), next_high - low
        assert least <= people <= most
        if 1 <= people <= 7:
            assert most - least + 1 >= 3


def test_a_sum_of_seconds_is_not_shown():
    """It would give away one turn by how much it rises."""
    operation = Operation()
    for _ in range(50):
        operation.count_turn(0.0123)
    names = {name for name, _ in samples_in(read(operation))}
    assert f"{TURNS}_count" in names
    assert f"{TURNS}_sum" not in names


@pytest.mark.parametrize("name", ERRORS_OF_PEOPLE)
def test_errors_in_turns_of_people_are_hidden_until_they_are_many(name):
    operation = Operation()
    for _ in range(7):
        operation.count_error(name)
    text = read(operation)
    assert figure(text, "safeguarding_errors_total", event=name) == 0
    # As elsewhere a * says that there are some.
    assert figure(text, "safeguarding_error_seen", event=name) == 1
    operation.count_error(name)
    assert figure(read(operation), "safeguarding_errors_total", event=name) == 10


@pytest.mark.parametrize("name", ERRORS_OF_MACHINE)
def test_an_error_of_the_machine_is_shown_at_once(name):
    operation = Operation()
    assert figure(read(operation), "safeguarding_error_seen", event=name) == 0
    operation.count_error(name)
    assert figure(read(operation), "safeguarding_errors_total", event=name) == 1


@pytest.mark.parametrize(
    ("count", "figure_shown"), [(0, 0), (3, 0), (8, 10), (10_001, 10_000)]
)
def test_what_waits_and_what_was_lost_are_counts_of_people_too(count, figure_shown):
    state = with_state(events_waiting=count, events_lost=count, tickets_waiting=count)
    text = read(Operation(), state)
    for name in ("events_waiting", "events_lost_total", "tickets_waiting"):
        assert figure(text, f"safeguarding_{name}") == figure_shown


def test_without_a_helpdesk_there_are_no_tickets_and_no_channels():
    text = read(Operation())
    assert "tickets_waiting" not in text
    assert "channel_ready" not in text


def test_the_state_is_shown():
    state = with_state(
        model_is_loaded=False,
        database_is_writable=False,
        channels_ready={"telegram": True, "helpdesk": False},
    )
    text = read(Operation(), state)
    assert figure(text, "safeguarding_model_loaded") == 0
    assert figure(text, "safeguarding_database_writable") == 0
    assert figure(text, "safeguarding_channel_ready", channel="telegram") == 1
    assert figure(text, "safeguarding_channel_ready", channel="helpdesk") == 0
    assert figure(text, "safeguarding_version_info", model="a1b2", content="c3d4") == 1


def test_the_rule_is_printed_wherever_people_are_counted():
    state = with_state(tickets_waiting=1, channels_ready={"helpdesk": True})
    families = list(text_string_to_metric_families(read(Operation(), state)))
    told = {f.name: f.documentation for f in families}
    of_people = {name for name, words in told.items() if RULE in words}
    assert of_people == {
        "safeguarding_requests",
        "safeguarding_turn_seconds",
        "safeguarding_errors",
        "safeguarding_error_seen",
        "safeguarding_events_waiting",
        "safeguarding_events_lost",
        "safeguarding_tickets_waiting",
    }
    assert [n for n in told if n not in of_people and NO_PEOPLE not in told[n]] == []


def test_all_figures_are_there_from_the_start():
    """What appears only when it happens would say that it has happened."""
    busy = Operation()
    for name in ERRORS:
        busy.count_error(name)
    for kind in KINDS:
        busy.count_request(kind, 500)
    busy.count_turn(1)
    assert samples_in(read(Operation())).keys() == samples_in(read(busy)).keys()
    labels = {
        value
        for (name, pairs) in samples_in(read(busy))
        for key, value in pairs
        if key != "le" and name != "safeguarding_version_info"
    }
    assert labels == {*KINDS, *STATUSES, *ERRORS}


def test_of_the_process_only_memory_and_time_are_shown_and_coarsely():
    """An open file is a person's connection; a hundredth of a second is a turn."""
    process = {
        name: value
        for (name, _), value in samples_in(read(Operation())).items()
        if name.startswith("process_")
    }
    assert set(process) == {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_virtual_memory_bytes",
    }
    assert process["process_cpu_seconds_total"] % 1 == 0
    assert process["process_resident_memory_bytes"] % (1024 * 1024) == 0
