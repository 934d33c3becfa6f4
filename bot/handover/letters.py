"""A letter made ready to be judged: cleaned, cut to what anybody writes, in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.handover.new_words import new_words

# Longer than any letter; the rest of a longer one is a pasted book.
MOST_CHARACTERS: Final = 20_000
# Of an entry as it came, with its markup and the thread below.
MOST_RAW: Final = 1_000_000
LONGEST_TITLE: Final = 300
# About as long as messages are; measured on letters, shorter ones gain nothing.
LONGEST_PIECE: Final = 300
SENTENCES: Final = re.compile(r"[^.!?\n]{0,600}(?:[.!?\n]+|$)|[^.!?\n]{600}")
# A picture inside a letter's markup is no words, and may be a megabyte.
INLINE_FILE: Final = re.compile(r"data:[^\s\"'<>)]{200,}")
# A slash at the beginning would fire an intent.
COMMAND: Final = re.compile(r"^[\s/]+")


def words_in(text: str, is_html: bool) -> str:
    """The reporter's new words in an entry."""
    whole = INLINE_FILE.sub("", text)[:MOST_RAW]
    return _clean(new_words(whole, is_html))[:MOST_CHARACTERS]


def title_in(text: str) -> str:
    """A ticket's title."""
    return _clean(text)[:LONGEST_TITLE]


def pieces(text: str) -> Iterator[str]:
    """A text in pieces of a chat message's length, cut between lines or sentences.

    The model knows messages; in a whole letter one line of danger would be drowned.
    """
    piece = ""
    for part in SENTENCES.findall(text):
        if piece and len(piece) + len(part) > LONGEST_PIECE:
            yield piece.strip()
            piece = ""
        piece += part
    if piece.strip():
        yield piece.strip()


def _clean(text: str) -> str:
    """A text without half characters, which nothing below could encode."""
    return COMMAND.sub("", text.encode("utf-8", "ignore").decode("utf-8"))
