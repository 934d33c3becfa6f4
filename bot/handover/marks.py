"""Marks in what the bot writes at a desk, by which it knows its own hand.

A mark says which entry of a ticket a note answers, so that one is never answered twice,
and whether the ticket is still to be raised; another, that a ticket was opened by the
bot, so that it never answers itself. Nobody without the secret can make one.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Final

from bot.terms import Urgency

SAID: Final = "safeguarding-bot mark"
OPENED: Final = re.compile(r"\b([0-9a-f]{16})-([0-9a-f]{24})\b")
DIGITS: Final = 24
MARKUP: Final = re.compile(r"<[^>]*>")
# What a desk may put before a text, and the mark itself.
LONGEST_BEGINNING: Final = 120


class Marks:
    """Makes marks and finds them.

    Args:
        secret: known to this bot alone.
    """

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def of_entry(
        self, ticket: str, entry: str, still_to_raise: Urgency | None = None
    ) -> str:
        """The mark of a note that answers this entry.

        Args:
            ticket: the desk's number.
            entry: the desk's number.
            still_to_raise: how urgent the ticket is to be, where the desk has not taken
                that yet.
        """
        left = f", still to raise to {still_to_raise}" if still_to_raise else ""
        return f"{SAID} {self._digest(f'answers{left}', ticket, entry)}"

    def of_new_ticket(self) -> str:
        """The mark of a ticket that the bot opens."""
        number = secrets.token_hex(8)
        return f"{SAID} {number}-{self._digest('opened', number)}"

    @staticmethod
    def stands_in(mark: str, text: str) -> bool:
        """Whether a mark stands in a text, however the desk has laid it out."""
        return mark.rpartition(" ")[2] in text

    def is_own_ticket(self, text: str) -> bool:
        """Whether the bot opened a ticket with this text: it begins with a mark.

        Further below it may be quoted by a reporter, who has something to say.
        """
        found = OPENED.search(MARKUP.sub("", text)[:LONGEST_BEGINNING])
        if found is None:
            return False
        return hmac.compare_digest(found[2], self._digest("opened", found[1]))

    def _digest(self, *parts: str) -> str:
        said = "\0".join(parts).encode(errors="surrogatepass")
        return hmac.new(self._key, said, "sha256").hexdigest()[:DIGITS]
