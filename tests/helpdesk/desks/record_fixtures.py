"""Writes `fixtures/<desk>/recorded/`: what the servers send, as files to read.

They are made by the servers at a fixed time, and a test keeps them so. To make them
anew: `python -m tests.helpdesk.desks.record_fixtures`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from tests.helpdesk.desks.desks import DESKS, auth_of
from tests.helpdesk.desks.server import FIXTURES, KINDS, DeskServer

WHEN: Final = datetime(2026, 11, 20, 9, 12, 44, 87000, UTC)
LONG_MAIL: Final = FIXTURES / "long_mail.html"
READ: Final = {
    "zendesk": {
        "show_ticket": "/api/v2/tickets/1001.json",
        "list_comments": "/api/v2/tickets/1001/comments.json",
    },
    "zammad": {
        "show_ticket": "/api/v1/tickets/1001?expand=true",
        "list_articles": "/api/v1/ticket_articles/by_ticket/1001",
    },
    "freshdesk": {
        "show_ticket": "/api/v2/tickets/1001",
        "list_conversations": "/api/v2/tickets/1001/conversations",
    },
    "jira": {
        "show_issue": "/rest/api/3/issue/SAFE-1",
        "list_request_comments": "/rest/servicedeskapi/request/SAFE-1/comment",
    },
    "freescout": {"show_conversation": "/api/conversations/1001?embed=threads,tags"},
    "generic": {},
}
SHAPES: Final[dict[str, list[dict[str, Any]]]] = {
    "zendesk": [{"shape": "trigger"}, {"shape": "event"}],
    "freshdesk": [{"shape": "advanced"}, {"shape": "simple"}],
}


def recordings() -> Iterator[tuple[Path, Any]]:
    """Every file and the JSON that belongs in it."""
    for make in DESKS.values():
        with make() as server:
            yield from _of(server)


def _of(server: DeskServer) -> Iterator[tuple[Path, Any]]:
    server.clock = lambda: WHEN
    folder = FIXTURES / server.name / "recorded"
    mail = LONG_MAIL.read_text(encoding="utf-8")
    ticket = server.add_ticket("Robin in 9B – can you help?", mail, is_html=True)
    for kind in KINDS:
        for shape in SHAPES.get(server.name, [{}]):
            headers, body = server.webhook(kind, ticket, WORDS[kind], **shape)
            name = "_".join(["webhook", kind, *shape.values()])
            # The signature is of the raw body, which a file to read is not.
            kept = {n: v for n, v in headers.items() if not n.endswith("-Signature")}
            sent = {"headers": kept, "body": json.loads(body)}
            yield folder / f"{name}.json", _at_home(server, sent)
    for name, path in READ[server.name].items():
        answer = httpx.get(server.base_url + path, headers=auth_of(server))
        yield folder / f"{name}.json", _at_home(server, answer.json())


WORDS: Final = {
    "created": "",
    "reporter_reply": "He has written again. He says he knows where we live.",
    "staff_note": "Rang mum at 10:15, no answer. TR",
    "closed": "",
    "auto_reply": "I am away until Monday. For urgent matters ring the office.",
}


def _at_home(server: DeskServer, sent: Any) -> Any:
    # The port differs each time.
    said = json.dumps(sent).replace(server.base_url, "https://desk.example.org")
    return json.loads(said)


def main() -> None:
    """Writes the files."""
    for path, content in recordings():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
