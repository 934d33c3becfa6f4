"""Finds what the reporter newly wrote in the body of a ticket or of an answer to one.

Called by the service desk channel before a body is judged: an old thread's alarming
words below a harmless reply must not count, and nothing that is new may be lost. Who
forwards somebody else's message brings it as the worry, so then it belongs to the new
words. Where it is not clear, the text stays in. No I/O; nothing is logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import groupby, takewhile
from typing import Final, NamedTuple

from bot.handover.boilerplate import LONGEST_MARK, cleaned, is_short, without_signature
from bot.handover.markup import Line, Role, lines, tidy
from bot.handover.thread_marks import DELIMITER, Start, mark_at

TAG: Final = re.compile(r"<[a-z!/]", re.I)
BLANK_LINES: Final = re.compile(r"\n\s*\n")
# Nobody's new words stand below so many; it keeps a hostile body from taking long.
MOST_LINES: Final = 40_000
# ">" before a face (">:(") is no quotation.
QUOTE_PREFIX: Final = re.compile(r"\s*(?:>\s?)+(?![:;=_.][-\w()<>.]{1,2}(?:\s|$))")

# The writer shows what somebody said: the quotation below is part of the worry.
INTRODUCES: Final = re.compile(
    r"\b(?:said|says|saying|wrote|writes|sent|sends|texted|messaged|replied|posted|put|got"
    r"|received|reads?|messages?|texts?|e-?mails?|comments?|chats?|dm|dms)\b[^.?!]{0,40}:$",
    re.I,
)
FEW_WORDS: Final = 40
# Words that hand on what is below, and do not answer it.
HANDS_ON: Final = re.compile(
    r"\bf[.]?y[.]?[ia]\b|\bfwd?\b|\bforward(?:ed|ing)?\b"
    r"|\bpass(?:ed|ing)? (?:this|it) on\b|\bpassing on\b"
    r"|\bfor your (?:info\w*|attention|action|awareness)\b"
    r"|^\W*below\b|\b(?:see|read|note|find|look|at|from|e-?mails?|messages?|thread|chain"
    r"|conversation|answers?|comments?|repl(?:y|ies))(?:\W+[\w']+){0,4}\W+below\b"
    r"|\b(?:look at|see|read) (?:this|the (?:attached|following|e-?mail|message))\b"
    r"|\b(?:received|got|had|sent) this (?:from|today|in|this|last|yesterday)\b"
    r"|\b(?:received|got|had|sent) this (?:e-?mail|message)\b"
    r"|\bthis (?:has )?(?:just )?(?:came|come|arrived)\b"
    r"|\bdo (?:about|with) this\b|\ber (?:gwybodaeth|sylw)\b|\bisod\b|\banfon ymlaen\b",
    re.I,
)
GREETING: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|annwyl|helo|bore da"
    r"|prynhawn da)\b[^.?!:]{0,30}$|(?:all|team)\W*$",
    re.I,
)
SIGN_OFF: Final = re.compile(
    r"(?:(?:kind|kindest|best|warm|many) )?(?:regards|wishes)\b|all the best\b|cofion\b"
    r"|yours (?:sincerely|faithfully|truly)\b",
    re.I,
)


class _Piece(NamedTuple):
    text: str
    is_own: bool


@dataclass
class _Message:
    pieces: list[_Piece]
    start: Start = Start.NOWHERE
    answers_desk: bool = False

    def starts(self, start: Start) -> None:
        """Notes how the first part that is not new begins."""
        if self.start is Start.NOWHERE:
            self.start = start


def new_words(body: str, is_html: bool) -> str:
    """The reporter's new words, one paragraph to a line; "" if there are none.

    Args:
        body: A ticket's or an answer's body as the desk hands it over.
        is_html: Whether it is HTML; it may be plain text all the same.
    """
    body = body.encode("utf-8", "replace").decode("utf-8")
    if is_html and TAG.search(body):
        read = lines(body)
    else:
        text = unescape(body) if is_html else body
        text = BLANK_LINES.sub("\n\n", text)
        read = [Line(tidy(line)) for line in text.splitlines()]
    found = list(_without_signature_markup(_unprefixed(read)))
    message = _split(found[:MOST_LINES])
    own = list(_texts(message, with_thread=False))
    if not _brings_thread(own, message):
        return "\n".join(own)
    return "\n".join(_texts(message, with_thread=True))


def _unprefixed(read: Iterable[Line]) -> Iterator[Line]:
    """The lines, with "> " made a role, and blank lines one at a time."""
    before = ""
    for line in read:
        prefix = QUOTE_PREFIX.match(line.text)
        if prefix:
            yield Line(line.text[prefix.end() :], Role.QUOTED)
        elif line.text or before or line.role is Role.THREAD:
            yield line
        before = line.text


def _without_signature_markup(read: Iterable[Line]) -> Iterator[Line]:
    """Drops signatures; but people also write inside theirs, and that stays."""
    for is_signature, group in groupby(read, lambda line: line.role is Role.SIGNATURE):
        found = list(group)
        if not is_signature:
            yield from found
        elif not is_short([line.text for line in found]):
            yield from (Line(line.text) for line in found)


def _split(read: list[Line]) -> _Message:
    """Tells what the reporter wrote from what they answer or forward."""
    message = _Message([])
    to_the_end = False
    last_own = ""
    at = 0
    while at < len(read):
        text, role = read[at]
        below = to_the_end or role is Role.QUOTED
        if DELIMITER.match(text):
            message.answers_desk = True
            if not below:
                break
        mark = mark_at(read, at)
        if mark:
            message.starts(mark.start)
            to_the_end |= mark.reaches_the_end and role is not Role.QUOTED
            last_own = ""
        elif below and (to_the_end or not INTRODUCES.search(last_own)):
            message.pieces.append(_Piece(text, is_own=False))
            message.starts(Start.QUOTATION)
        else:
            message.pieces.append(_Piece(text, is_own=True))
            last_own = text[-LONGEST_MARK:] if text and not below else last_own
        at += mark.length if mark else 1
    return message


def _texts(message: _Message, *, with_thread: bool) -> Iterator[str]:
    """What is left once signatures, disclaimers and blank lines are gone."""
    for is_own, run in groupby(message.pieces, lambda piece: piece.is_own):
        texts = [piece.text for piece in run]
        if is_own:
            yield from filter(None, cleaned(without_signature(texts)))
        elif with_thread:
            yield from filter(None, cleaned(texts))


def _brings_thread(own: list[str], message: _Message) -> bool:
    """Whether the reporter brings what is below, rather than answers it."""
    if message.start is Start.FORWARD:
        return True
    if message.start is Start.NOWHERE or message.answers_desk:
        return False
    said = " ".join(
        line
        for line in takewhile(lambda line: not SIGN_OFF.match(line), own)
        if not GREETING.match(line)
    )
    if not said:
        # Who answers says something; who only quotes with ">" has sent by mistake.
        return message.start is Start.HEADER
    few = len(said.split()) <= FEW_WORDS
    return few and bool(HANDS_ON.search(said) or INTRODUCES.search(said))
