"""Text and HTML of notes, and the templates that operators type into their desk."""

from __future__ import annotations

import html
import json
import re
from typing import Any, Final

PLACEHOLDER: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
TAG: Final = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]+>", re.S)


def as_text(body: str, is_html: bool) -> str:
    """The words alone, about as desks make them from HTML."""
    if not is_html:
        return body
    lines = re.sub(r"(?i)<br\s*/?>|</p>|</div>|</li>|</tr>", "\n", body)
    plain = html.unescape(TAG.sub("", lines)).replace("\xa0", " ")
    return re.sub(r"\n\s*\n+", "\n\n", plain).strip()


def as_html(body: str, is_html: bool) -> str:
    """As HTML, about as desks make it from text."""
    if is_html:
        return body
    return "<p>" + html.escape(body, quote=False).replace("\n", "<br>") + "</p>"


def fill_in(template: str, values: dict[str, Any], *, is_escaped: bool = True) -> bytes:
    """An operator's template with its `{{placeholders}}` replaced.

    Args:
        template: a JSON text with placeholders, as typed into the desk.
        values: what there is to put in; an unknown placeholder becomes empty.
        is_escaped: whether quotes and new lines are escaped for JSON. Not every desk
            does so for every field, and then the body is not JSON.
    """

    def put_in(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if isinstance(value, bool):
            return "true" if value else "false"
        text = "" if value is None else str(value)
        return json.dumps(text, ensure_ascii=False)[1:-1] if is_escaped else text

    return PLACEHOLDER.sub(put_in, template).encode()
