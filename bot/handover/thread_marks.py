"""Recognises where the message that is answered or forwarded begins, by its words.

Called by `bot.handover.new_words`. A mail program writes such a mark before what it
quotes: a line of dashes, a header, or who wrote when. People write "From:" and "wrote:"
too, so a mark has to have all its parts.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import Final, NamedTuple

from bot.handover.boilerplate import LONGEST_MARK
from bot.handover.markup import Line, Role

# What a service desk writes on top of its mails; it and all below is the desk's.
DELIMITER: Final = re.compile(
    r"\W{0,9}(?:please )?(?:(?:type|write|enter|add|put) )?(?:your )?"
    r"(?:reply|respond|response) (?:\w+ ){0,2}above (?:this|the) line"
    r"|\W{0,9}atebwch uwch(?:ben|law)'? y llinell",
    re.I,
)
FORWARD_MARK: Final = re.compile(
    r"-{2,} ?forwarded (?:message|by)|-{2,} ?neges (?:wedi'i |a )?h?anfon\w* ymlaen"
    r"|begin forwarded message|dechrau'r neges a (?:an)?fonwyd ymlaen",
    re.I,
)
ORIGINAL_MARK: Final = re.compile(
    r"-{2,} ?(?:original (?:message|appointment)|neges wreiddiol)", re.I
)

# Outlook's header. "From:" alone is anybody's; with a date and "To:" it is a header.
HEADER_FROM: Final = re.compile(r"\W{0,3}(?:from|oddi wrth)\W{0,2}:", re.I)
HEADER_DATE: Final = re.compile(
    r"\b(?:sent|date|anfonwyd|dyddiad)\W{0,2}:[^\n]{0,40}?"
    r"(?:\d{4}|\d\d?[/.-]\d\d?[/.-]\d\d)",
    re.I,
)
HEADER_TO: Final = re.compile(r"\b(?:to|subject|at|pwnc|testun)\W{0,2}:", re.I)
HEADER_LINE: Final = re.compile(
    r"\W{0,3}(?:from|sent|date|to|cc|bcc|subject|reply-to|importance|priority|attachments?"
    r"|oddi wrth|anfonwyd|dyddiad|at|copi|pwnc|testun)\W{0,2}:",
    re.I,
)
HEADER_LINES: Final = 6

# "On <date>, <name> wrote:", Welsh "Ar <date>, ysgrifennodd <name>:"; also wrapped.
# No sentence ends within it: "On 3 March 2026 he hid. Then he wrote:" is a person's.
ATTRIBUTION_ON: Final = re.compile(r"(?:on|ar) ", re.I)
ATTRIBUTION: Final = re.compile(
    r"(?:on|ar) (?=.*(?:\d{4}|\d[/.-]\d\d?[/.-]\d\d))(?!.*[a-z]{4}[.!?] ).{5,300}"
    r"\b(?:wrote|ysgrifennodd)\b.{0,80}:$",
    re.I,
)
ADDRESS_WROTE: Final = re.compile(
    r"[^<]{0,100}<[^\s@<>]+@[^\s@<>]+> ?(?:wrote|ysgrifennodd) ?:$", re.I
)
ATTRIBUTION_LINES: Final = 4
# A mail program's own way of writing it; needed where no ">" shows what is quoted.
SURE_ATTRIBUTION: Final = re.compile(r"\S@\S|\d[:.]\d\d[^,]{0,20}, (?:ysgrif|[\"'A-Z])")


class Start(Enum):
    """How the part that is not new begins."""

    NOWHERE = "nowhere"
    QUOTATION = "quotation"
    HEADER = "header"  # a reply's and a forward's header look the same
    FORWARD = "forward"


class Mark(NamedTuple):
    """The start of somebody else's message."""

    start: Start
    length: int
    # Else only what is marked as quoted belongs to it.
    reaches_the_end: bool


def mark_at(lines: list[Line], at: int) -> Mark | None:
    """The mark whose first line is this one."""
    line = lines[at]
    text = line.text[:LONGEST_MARK]
    if FORWARD_MARK.match(text):
        start = Start.FORWARD
    elif line.role is Role.THREAD or ORIGINAL_MARK.match(text) or _is_header(lines, at):
        start = Start.HEADER
    else:
        return _attribution(lines, at)
    end = at + 1
    while end < len(lines) and _belongs_to_header(lines[end]):
        end += 1
    quoted = end < len(lines) and lines[end].role is Role.QUOTED
    return Mark(start, end - at, line.role is Role.THREAD or not quoted)


def _is_header(lines: list[Line], at: int) -> bool:
    if not HEADER_FROM.match(lines[at].text):
        return False
    filled = (line.text[:LONGEST_MARK] for line in lines[at : at + 2 * HEADER_LINES])
    header = "\n".join(islice(filter(None, filled), HEADER_LINES))
    return bool(HEADER_DATE.search(header) and HEADER_TO.search(header))


def _belongs_to_header(line: Line) -> bool:
    return not line.text or bool(HEADER_LINE.match(line.text))


def _attribution(lines: list[Line], at: int) -> Mark | None:
    """Who wrote when, in one line or wrapped over some."""
    wrapped = ""
    most = ATTRIBUTION_LINES if ATTRIBUTION_ON.match(lines[at].text) else 1
    for end in range(at, min(at + most, len(lines))):
        text = lines[end].text
        if not text or len(text) > LONGEST_MARK:
            break
        wrapped = f"{wrapped} {text}".strip()
        if not (ATTRIBUTION.match(wrapped) or ADDRESS_WROTE.match(wrapped)):
            continue
        # Blank lines come one at a time.
        quoted = any(line.role is Role.QUOTED for line in lines[end + 1 : end + 3])
        if quoted or SURE_ATTRIBUTION.search(wrapped):
            return Mark(Start.QUOTATION, end + 1 - at, not quoted)
    return None
