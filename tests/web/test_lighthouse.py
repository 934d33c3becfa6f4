"""Lighthouse's own judgement of the start page, on its slow phone."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.web.conftest import ARGUMENTS

pytestmark = [pytest.mark.model, pytest.mark.service]

SECONDS = 120
MILLISECONDS_TO_PAINT = 1_000


@pytest.fixture
def report(installed, chromium_path, unavailable, server, tmp_path):
    """What Lighthouse says: a phone with 150 ms, 1.6 Mbit/s and a slow processor."""
    if chromium_path is None:
        unavailable("Chromium is not installed (Debian: apt-get install chromium)")
    subprocess.run(
        [
            installed(".bin/lighthouse"),
            server.url,
            "--quiet",
            "--output=json",
            f"--output-path={tmp_path}/report.json",
            f"--chrome-flags=--headless {' '.join(ARGUMENTS)}",
        ],
        env={**os.environ, "CHROME_PATH": chromium_path},
        check=True,
        timeout=SECONDS,
    )
    return json.loads((tmp_path / "report.json").read_text("utf-8"))


def test_lighthouse_finds_nothing_to_mend(report):
    scores = {name: found["score"] for name, found in report["categories"].items()}
    assert scores["accessibility"] == 1
    assert scores["best-practices"] == 1
    paint = report["audits"]["first-contentful-paint"]["numericValue"]
    assert paint < MILLISECONDS_TO_PAINT
