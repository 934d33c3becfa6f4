"""The sentence encoder: the published weights, and one vector for one text."""

import importlib.util
import tarfile
from types import SimpleNamespace

import numpy as np
import pytest

from bot.agent import MODEL
from bot.errors import EncoderError
from bot.nlu import encoder_graph
from bot.nlu.encoder import MOST_TOKENS, VECTOR_SIZE, Encoder
from bot.nlu.encoder_graph import WEIGHTS_SHA256, published_weights_folder


def test_other_weights_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other weights")
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(EncoderError, match=f"not {WEIGHTS_SHA256}"):
        published_weights_folder()


def test_missing_weights_are_named(monkeypatch):
    monkeypatch.setattr(encoder_graph, "WEIGHTS_PACKAGE", "there_is_no_such_package")
    with pytest.raises(EncoderError, match="make setup"):
        published_weights_folder()


def test_the_published_weights_are_those_of_the_design():
    assert WEIGHTS_SHA256 == (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )


def test_the_installed_weights_are_the_published_ones():
    assert (published_weights_folder() / "model.safetensors").exists()


@pytest.mark.parametrize("file", [None, "tokenizer.json", "encoder.onnx"])
def test_a_broken_encoder_is_refused_in_plain_words(tmp_path, file):
    if file:
        (tmp_path / file).write_bytes(b"not what it says")
    with pytest.raises(EncoderError, match="make train"):
        Encoder(tmp_path)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """The encoder of the trained model."""
    folder = tmp_path_factory.mktemp("model")
    with tarfile.open(MODEL) as model:
        wanted = ("encoder.onnx", "tokenizer.json")
        members = [m for m in model.getmembers() if m.name.endswith(wanted)]
        model.extractall(folder, members)
    return Encoder(next(folder.rglob("encoder.onnx")).parent)


@pytest.mark.model
def test_vectors_have_length_one(encoder):
    vectors = encoder.encode(["hello", "my son is being blackmailed", "a " * 900])
    assert vectors.shape == (3, VECTOR_SIZE)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_the_same_text_has_the_same_vector(encoder):
    one, other = (
        encoder.encode(["she will not eat"]),
        encoder.encode(["she will not eat"]),
    )
    assert np.array_equal(one, other)


@pytest.mark.model
def test_a_text_is_read_alone_as_among_others(encoder):
    texts = [f"message number {n} " * (n + 1) for n in range(40)]
    among = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert (among * alone).sum(axis=1).min() > 0.999


@pytest.mark.model
def test_like_meanings_are_near_each_other(encoder):
    blackmail, threat, weather = encoder.encode(
        [
            "someone threatens to share my daughter's nude photo",
            "a stranger says he will post naked pictures of my girl",
            "what will the weather be like on sunday",
        ]
    )
    assert blackmail @ threat > blackmail @ weather + 0.2


@pytest.mark.model
def test_no_texts_have_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, VECTOR_SIZE)


@pytest.mark.model
def test_the_end_of_a_very_long_text_is_read(encoder):
    story = "We had a nice day and then we went home. " * 60
    assert len(story.split()) > MOST_TOKENS
    (reading,) = encoder.read([story + "He says he will kill himself tonight."])
    (ending,) = encoder.encode(["He says he will kill himself tonight."])
    assert max(reading.passages @ ending) > 0.6


@pytest.mark.model
@pytest.mark.parametrize("text", ["x", "😀", "...", "/", "\x00"], ids=ascii)
def test_odd_texts_have_a_passage_too(encoder, text):
    (reading,) = encoder.read([text])
    assert reading.passages.shape[0] >= 1
    assert np.isfinite(reading.passages).all()
