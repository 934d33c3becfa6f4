"""Promise 1: first thing, on every channel: a machine, no emergency service, 999."""

from __future__ import annotations

import pytest

from bot.guidance.render import text_of
from tests.live_server import Chat

pytestmark = pytest.mark.model


def says_it_all(text: str) -> bool:
    """Whether the three things are said."""
    said = text.lower()
    return "machine" in said and "not an emergency service" in said and "999" in said


def test_on_the_web(chat: Chat) -> None:
    assert chat.opening.cards == ["opening"]
    assert says_it_all(chat.opening.messages[0]["text"].split("\n")[0])
    assert chat.opening.contacts == ["emergency_999"]


def test_in_the_terminal(terminal, library) -> None:
    before_anybody_typed = terminal.shown.partition("you>")[0]
    assert says_it_all(before_anybody_typed)
    assert terminal.shows(text_of(library.cards["opening"]))


def test_on_the_page(http) -> None:
    page = http.get("/").text
    assert says_it_all(page)
    assert 'href="tel:999"' in page
