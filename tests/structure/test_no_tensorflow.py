"""Rasa without TensorFlow: it is not installed, and its absence explains itself."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

HEAVY = [
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-text",
    "tensorflow-hub",
    "tensorflow-addons",
    "keras",
    "jax",
    "torch",
    "transformers",
    "sentence-transformers",
]
TRAIN = ["train", "nlu", "--config", "config.yml", "--nlu", "nlu.yml", "--out", "m"]
SENTENCE = "This project runs Rasa without TensorFlow"
CONFIG = """
recipe: default.v1
assistant_id: a-test
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: DIETClassifier
    epochs: 1
"""
MESSAGES = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello there
      - good morning
  - intent: goodbye
    examples: |
      - see you
      - good night
"""


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_package_is_not_installed(name):
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.distribution(name)


def test_tensorflow_is_the_placeholder():
    import tensorflow

    assert tensorflow.PLACEHOLDER


@pytest.mark.parametrize("name", ["keras.Model", "tensorflow.data.Dataset.zip"])
def test_using_tensorflow_says_that_it_is_not_there(name):
    import tensorflow  # noqa: F401  makes `keras` importable

    module, *path = name.split(".")
    thing = __import__(module)
    for part in path:
        thing = getattr(thing, part)
    with pytest.raises(ImportError, match=SENTENCE):
        thing(1, 2)


def test_a_config_that_needs_tensorflow_fails_with_a_sentence(tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "nlu.yml").write_text(MESSAGES)
    trained = subprocess.run(
        [Path(sys.executable).with_name("rasa"), *TRAIN],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "", "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert trained.returncode != 0
    assert SENTENCE in " ".join(trained.stderr.split())
