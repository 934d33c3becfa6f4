"""The start page, the chat's script and their style, with strict headers.

The page stands on its own where scripts are off or the chat is down: people to reach
are in it as plain links. Their numbers come from `contacts.yml`.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.guidance.load import Library

WEB: Final = Path(__file__).parent.parent / "web"
# A page that anybody may be looking at; `make web` builds it into the chat.
SAFE_PLACE: Final = "https://www.bbc.co.uk/weather"
SCRIPT: Final = "chat/built/safeguarding-chat.js"
POLICE, GROOMING_REPORTS = "police_101", "ceop_safety_centre"
# For every answer of the server.
STRICT: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
        "browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Another origin's page may run the script; what it may then ask is CORS's matter.
FOR_ALL_PAGES: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SECONDS_CACHED: Final = 300


def content_security_policy(style: str, framed_by: Sequence[str]) -> str:
    """What the page may load: its own script and chat, its one style, nothing else.

    Args:
        style: the text of the page's style element.
        framed_by: origins whose pages may frame it.
    """
    framing = " ".join(framed_by) if framed_by else "'none'"
    fingerprint = b64encode(sha256(style.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'sha256-{fingerprint}'",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {framing}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def pages(library: Library, framed_by: Sequence[str]) -> Blueprint:
    """The routes of the page.

    Args:
        library: for the people to reach.
        framed_by: origins whose pages may frame it.
    """
    # In the page itself: a phone on a slow line paints without asking again.
    style = (WEB / "page" / "page.css").read_text("utf-8")
    page = _Content(_page(library, style), "text/html")
    script = _Content((WEB / SCRIPT).read_text("utf-8"), "text/javascript")
    policy = content_security_policy(style, framed_by)
    routes = Blueprint("pages")

    @routes.get("/")
    async def start(request: Request) -> HTTPResponse:
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return page.answer(request, headers)

    @routes.get("/safeguarding-chat.js")
    async def chat_script(request: Request) -> HTTPResponse:
        cached = {"Cache-Control": f"public, max-age={SECONDS_CACHED}"}
        return script.answer(request, {**cached, **FOR_ALL_PAGES})

    return routes


class _Content:
    """A text that never changes, plain and compressed."""

    def __init__(self, text: str, kind: str) -> None:
        self._plain = text.encode()
        self._compressed = gzip.compress(self._plain)
        self._kind = f"{kind}; charset=utf-8"

    def answer(self, request: Request, headers: dict[str, str]) -> HTTPResponse:
        """The text as this client can read it."""
        headers = {**headers, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return raw(self._plain, headers=headers, content_type=self._kind)
        headers["Content-Encoding"] = "gzip"
        return raw(self._compressed, headers=headers, content_type=self._kind)


def _page(library: Library, style: str) -> str:
    people = json.loads((WEB / "chat" / "people.json").read_text("utf-8"))
    template = (WEB / "page" / "page.html").read_text("utf-8")
    environment: Any = Environment(autoescape=True, undefined=StrictUndefined)
    return str(
        environment.from_string(template).render(
            style=style,
            safe_place=SAFE_PLACE,
            emergency=people["emergency"],
            people=people,
            police=library.contacts[POLICE],
            ceop=library.contacts[GROOMING_REPORTS],
        )
    )
