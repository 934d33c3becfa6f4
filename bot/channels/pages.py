"""The start page, the chat's script and their style, with strict headers.

The page stands on its own where scripts are off or the chat is down: people to reach
are in it as plain links. Their numbers come from `contacts.yml`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def content_security_policy(framed_by: Sequence[str]) -> str:
    """What the page may load: its own script, style and chat, and nothing else.

    Args:
        framed_by: origins whose pages may frame it.
    """
    framing = " ".join(framed_by) if framed_by else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
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
    page = _page(library).encode()
    style = (WEB / "page" / "page.css").read_bytes()
    script = (WEB / SCRIPT).read_bytes()
    routes = Blueprint("pages")

    @routes.get("/")
    async def start(request: Request) -> HTTPResponse:
        headers = {
            "Content-Security-Policy": content_security_policy(framed_by),
            "Cache-Control": "no-store",
        }
        return raw(page, headers=headers, content_type="text/html; charset=utf-8")

    @routes.get("/page.css")
    async def page_style(request: Request) -> HTTPResponse:
        return _kept(style, "text/css; charset=utf-8")

    @routes.get("/safeguarding-chat.js")
    async def chat_script(request: Request) -> HTTPResponse:
        return _kept(script, "text/javascript; charset=utf-8", **FOR_ALL_PAGES)

    return routes


def _kept(content: bytes, kind: str, **headers: str) -> HTTPResponse:
    cached = {"Cache-Control": f"public, max-age={SECONDS_CACHED}", **headers}
    return raw(content, headers=cached, content_type=kind)


def _page(library: Library) -> str:
    people = json.loads((WEB / "chat" / "people.json").read_text("utf-8"))
    template = (WEB / "page" / "page.html").read_text("utf-8")
    environment: Any = Environment(autoescape=True, undefined=StrictUndefined)
    return str(
        environment.from_string(template).render(
            safe_place=SAFE_PLACE,
            emergency=people["emergency"],
            people=people,
            police=library.contacts[POLICE],
            ceop=library.contacts[GROOMING_REPORTS],
        )
    )
