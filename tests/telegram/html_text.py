"""Reads the HTML that Telegram allows in a message.

Stricter than the real parser where that one is silent: a bare `&` or `>`, an unknown
entity, a link that Telegram would quietly drop, formatting inside code. The rules are
those of "HTML style" and "Nested entities" in https://core.telegram.org/bots/api.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tests.telegram.refusals import RefusedError, bad_request

# Tag -> kind of entity.
TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
# Tag -> attributes that it may have, and of these the ones that it must have.
ATTRIBUTES: Final[dict[str, tuple[set[str], set[str]]]] = {
    "span": ({"class"}, {"class"}),
    "a": ({"href"}, {"href"}),
    "tg-emoji": ({"emoji-id"}, {"emoji-id"}),
    "tg-time": ({"unix", "format"}, {"unix"}),
    "code": ({"class"}, set()),
    "blockquote": ({"expandable"}, set()),
}
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
NOT_IN_THEMSELVES: Final = ("a", "blockquote")
LINK_SCHEMES: Final = ("http", "https", "tg")

TOKEN: Final = re.compile(
    r"(?P<end></(?P<ended>[a-zA-Z][a-zA-Z0-9-]*)\s*>)"
    r"|(?P<start><(?P<started>[a-zA-Z][a-zA-Z0-9-]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z-]+(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[a-zA-Z0-9.-]+))?)*)"
    r"\s*>)"
    r"|(?P<escape>&(?:\#x[0-9a-fA-F]{1,6}|\#[0-9]{1,7}|[a-z]{1,6});)"
    r"|(?P<stray>[<>&])"
    r"|(?P<text>[^<>&]+)"
)
ATTRIBUTE: Final = re.compile(
    r"([a-zA-Z-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([a-zA-Z0-9.-]+)))?"
)


@dataclass
class Open:
    """A tag that is not closed yet."""

    tag: str
    attributes: dict[str, str]
    offset: int


def utf16_length(text: str) -> int:
    """Telegram counts offsets in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def cannot_parse(why: str, html: str, place: int) -> RefusedError:
    """The refusal, with the offset in bytes as Telegram gives it."""
    offset = len(html[:place].encode())
    return bad_request(f"can't parse entities: {why} at byte offset {offset}")


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities, as they appear in a `Message`.

    Raises:
        RefusedError: for anything that is not allowed.
    """
    text = ""
    entities: list[dict[str, Any]] = []
    open_tags: list[Open] = []
    for token in TOKEN.finditer(html):
        place = token.start()
        if token["stray"]:
            raise cannot_parse(f'"{token["stray"]}" is not escaped', html, place)
        if token["text"]:
            text += token["text"]
        elif token["escape"]:
            text += _unescape(token["escape"], html, place)
        elif token["start"]:
            opened = Open(
                token["started"].lower(),
                _attributes(token["attributes"], html, place),
                utf16_length(text),
            )
            _check_start(opened, [tag.tag for tag in open_tags], html, place)
            open_tags.append(opened)
        else:
            closed = _close(open_tags, token["ended"].lower(), html, place)
            if closed.tag == "code" and open_tags and open_tags[-1].tag == "pre":
                open_tags[-1].attributes |= closed.attributes  # the two become one
            else:
                _add_entity(entities, closed, utf16_length(text))
    if open_tags:
        why = f'Can\'t find end tag corresponding to start tag "{open_tags[-1].tag}"'
        raise bad_request(f"can't parse entities: {why}")
    return text, sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _unescape(escape: str, html: str, place: int) -> str:
    name = escape[1:-1]
    if not name.startswith("#"):
        if name in NAMED:
            return NAMED[name]
        raise cannot_parse(f'unknown entity "{escape}"', html, place)
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise cannot_parse(f'"{escape}" is no character', html, place)
    return chr(code)


def _attributes(written: str, html: str, place: int) -> dict[str, str]:
    found = {}
    for name, *values in ATTRIBUTE.findall(written):
        raw = "".join(values)
        found[name.lower()], _ = parse_html(raw)  # a link holds &amp; and no tags
    return found


def _check_start(opened: Open, around: list[str], html: str, place: int) -> None:
    tag, given = opened.tag, opened.attributes
    if tag not in TAGS:
        raise cannot_parse(f'Unsupported start tag "{tag}"', html, place)
    allowed, needed = ATTRIBUTES.get(tag, (set(), set()))
    if not needed <= set(given) <= allowed:
        raise cannot_parse(f'wrong attributes of "{tag}"', html, place)
    if tag == "span" and given["class"] != "tg-spoiler":
        raise cannot_parse('Tag "span" must have class "tg-spoiler"', html, place)
    if tag == "a":
        link = urlsplit(given["href"])
        if link.scheme not in LINK_SCHEMES or not link.netloc:
            why = f'"{given["href"]}" would be no link in Telegram'
            raise cannot_parse(why, html, place)
    if tag == "tg-time" and not given["unix"].isdecimal():
        raise cannot_parse('"unix" is no time', html, place)
    if tag in NOT_IN_THEMSELVES and tag in around:
        raise cannot_parse(f'"{tag}" inside "{tag}"', html, place)
    is_language = tag == "code" and around[-1:] == ["pre"]
    if ("pre" in around or "code" in around) and not is_language:
        raise cannot_parse(f'"{tag}" inside code', html, place)
    if tag == "code" and given and not is_language:
        raise cannot_parse('"code" has a language outside "pre"', html, place)


def _close(open_tags: list[Open], ended: str, html: str, place: int) -> Open:
    if not open_tags:
        raise cannot_parse("Unexpected end tag", html, place)
    if open_tags[-1].tag != ended:
        expected = open_tags[-1].tag
        why = f'Unmatched end tag, expected "</{expected}>", found "</{ended}>"'
        raise cannot_parse(why, html, place)
    return open_tags.pop()


def _add_entity(entities: list[dict[str, Any]], closed: Open, end: int) -> None:
    if end == closed.offset:
        return  # around nothing there is no entity
    kind = TAGS[closed.tag]
    if kind == "blockquote" and "expandable" in closed.attributes:
        kind = "expandable_blockquote"
    entity: dict[str, Any] = {
        "type": kind,
        "offset": closed.offset,
        "length": end - closed.offset,
    }
    match closed.tag:
        case "a":
            entity["url"] = closed.attributes["href"]
        case "tg-emoji":
            entity["custom_emoji_id"] = closed.attributes["emoji-id"]
        case "tg-time":
            entity["unix_time"] = int(closed.attributes["unix"])
        case "pre" if closed.attributes:
            entity["language"] = closed.attributes["class"].removeprefix("language-")
    entities.append(entity)
