"""The one way this project reads YAML: no surprises."""

import pytest

from bot.errors import ContentError
from bot.yaml_file import read_yaml


@pytest.fixture
def read(tmp_path):
    """Reads what stands in a file."""

    def read_words(words):
        path = tmp_path / "file.yml"
        path.write_bytes(words if isinstance(words, bytes) else words.encode())
        return read_yaml(path)

    return read_words


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("No", "No"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("n", "n"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("null", None),
        ("7", 7),
        ("0.5", 0.5),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21 10:00:00", "2026-11-21 10:00:00"),
        ('"999"', "999"),
    ],
)
def test_a_value_is_what_it_looks_like(read, written, value):
    assert read(f"key: {written}") == {"key": value}


def test_a_key_given_twice_is_an_error_with_its_line(read):
    with pytest.raises(ContentError, match=r"file\.yml:3: .*'a' is given twice"):
        read("a: 1\nb: 2\na: 3\n")


def test_a_key_given_twice_further_in_is_an_error_too(read):
    with pytest.raises(ContentError, match="given twice"):
        read("list:\n  - {a: 1, a: 2}\n")


@pytest.mark.parametrize(
    "words",
    ["a: [1,", "a: b: c", "\ta: 1", b"\xff\xfe\x00", "a: !!python/object:os.system {}"],
    ids=["open list", "two colons", "a tab", "no UTF-8", "a Python object"],
)
def test_what_cannot_be_read_is_named(read, words):
    with pytest.raises(ContentError, match=r"file\.yml:\d+: YAML_UNREADABLE"):
        read(words)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ContentError, match="there_is_none"):
        read_yaml(tmp_path / "there_is_none.yml")
