"""The counters behind Prometheus: nothing is lost, and nothing but numbers is held."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.metrics.operation import (
    ERRORS,
    KINDS,
    LATENCY_ENDS,
    STATUSES,
    UNLISTED,
    Operation,
    kind_of,
)
from tests.live_server import ROOT, environment_for

# Every route that the server can have, in whatever way it is set up.
ASK_FOR_ROUTES = """
from bot.desk_settings import DeskSettings
from bot.server import build_app
from bot.settings import Settings
desk = DeskSettings("zendesk", "https://desk.example", "a_secret-of-20-letters")
app = build_app(Settings(
    telegram_bot_token="123456789:AAabcdefghij",
    telegram_webhook_url="https://chat.example/webhooks/telegram",
    telegram_webhook_secret="a_secret-of-20-letters",
    desk=desk,
))
for route in app.router.routes_all.values():
    print(">" + route.path)
"""


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        ("", "page"),
        ("safeguarding-chat.js", "page"),
        ("webhooks/webchat/message", "chat"),
        ("/webhooks/webchat/session", "chat"),
        ("webhooks/telegram", "chat"),
        ("webhooks/helpdesk/zendesk/<key:str>", "helpdesk"),
        ("insights", "insights"),
        ("insights/figures.csv", "insights"),
        ("health", "health"),
        ("ready", "health"),
        ("something/new", "other"),
        ("webhooks", "other"),
        (None, "unknown_address"),
    ],
)
def test_a_route_is_of_a_kind(route, kind):
    assert kind_of(route) == kind


def test_every_route_of_the_server_is_of_a_kind(tmp_path):
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FOR_ROUTES],
        cwd=ROOT,
        env=environment_for(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    routes = [line[1:] for line in asked.stdout.splitlines() if line[:1] == ">"]
    assert {"", "health", "webhooks/webchat/message"} <= set(routes)
    assert [route for route in routes if kind_of(route) == "other"] == []


@pytest.mark.parametrize(
    ("status", "shown_as"),
    [
        (200, "2xx"),
        (204, "2xx"),
        (303, "3xx"),
        (404, "4xx"),
        (499, "4xx"),
        (500, "5xx"),
        (599, "5xx"),
        (101, "2xx"),
        (999, "5xx"),
    ],
)
def test_a_status_is_of_a_class(status, shown_as):
    operation = Operation()
    operation.count_request("chat", status)
    assert operation.counts().requests["chat", shown_as] == 1


@pytest.mark.parametrize("end", LATENCY_ENDS)
def test_a_turn_that_takes_exactly_as_long_belongs_to_the_bucket(end):
    operation = Operation()
    operation.count_turn(end)
    place = LATENCY_ENDS.index(end)
    assert operation.counts().turns == (0,) * place + (1,) * (11 - place)


def test_a_turn_that_takes_for_ever_is_counted_too():
    operation = Operation()
    operation.count_turn(3600)
    assert operation.counts().turns == (0,) * 10 + (1,)


def test_an_error_that_nobody_listed_is_counted_without_its_name():
    operation = Operation()
    operation.count_error("zzcanary.failed")
    errors = operation.counts().errors
    assert errors[UNLISTED] == 1
    assert set(errors) == set(ERRORS)


def test_what_is_held_does_not_grow_with_traffic():
    operation = Operation()
    for number in range(5_000):
        operation.count_error(f"made.up_{number}")
        operation.count_request("other", number)
        operation.count_turn(number / 100)
    counts = operation.counts()
    assert len(counts.errors) == len(ERRORS)
    assert len(counts.requests) == len(KINDS) * len(STATUSES)
    assert len(counts.turns) == len(LATENCY_ENDS) + 1


def test_threads_lose_nothing():
    operation = Operation()

    def count(_):
        for _ in range(2_000):
            operation.count_request("chat", 200)
            operation.count_turn(0.02)
            operation.count_error("reception.turn.failed")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))
    counts = operation.counts()
    assert counts.requests["chat", "2xx"] == 16_000
    assert counts.turns[-1] == 16_000
    assert counts.errors["reception.turn.failed"] == 16_000
