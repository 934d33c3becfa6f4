"""`make bench-metrics` on a small scale: it measures everything and knows a miss."""

import subprocess
import sys

import pytest

from benchmarks.metrics import Figure
from tests.live_server import ROOT


@pytest.mark.parametrize(
    ("value", "bar", "is_missed"),
    [(1, 2, False), (2, 2, True), (3, 2, True), (3, None, False)],
)
def test_a_figure_must_be_under_its_bar(value, bar, is_missed):
    assert Figure("it", value, "ms", bar).is_missed == is_missed


def measured(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.metrics", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_is_measured_and_right():
    done = measured("--turns", "300", "--database", "sqlite")
    # On a busy machine a time may be missed; a count never.
    assert "Traceback" not in done.stderr
    assert done.returncode == int("MISSED" in done.stdout), done.stderr
    counts = [line for line in done.stdout.splitlines() if "under 1 " in line]
    assert len(counts) == 3
    assert all(line.endswith("ok") for line in counts)


def test_a_database_that_is_not_there_is_a_miss():
    away = "postgresql://nobody@127.0.0.1:1/name"
    done = measured("--turns", "10", "--database", "postgresql", TEST_POSTGRES_URL=away)
    assert done.returncode == 1
    assert "does not answer" in done.stdout
