"""What a page, a chart and a download say, read back."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Said:
    """The cells, charts and texts of a page.

    Attributes:
        tables: caption -> head of a row -> its cells.
        images: alternative text -> SVG.
    """

    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said = Said()
        self._open: list[str] = []
        self._words = ""
        self._caption = ""
        self._row: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            given = dict(attrs)
            address = given["src"]
            self.said.images[given["alt"]] = b64decode(address.partition(",")[2])
        if tag in ("caption", "th", "td", "h1", "h2", "tr"):
            self._words = ""
        if tag == "tr":
            self._row = []
        self._open.append(tag)

    def handle_endtag(self, tag):
        words = " ".join(self._words.split())
        if tag == "caption":
            self._caption = words
            self.said.tables[words] = {}
        elif tag in ("th", "td"):
            self._row.append(words)
        elif tag == "tr":
            self.said.tables[self._caption][self._row[0]] = self._row[1:]
        elif tag in ("h1", "h2"):
            self.said.headings.append(words)

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.said.text += data
        self._words += data


def read_page(html: str) -> Said:
    """A page's tables and pictures."""
    reader = _Reader()
    reader.feed(html)
    return reader.said


def figures_drawn(svg: bytes) -> list[str]:
    """The figures that a chart has written in it."""
    root = ElementTree.fromstring(svg)
    return [
        node.text or ""
        for node in root.iter(f"{SVG}text")
        if "value" in (node.get("class") or "")
    ]


def bars_drawn(svg: bytes) -> int:
    """How many bars a chart has."""
    root = ElementTree.fromstring(svg)
    return sum("rect " in (node.get("class") or "") for node in root.iter())


def read_csv(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The remarks and the lines of a download."""
    rows = list(csv.reader(io.StringIO(text)))
    remarks = [row[0] for row in rows if row[0].startswith("# ")]
    head, *lines = rows[len(remarks) :]
    return remarks, [dict(zip(head, line, strict=True)) for line in lines]


# 0, *, no share, or a whole number; which numbers may be is the test's matter.
NUMBER = re.compile(r"\d[\d,]*")


def numbers_in(cell: str) -> list[int]:
    """The whole numbers in a cell."""
    return [int(found.replace(",", "")) for found in NUMBER.findall(cell)]
