"""Turns a page into HTML: template, style, charts. Works without scripts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.insights.charts import picture
from bot.insights.parts import Page, shown

FOLDER: Final = Path(__file__).parent


class Renderer:
    """Makes HTML; reads and prepares its files once.

    Attributes:
        headers: what the answer with the HTML must say.
    """

    def __init__(self) -> None:
        self._style = (FOLDER / "page.css").read_text("utf-8")
        environment: Any = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            loader=FileSystemLoader(FOLDER),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(style=self._style, picture=picture, shown=shown)
        self._page = environment.get_template("page.html")
        self._notice = environment.get_template("notice.html")
        self.headers: Mapping[str, str] = {
            "Content-Security-Policy": content_security_policy(self._style)
        }

    def page(self, page: Page) -> str:
        """The page, with its charts drawn."""
        return str(self._page.render(page=page))

    def notice(self, title: str, sentence: str) -> str:
        """A plain page that says one thing."""
        return str(self._notice.render(title=title, sentence=sentence))


def content_security_policy(style: str) -> str:
    """What the page may load: nothing but what is in it.

    Args:
        style: the text of the page's style element.
    """
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{fingerprint}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
