"""How a message is cut into passages."""

from itertools import pairwise

import pytest

from bot.nlu.passages import MOST_WORDS, passages


def cut(text):
    return [text[start:end] for start, end in passages(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("   \n ", []),
        ("hello", ["hello"]),
        (
            "She is fourteen and very quiet. He has asked her for pictures again.",
            [
                "She is fourteen and very quiet.",
                "He has asked her for pictures again.",
            ],
        ),
        (
            "she is fourteen and very quiet\nhe has asked her for pictures again",
            [
                "she is fourteen and very quiet",
                "he has asked her for pictures again",
            ],
        ),
        ("He left. She cried. Help!", ["He left. She cried. Help!"]),
        (
            "Is he really who he says he is? I do not think so at all.",
            ["Is he really who he says he is?", "I do not think so at all."],
        ),
        ("...", ["..."]),
        ("!!! help", ["!!! help"]),
        ("😀", ["😀"]),
    ],
    ids=[
        "nothing",
        "only spaces",
        "one word",
        "two sentences",
        "two lines",
        "short ones stay together",
        "a question",
        "only dots",
        "marks first",
        "a picture",
    ],
)
def test_a_message_is_cut_where_a_thought_ends(text, pieces):
    assert cut(text) == pieces


@pytest.mark.parametrize("words", [1, 5, 24, 25, 36, 37, 100, 800])
def test_a_long_run_is_cut_into_windows_that_overlap(words):
    text = " ".join(f"word{number}" for number in range(words))
    pieces = cut(text)
    assert max(len(piece.split()) for piece in pieces) <= MOST_WORDS
    for one, other in pairwise(pieces):
        assert set(one.split()) & set(other.split())


@pytest.mark.parametrize("words", [1, 24, 25, 26, 36, 37, 48, 49, 100])
def test_no_word_is_lost(words):
    text = " ".join(f"word{number}" for number in range(words))
    assert {w for piece in cut(text) for w in piece.split()} == set(text.split())


def test_the_first_and_the_last_word_of_a_story_are_read():
    text = (
        "First. " + "He said that she said that he did. " * 30 + "The end is near now"
    )
    pieces = cut(text)
    assert pieces[0].startswith("First.")
    assert pieces[-1].endswith("near now")
