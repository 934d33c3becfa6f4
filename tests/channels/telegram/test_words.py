"""How messages look in Telegram: well-formed, within its limits, nothing left out."""

from __future__ import annotations

from html import unescape

import pytest
from telegram.constants import InlineKeyboardButtonLimit

from bot.channels.telegram_talk import COMMANDS, OWN_CARDS
from bot.channels.telegram_words import MOST_CHARACTERS, TAG, parts_of, shown_length
from bot.guidance.choices import Menu, load_titles
from bot.guidance.choose import Answer
from bot.guidance.render import render

EVIL = "<b>&amp;</b> \"' <script>"


@pytest.fixture(scope="module")
def menu(library):
    return Menu(library, load_titles())


def messages(library, menu, audience="parent"):
    """Every card as it is rendered for every channel."""
    for card in library.cards.values():
        yield from render(Answer((card,), "concern"), audience, None, library, menu)


def shown(part):
    """What a person reads."""
    return unescape(TAG.sub("", part.html))


def test_every_card_fits_telegrams_limits(library, menu):
    for message in messages(library, menu):
        for part in parts_of(message):
            assert 0 < shown_length(part.html) <= MOST_CHARACTERS


def test_no_word_route_or_button_is_left_out(library, menu):
    for message in messages(library, menu):
        parts = parts_of(message)
        read = "\n".join(shown(part) for part in parts)
        for line in message["text"].split("\n"):
            assert line in read
        keyboard = parts[-1].keyboard
        buttons = [
            b for row in (keyboard.inline_keyboard if keyboard else ()) for b in row
        ]
        for contact in message["contacts"]:
            assert contact["name"] in read
            assert contact["phone"] is None or contact["phone"] in read
            assert contact["text"] is None or contact["text"] in read
            assert contact["url"] in (None, *(button.url for button in buttons))
        choices = [button["choice"] for button in message["buttons"]]
        assert [b.callback_data for b in buttons if b.callback_data] == choices


def test_every_key_of_a_button_fits(menu):
    longest = max(len(key.encode()) for key in menu._meanings)
    assert longest <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def test_markup_in_words_stays_words(library, menu):
    message = next(messages(library, menu))
    message["text"] = EVIL
    message["contacts"] = [
        {
            "id": "x",
            "name": EVIL,
            "for_what": EVIL,
            "what_happens": None,
            "phone": '1"><b>',
            "phone_note": EVIL,
            "text": EVIL,
            "text_note": None,
            "email": EVIL,
            "url": None,
            "hours": EVIL,
            "where": None,
        }
    ]
    (part,) = parts_of(message)
    assert "<script>" not in part.html
    assert EVIL in shown(part)


def test_a_national_number_can_be_tapped(library, menu):
    message = next(m for m in messages(library, menu) if m["contacts"])
    read = {
        contact.phone: shown(part)
        for m in messages(library, menu)
        for contact in [library.contacts[c["id"]] for c in m["contacts"]]
        for part in parts_of(m)
    }
    assert message
    assert "0800 1111 (tap: +448001111)" in read["0800 1111"]
    assert "(tap: +44" not in read["999"].split("999")[1][:8]


def test_a_long_answer_is_cut_between_its_paragraphs(library, menu):
    message = next(messages(library, menu))
    line = "word " * 200
    message["text"] = "\n".join([line.strip()] * 12)
    parts = parts_of(message)
    assert len(parts) > 1
    assert all(shown_length(part.html) <= MOST_CHARACTERS for part in parts)
    assert all(part.keyboard is None for part in parts[:-1])
    assert parts[-1].keyboard is not None
    read = "\n".join(shown(part) for part in parts)
    assert read.count(line.strip()) == 12


def test_the_cards_of_this_channel_exist(library):
    assert set(OWN_CARDS) <= set(library.cards)


def test_commands_keep_to_telegrams_limits():
    for command in COMMANDS:
        assert command.command.islower()
        assert 1 <= len(command.description) <= 256
