"""Reads a mail's HTML as lines of text, each with the part it plays.

Called by `bot.handover.new_words`. Which element is a quotation or a signature is told
by the classes, ids and styles that mail programs write; what words tell is judged
elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode


class Role(Enum):
    """The part a line plays, as far as the markup tells."""

    OWN = "own"
    QUOTED = "quoted"
    SIGNATURE = "signature"
    # No text: everything below is the message that is answered or forwarded.
    THREAD = "thread"


class Line(NamedTuple):
    """A line of text without superfluous white space; "" parts paragraphs."""

    text: str
    role: Role = Role.OWN


# A blockquote of none of these kinds is the writer's own: Gmail indents with it.
QUOTES: Final = (
    "blockquote[type=cite], blockquote[cite], blockquote.gmail_quote, "
    "blockquote.protonmail_quote, blockquote.tutanota_quote, [class*=yahoo_quoted], "
    "[id*=yahoo_quoted], .aolmail_quote, .zmail_extra, .freshdesk_quote, .quotedReply"
)
SIGNATURES: Final = (
    "[class*=signature i]:not(body), [id*=signature i]:not(body), .moz-txt-sig"
)
# Outlook: on the web and new, on the phone, in the other's mail once more ("x_").
THREADS: Final = (
    "[id$=divRplyFwdMsg], [id$=appendonsend] ~ hr, hr[tabindex='-1'], "
    "[class*=ms-outlook-mobile-reference-message], [id$=OLK_SRC_BODY_SECTION], "
    "[id$=mail-editor-reference-message-container]"
)
# Outlook on the desktop draws a line above the header of the message below.
THREAD_STYLE: Final = re.compile(r"border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.I)

SKIPPED: Final = "head, style, script, title, template, [hidden], [class*=preheader i]"
HIDDEN_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:max-height|opacity)\s*:\s*0(?:px)?\s*(?:;|!|$)",
    re.I,
)
# Inherited, and undone by an inner size: newsletters write it on tables to close gaps.
FONT_SIZE: Final = re.compile(r"font-size\s*:\s*([\d.]+)", re.I)
KEEPS_LINES_STYLE: Final = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)

BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
CELLS: Final = frozenset(("td", "th"))
# Shows nothing, or is not a character of any text. The joiner within emoji stays.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u2064\ufeff]"
)

# An HTML parser's work grows with depth times length, and its memory with open
# formatting times length: no mail program writes so much, only somebody with a plan.
NESTING: Final = re.compile(
    r"<(/?)(?!(?:br|hr|img|input|link|meta|col|wbr|p|li|dd|dt|t[dhr]|tbody|thead|option"
    r"|style|script|title|head|html|body)\b)([a-z][^\s/<>]*)",
    re.I,
)
FORMATTING: Final = re.compile(
    r"<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I
)
MOST_NESTING: Final = 100_000_000  # measured: a quarter of a second
MOST_FORMATTING: Final = 1_000_000  # measured: 300 MB


def tidy(text: str) -> str:
    """The text with every run of white space as one space, and nothing invisible."""
    return " ".join(INVISIBLE.sub("", text).split())


class _Look(NamedTuple):
    """What an element hands down to what is in it."""

    role: Role = Role.OWN
    shows: bool = True
    keeps_lines: bool = False


class _Lines:
    """Collects text until a line ends."""

    def __init__(self) -> None:
        self.done: list[Line] = []
        self._words: list[str] = []
        self._role = Role.OWN

    def add(self, text: str, look: _Look) -> None:
        self._role = look.role
        if not look.keeps_lines:
            self._words.append(text)
            return
        first, *others = text.split("\n")
        self._words.append(first)
        for other in others:
            self.end(even_empty=True)
            self._words.append(other)

    def end(self, even_empty: bool = False) -> None:
        text = tidy("".join(self._words))
        self._words.clear()
        if text or (even_empty and self.done and self.done[-1].text):
            self.done.append(Line(text, self._role))


def lines(html: str) -> list[Line]:
    """What a reader of this HTML sees, line by line; a table's row is one line."""
    tree = LexborHTMLParser(_tamed(html))
    skipped, quotes, signatures, threads = (
        {node.mem_id for node in tree.css(selector)}
        for selector in (SKIPPED, QUOTES, SIGNATURES, THREADS)
    )
    page = _Lines()
    # No recursion, whatever the depth. None ends the line of a block that is over.
    todo: list[tuple[LexborNode | None, _Look]] = [(tree.root, _Look())]
    while todo:
        node, look = todo.pop()
        if node is None:
            page.end()
            continue
        if node.is_text_node:
            page.add((node.text_content or "") if look.shows else "", look)
            continue
        tag, style = node.tag or "", node.attributes.get("style") or ""
        if node.mem_id in skipped or HIDDEN_STYLE.search(style):
            continue
        if node.mem_id in threads or THREAD_STYLE.search(style):
            page.end()
            page.done.append(Line("", Role.THREAD))
        role = look.role
        if role is Role.OWN and node.mem_id in quotes:
            role = Role.QUOTED
        elif role is Role.OWN and node.mem_id in signatures:
            role = Role.SIGNATURE
        inner = _inner_look(look, role, tag, style)
        _enter(page, node, tag, inner)
        if tag in BLOCKS or role is not look.role:
            page.end()
            todo.append((None, inner))
        children = list(node.iter(include_text=True))
        todo.extend((child, inner) for child in reversed(children))
    page.end()
    return page.done


def _inner_look(outer: _Look, role: Role, tag: str, style: str) -> _Look:
    size = FONT_SIZE.search(style)
    return _Look(
        role,
        outer.shows if size is None else size[1].strip("0.") != "",
        outer.keeps_lines or tag == "pre" or bool(KEEPS_LINES_STYLE.search(style)),
    )


def _enter(page: _Lines, node: LexborNode, tag: str, look: _Look) -> None:
    """Writes what the element itself shows."""
    if tag == "br":
        page.end(even_empty=True)
    elif tag == "p":
        page.end()
        page.end(even_empty=True)
    elif tag in CELLS:
        page.add(" ", look)
    elif tag == "img":
        # Some mail programs send emoji as pictures.
        alternative = node.attributes.get("alt") or ""
        if len(alternative) <= 8 and not re.search(r"[\x21-\x7e]", alternative):
            page.add(alternative, look)


def _tamed(html: str) -> str:
    """The HTML, with line breaks for tags where they are nested beyond all reason."""
    for tags, most in ((FORMATTING, MOST_FORMATTING), (NESTING, MOST_NESTING)):
        if _depth(html, tags) * html.count("<") > most:
            html = tags.sub("<br", html)
    return html


def _depth(html: str, tags: re.Pattern[str]) -> int:
    """How many elements may be open at once, at worst."""
    is_open: Counter[str] = Counter()
    deepest: Counter[str] = Counter()
    for tag in tags.finditer(html):
        name = tag[2].lower()
        is_open[name] = max(is_open[name] + (-1 if tag[1] else 1), 0)
        deepest[name] = max(deepest[name], is_open[name])
    return deepest.total()
