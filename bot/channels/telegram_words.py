"""How a message looks in Telegram: HTML that is always well formed, and its buttons.

The words are those of every channel (`bot.guidance.render`). Everything is escaped, so
no card can break the markup. Used by `bot.channels.telegram_talk`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape, unescape
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.guidance.render import Message, ShownCard, ShownContact

# Of the Bot API's sendMessage, after the markup is taken out.
MOST_CHARACTERS: Final = 4_096
TAG: Final = re.compile(r"<[^>]+>")
# Two short titles stand beside each other on a small phone; longer ones are cut off.
LONGEST_SHARING: Final = 18
# Digits of a national number, its leading 0 included: Childline's is the shortest.
SHORTEST_NATIONAL: Final = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One message as Telegram takes it."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


def parts_of(message: Message) -> list[Part]:
    """The messages to send, in order; the last one has the buttons."""
    card = message["card"]
    paragraphs = [
        *(escape(line) for line in message["text"].split("\n")),
        *(_contact(contact) for contact in message["contacts"]),
        *([_sources(card)] if card and _has_page(card) else []),
    ]
    keyboard = _keyboard(message)
    *before, last = _packed(paragraphs)
    return [*(Part(html) for html in before), Part(last, keyboard)]


def _contact(contact: ShownContact) -> str:
    ways = [
        _with_note(f"call {_phone(contact['phone'])}", contact["phone_note"])
        if contact["phone"]
        else "",
        _with_note(f"text {escape(contact['text'])}", contact["text_note"])
        if contact["text"]
        else "",
        f"e-mail {escape(contact['email'])}" if contact["email"] else "",
    ]
    about = (
        contact["for_what"],
        contact["hours"],
        contact["where"],
        contact["what_happens"],
    )
    lines = [
        f"<b>{escape(contact['name'])}</b>",
        ", ".join(filter(None, ways)),
        *(escape(line) for line in about if line),
    ]
    # An empty line before each, so that a frightened reader sees where one ends.
    return "\n" + "\n".join(filter(None, lines))


def _phone(phone: str) -> str:
    """The number as the body writes it, and as Telegram makes it tappable.

    Telegram knows no `tel:` links; it links numbers with a country code by itself, and
    short ones such as 999 not at all.
    """
    digits = re.sub(r"[^0-9]", "", phone)
    if digits.startswith("0") and len(digits) >= SHORTEST_NATIONAL:
        return f"{escape(phone)} (tap: +44{digits[1:]})"
    return escape(phone)


def _with_note(way: str, note: str | None) -> str:
    return f"{way} ({escape(note)})" if note else way


def _has_page(card: ShownCard) -> bool:
    # Words of the project's own have no page to show.
    return any(source["url"] for source in card["sources"])


def _sources(card: ShownCard) -> str:
    """Folded: Telegram shows the first lines, and the rest at a tap."""
    names = [
        f'<a href="{escape(source["url"])}">{escape(source["name"])}</a>'
        if source["url"]
        else escape(source["name"])
        for source in card["sources"]
    ]
    reviewed = date.fromisoformat(card["reviewed_on"])
    lines = [f"Reviewed {reviewed.day} {reviewed:%B %Y}. Sources:", *names]
    return f"\n<blockquote expandable>{chr(10).join(lines)}</blockquote>"


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    pages = [
        [InlineKeyboardButton(f"{contact['name']} ↗", url=contact["url"])]
        for contact in message["contacts"]
        if contact["url"]
    ]
    replies = [
        InlineKeyboardButton(button["title"], callback_data=button["choice"])
        for button in message["buttons"]
    ]
    rows = [*pages, *_rows(replies)]
    return InlineKeyboardMarkup(rows) if rows else None


def _rows(
    buttons: Iterable[InlineKeyboardButton],
) -> Iterator[list[InlineKeyboardButton]]:
    waiting: list[InlineKeyboardButton] = []
    for button in buttons:
        if len(button.text) > LONGEST_SHARING:
            if waiting:
                yield waiting
                waiting = []
            yield [button]
            continue
        waiting.append(button)
        if len(waiting) == 2:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _packed(paragraphs: Iterable[str]) -> list[str]:
    """Paragraphs put together into as few messages as they fit in."""
    packed: list[str] = []
    for paragraph in paragraphs:
        joined = f"{packed[-1]}\n{paragraph}" if packed else paragraph
        if packed and shown_length(joined) > MOST_CHARACTERS:
            packed.append(paragraph.lstrip("\n"))
        else:
            packed[-1:] = [joined]
    return packed


def shown_length(html: str) -> int:
    """Characters that Telegram counts: what is left without the markup."""
    return len(unescape(TAG.sub("", html)))
