"""`make helpdesk-demo`: shows three tickets with notes, and ends what it started."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpdesk.django.environment import (
    CannotInstallError,
    cache_folder,
    prepared_environment,
)
from tests.live_server import ROOT, environment_for, stop

pytestmark = [pytest.mark.model, pytest.mark.service]

DEMO = Path("tools/helpdesk_demo.py")
SECONDS = 180
PRIORITIES = ["1 (critical)", "2 (high)", "3 (normal)"]


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The demonstration, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, DEMO, *arguments],
        cwd=ROOT,
        env=environment_for(folder, HELPDESK_CACHE=str(cache_folder().absolute())),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        stop(process)


@pytest.fixture(scope="module", autouse=True)
def packages_of_the_desk(trained_model) -> None:
    """Skips where a django-helpdesk cannot be had, or fails where all must be there."""
    try:
        prepared_environment()
    except CannotInstallError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory) -> Path:
    """Where the demonstration could leave things."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(demo_folder: Path) -> str:
    """All that `--once` prints."""
    with demo(demo_folder, "--once") as process:
        output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, output
        return output


def is_listened_to(url: str) -> bool:
    """Whether somebody answers at the address."""
    host, port = re.fullmatch(r"http://([\d.]+):(\d+)/.*", url).groups()
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def addresses_in(words: str) -> list[str]:
    """The web addresses in what was printed."""
    return re.findall(r"http://\S+", words)


def test_each_ticket_is_shown_with_its_urgency_and_priority(printed: str) -> None:
    urgencies = re.findall(r"^  Urgency: ([\w ]+)", printed, re.MULTILINE)
    assert urgencies == ["EMERGENCY", "urgent", "a question"]
    assert re.findall(r"Priority: (\d \([\w ]+\))", printed) == PRIORITIES


def test_what_is_urgent_is_given_to_the_lead(printed: str) -> None:
    assert re.findall(r"Given to: (\w+)", printed) == ["dsl", "dsl", "nobody"]


def test_it_says_where_to_look_and_who_to_be(printed: str) -> None:
    paths = [address.split("/", 3)[3] for address in addresses_in(printed)]
    assert paths == ["tickets/1/", "tickets/2/", "tickets/3/", "", ""]
    assert re.search(r"Log in as: \w+   Password: \S+", printed)


def test_nothing_is_left_running_and_nothing_is_left_behind(
    printed: str, demo_folder: Path
) -> None:
    assert not any(map(is_listened_to, addresses_in(printed)))
    assert list((demo_folder / "tmp").iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_it_runs_until_it_is_ended_and_then_all_of_it_ends(tmp_path, how) -> None:
    with demo(tmp_path) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        addresses = addresses_in("".join(lines))
        assert addresses
        assert all(map(is_listened_to, addresses)), lines
        process.send_signal(how)
        rest, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, rest
    assert not any(map(is_listened_to, addresses))
    assert list((tmp_path / "tmp").iterdir()) == []
