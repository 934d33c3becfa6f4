"""Rasa's stock pipeline, in a throw-away environment, on the same public set.

The stock pipeline needs TensorFlow, which this project leaves out; so a second
environment is made, with the Rasa that this project pins and the Python that it asks
for, and removed afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.public_sets import Case

RASA: Final = "rasa==3.6.21"
# Rasa's own wheels ask for one of these.
PYTHONS: Final = ("python3.10", "python3.9", "python3.8")
# What `rasa init` writes.
CONFIG: Final = """\
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
"""


def python_for_rasa() -> str | None:
    """A Python that Rasa's wheels accept, if one is on the PATH and runs."""
    found = filter(None, map(shutil.which, PYTHONS))
    return next((python for python in found if _runs(python)), None)


def _runs(python: str) -> bool:
    """A version manager's placeholder may stand where no Python is."""
    tried = subprocess.run([python, "--version"], capture_output=True, check=False)
    return tried.returncode == 0


class StockRasa:
    """The environment: made in a folder, used, and gone with it.

    Args:
        folder: an empty folder for it, 3 GB.
        python: see `python_for_rasa`.
    """

    def __init__(self, folder: Path, python: str) -> None:
        self._folder = folder
        self._rasa = folder / "environment" / "bin" / "rasa"
        if not self._rasa.exists():
            environment = folder / "environment"
            _run([python, "-m", "venv", str(environment)], folder)
            pip = [str(environment / "bin" / "python"), "-m", "pip", "install"]
            # Rasa 3.6 reads its own version with a module that newer setuptools drop.
            _run([*pip, "--quiet", RASA, "setuptools<81"], folder)

    def accuracy(self, train: Sequence[Case], test: Sequence[Case]) -> float:
        """Share of test cases whose intent the stock pipeline names rightly."""
        work = self._folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / "config.yml").write_text(CONFIG, "utf-8")
        (work / "domain.yml").write_text('version: "3.1"\n', "utf-8")
        _write(work / "train.yml", train)
        _write(work / "test.yml", test)
        rasa = str(self._rasa)
        _run([rasa, "train", "nlu", "--nlu", "train.yml"], work)
        _run(
            [rasa, "test", "nlu", "--nlu", "test.yml", "--no-plot", "--out", "out"],
            work,
        )
        report = json.loads((work / "out" / "intent_report.json").read_text("utf-8"))
        # With one label each, accuracy is the recall weighted by the labels' numbers.
        return float(report["weighted avg"]["recall"])


def _write(path: Path, cases: Sequence[Case]) -> None:
    """Training data in Rasa's form; JSON strings are YAML strings."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in cases:
        by_intent.setdefault(intent, []).append(" ".join(text.split()))
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in by_intent.items():
        lines += [f"- intent: {json.dumps(intent)}", "  examples: |"]
        # Brackets are Rasa's marks for entities.
        lines += [
            f"    - {text.translate(str.maketrans('[](){}', '      '))}"
            for text in texts
        ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _run(command: Sequence[str], folder: Path) -> None:
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    for name, value in os.environ.items():
        if name.startswith("PIP_"):
            environment[name] = value
    subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
