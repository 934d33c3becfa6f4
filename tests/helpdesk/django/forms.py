"""Forms in a page, as a browser reads them: what stands in them before anybody types.

The desk's pages carry hidden fields and defaults that decide what happens, so a test
that sent only what it cares about would prove little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

# What a browser does not send unless it is pressed or chosen.
SILENT: Final = frozenset({"button", "submit", "reset", "image", "file"})


@dataclass
class Form:
    """Where it goes, and what stands in it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
            self._open = True
        if not self._open:
            return
        name = given.get("name") or ""
        if tag == "input" and name and "disabled" not in given:
            self._input(name, given)
        elif tag == "textarea" and name:
            self._text = name
            self.forms[-1].fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._option(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1].fields[self._text] += data

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type") or "text"
        ticked = kind not in ("checkbox", "radio") or "checked" in given
        if kind not in SILENT and ticked:
            self.forms[-1].fields[name] = given.get("value") or ""

    def _option(self, given: dict[str, str | None]) -> None:
        fields = self.forms[-1].fields
        # The first one, until another is marked.
        if self._select not in fields or "selected" in given:
            fields[str(self._select)] = given.get("value") or ""


def forms_in(page: str) -> Iterator[Form]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    yield from reader.forms


def form_with(page: str, name: str) -> Form:
    """The form that has a field of this name."""
    return next(form for form in forms_in(page) if name in form.fields)
