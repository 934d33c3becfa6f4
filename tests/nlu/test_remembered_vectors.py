"""Training texts are read once, and again only by another encoder."""

import numpy as np
import pytest

from bot.nlu.remembered_vectors import RememberedVectors


class CountingEncoder:
    """Counts what it reads; a text's vector is its length."""

    def __init__(self):
        self.read = []

    def encode(self, texts):
        self.read += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


@pytest.fixture
def encoder():
    return CountingEncoder()


def test_only_new_texts_are_read(encoder, tmp_path):
    file = tmp_path / "vectors.npz"
    RememberedVectors(encoder, "abc", file).encode(["one", "three"])
    found = RememberedVectors(encoder, "abc", file).encode(["three", "seven", "one"])
    assert encoder.read == ["one", "three", "seven"]
    assert found[:, 0].tolist() == [5, 5, 3]


def test_a_text_that_stands_twice_is_read_once(encoder, tmp_path):
    found = RememberedVectors(encoder, "abc", tmp_path / "v.npz").encode(["a", "a"])
    assert encoder.read == ["a"]
    assert len(found) == 2


def test_another_encoder_reads_all_again(encoder, tmp_path):
    file = tmp_path / "vectors.npz"
    RememberedVectors(encoder, "abc", file).encode(["one"])
    RememberedVectors(encoder, "def", file).encode(["one"])
    assert encoder.read == ["one", "one"]


def test_a_broken_memory_is_no_error(encoder, tmp_path):
    file = tmp_path / "vectors.npz"
    file.write_bytes(b"not a memory")
    assert RememberedVectors(encoder, "abc", file).encode(["one"]).shape == (1, 2)


def test_a_folder_that_cannot_be_written_is_no_error(encoder, tmp_path):
    (tmp_path / "file").write_text("")
    nowhere = tmp_path / "file" / "vectors.npz"
    assert RememberedVectors(encoder, "abc", nowhere).encode(["one"]).shape == (1, 2)
