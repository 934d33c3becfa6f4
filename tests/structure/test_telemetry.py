"""Rasa reports nothing to its makers, whichever way it is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# How Python is started for each way there is; `make` sets the variable besides.
STARTS = {
    "make run": "import bot.server",
    "make chat": "import bot.chat",
    "make train": "import bot.train",
    "make content": "import bot.guidance.checks",
    "rasa run actions": "import actions.give_guidance",
    "rasa train, test, shell, run": "",
}
ASK = "import os; print(os.environ.get('RASA_TELEMETRY_ENABLED'))"


@pytest.fixture
def environment(tmp_path):
    """The environment of somebody who has told Rasa nothing."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    return {**kept, "PYTHONPATH": str(Path.cwd()), "PYTHONWARNINGS": "ignore"}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_telemetry_is_off(environment, start):
    started = subprocess.run(
        [sys.executable, "-c", f"{start}\n{ASK}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == ["false"]


def test_it_cannot_be_turned_on_by_accident(environment):
    started = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**environment, "RASA_TELEMETRY_ENABLED": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == ["false"]


def test_rasa_obeys_the_variable(monkeypatch):
    from rasa.telemetry import is_telemetry_enabled

    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "false")
    assert not is_telemetry_enabled()
