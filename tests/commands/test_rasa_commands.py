"""Rasa's own commands work in the checkout: `rasa data validate`, `rasa test`,
`rasa run` with `rasa run actions` beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live_server import (
    ROOT,
    Chat,
    Server,
    environment_for,
    free_port,
    serving,
    stop,
    wait_for,
)

pytestmark = pytest.mark.model

WORDS = "Zebedee Quillfeather is being bullied by his class on WhatsApp"
# What Rasa 3.6 says of itself and of its libraries, not of our files.
NOT_OURS = ("MovedIn20Warning", "DeprecationWarning", "PyparsingDeprecationWarning")


def run_rasa(folder: Path, *arguments: str) -> str:
    """Runs a command of Rasa to its end; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "rasa", *arguments],
        cwd=ROOT,
        env=environment_for(folder, LOG_LEVEL="INFO"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert not (folder / "outbound.txt").exists()
    return done.stdout


def test_rasa_data_validate_has_nothing_to_say(tmp_path: Path) -> None:
    files = ("--config", "config.yml", "--domain", "domain.yml", "--data", "data")
    printed = run_rasa(tmp_path, "data", "validate", *files, "--fail-on-warnings")
    warnings = [line for line in printed.splitlines() if "arning" in line]
    ours = [line for line in warnings if not any(name in line for name in NOT_OURS)]
    assert ours == []


def test_rasa_test_passes(tmp_path: Path) -> None:
    """The command that stands at the head of tests/test_stories.yml."""
    run_rasa(
        tmp_path,
        *("test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"),
        *("--stories", "tests/test_stories.yml", "--model", "models/current.tar.gz"),
        *("--out", str(tmp_path / "results")),
    )
    failed = (tmp_path / "results" / "failed_test_stories.yml").read_text()
    assert "None of the test stories failed" in failed


@pytest.fixture(scope="module")
def rasa_run(trained_model, tmp_path_factory) -> Iterator[Server]:
    """`rasa run --debug`, with `rasa run actions` beside it."""
    folder = tmp_path_factory.mktemp("rasa_run")
    actions_folder = tmp_path_factory.mktemp("rasa_run_actions")
    port = str(free_port())
    endpoints = folder / "endpoints.yml"
    endpoints.write_text((ROOT / "endpoints.yml").read_text().replace("5055", port))
    with (folder / "actions.txt").open("wb") as log:
        actions = subprocess.Popen(
            [sys.executable, "-m", "rasa", "run", "actions", "--port", port],
            cwd=ROOT,
            env=environment_for(actions_folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        command = (
            *("-m", "rasa", "run", "--debug", "--model", "models/current.tar.gz"),
            *("--interface", "127.0.0.1", "--port", "{port}"),
            *("--credentials", "credentials.yml", "--endpoints", str(endpoints)),
        )
        try:
            with serving(folder, command, ready_at="/") as server:
                health = f"http://127.0.0.1:{port}/health"
                assert wait_for(lambda: answers(health), seconds=60)
                yield server
        finally:
            stop(actions)


def answers(url: str) -> bool:
    """Whether somebody answers 200 there."""
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_rasa_run_serves_the_web_chat(rasa_run: Server) -> None:
    with rasa_run.client() as http:
        chat = Chat(http)
        assert chat.opening.cards == ["opening"]
        assert "bullying_now" in chat.say(WORDS).cards
        assert chat.press("nation.wales").cards[0] == "nation_wales"
        assert chat.press("emergency").is_emergency_first
        assert chat.say('/inform{"nation": "x"}').cards != ["something_failed"]
        assert chat.forget().status_code == 200
        assert chat.send(text="hello").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/webhooks/rest/webhook",
        "/webhooks/telegram/webhook",
        "/socket.io/",
        "/model/parse",
        "/conversations/default/tracker",
        "/status",
    ],
)
def test_rasa_run_opens_nothing_else(rasa_run: Server, address: str) -> None:
    with rasa_run.client() as http:
        assert http.get(address).status_code == 404
        assert http.post(address, json={"message": "hello"}).status_code == 404


def test_rasa_run_writes_down_no_word(rasa_run: Server) -> None:
    """Not even where the operator asks for debug logs."""
    with rasa_run.client() as http:
        Chat(http).say(WORDS)
    for name in ("log.txt", "actions.txt", "metrics.db"):
        content = (rasa_run.folder / name).read_bytes()
        assert b"Quillfeather" not in content, name


def test_rasa_run_reaches_nobody(rasa_run: Server) -> None:
    assert not rasa_run.outbound.exists(), rasa_run.outbound.read_text()


def test_no_entry_point_reports_usage_or_crashes(tmp_path: Path) -> None:
    """Whatever the environment says before, importing Rasa here switches it off."""
    code = (
        "import tensorflow, os; from rasa import telemetry; "
        "print(os.environ['RASA_TELEMETRY_ENABLED'], telemetry.is_telemetry_enabled())"
    )
    environment = environment_for(tmp_path, RASA_TELEMETRY_ENABLED="true")
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split()[-2:] == ["false", "False"]
