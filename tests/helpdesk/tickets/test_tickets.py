"""The made-up tickets are whole: names, keys, and words that are where they should."""

import html
import json
import re
from pathlib import Path

import pytest

LINES = (Path(__file__).parent / "tickets.jsonl").read_text("utf-8").splitlines()
TICKETS = [json.loads(line) for line in LINES]
KEYS = [
    "id",
    "format",
    "body",
    "new_words",
    "quoted_marker",
    "urgency",
    "kind",
    "note",
]
HIDDEN = re.compile(r"<(style|script|title)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.I)
# White space, quote marks, zero-width characters and soft hyphens: no words.
NO_WORDS = re.compile(r"[\s>\u200b\u200c\u00ad\ufeff]+")

each = pytest.mark.parametrize("ticket", TICKETS, ids=[t["id"] for t in TICKETS])


def squeeze(words):
    """The words without what a client may put between them."""
    return NO_WORDS.sub("", words)


def visible(ticket):
    """The body without tags, whoever wrote it."""
    body = ticket["body"]
    if ticket["format"] == "html":
        body = html.unescape(re.sub(r"<[^>]*>", "", HIDDEN.sub("", body)))
    return squeeze(body)


def test_there_are_enough_and_each_has_its_own_name():
    names = [ticket["id"] for ticket in TICKETS]
    assert len(names) >= 90
    assert len(set(names)) == len(names)


@each
def test_the_keys_are_complete_and_known(ticket):
    assert list(ticket) == KEYS
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", ticket["id"])
    assert ticket["format"] in {"html", "text"}
    assert ticket["kind"] in {"new", "reply", "auto_reply", "empty"}
    assert ticket["urgency"] in {"emergency", "urgent", "concern", "information"}
    assert ticket["note"].strip()


@each
def test_the_marker_is_in_the_body_and_not_in_the_new_words(ticket):
    marker = ticket["quoted_marker"]
    if marker is not None:
        assert marker in ticket["body"]
        assert squeeze(marker) not in squeeze(ticket["new_words"])


@each
def test_the_new_words_stand_in_the_body(ticket):
    assert bool(ticket["new_words"]) == (ticket["kind"] in {"new", "reply"})
    seen = visible(ticket)
    for paragraph in ticket["new_words"].split("\n"):
        assert squeeze(paragraph) in seen


@each
def test_telephone_numbers_are_made_up(ticket):
    numbers = re.findall(r"(?<![\d.])0[1-9]\d{2,3} ?\d{6}", ticket["body"])
    assert all(re.match(r"01632 ?960|07700 ?900", number) for number in numbers)
