"""Different ways of typing the same words: `bot.plain_text`."""

import pytest

from bot.plain_text import normalise


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("", ""),
        ("hello", "hello"),
        ("  hello  ", "hello"),
        ("don’t “worry”", 'don\'t "worry"'),
        ("she’s 14—or 15", "she's 14-or 15"),
        ("helppppp", "helpp"),
        ("soooo scared", "soo scared"),
        ("HELPPPP", "HELPP"),
        ("7777", "7777"),
        ("!!!!", "!!!!"),
        ("sui\u200bcide", "suicide"),
        ("sui\u00adcide", "suicide"),
        ("\ufeffhello", "hello"),
        ("\u202ehello", "hello"),
        ("he\x00llo", "hello"),
        ("ｈｅｌｌｏ", "hello"),
        ("\u00a0hello\u00a0", "hello"),
        ("two\nlines", "two\nlines"),
        ("naïve café", "naïve café"),
        ("cafe\u0301", "café"),
        ("ﬁne", "fine"),
        ("😀😀😀", "😀😀😀"),
        ("wee yin's greetin", "wee yin's greetin"),
    ],
    ids=ascii,
)
def test_ways_of_typing_are_made_alike(typed, plain):
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    "typed", ["helppppp", "ａｂｃ", "x \u200b y", "“”", "a\u0300aaa"]
)
def test_what_is_plain_stays_as_it_is(typed):
    assert normalise(normalise(typed)) == normalise(typed)
