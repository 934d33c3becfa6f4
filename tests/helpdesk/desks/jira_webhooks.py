"""What Jira Cloud sends, and its issue, comment and user objects.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from tests.helpdesk.desks import signing
from tests.helpdesk.desks.server import DeskServer, Webhook
from tests.helpdesk.desks.tickets import Note, Person, Ticket
from tests.helpdesk.desks.wording import as_text

PROJECT: Final = "SAFE"
PRIORITIES: Final = {
    "1": "Highest",
    "2": "High",
    "3": "Medium",
    "4": "Low",
    "5": "Lowest",
}
# Jira's own groups of statuses: what is resolved is done, whatever it is called.
DONE: Final = {"id": 3, "key": "done", "colorName": "green", "name": "Done"}
EVENTS: Final = {
    "created": "jira:issue_created",
    "reporter_reply": "comment_created",
    "staff_note": "comment_created",
    "auto_reply": "comment_created",
    "closed": "jira:issue_updated",
}


class JiraWebhooks(DeskServer):
    """The sending half of `JiraDesk`."""

    def make_webhook(
        self, kind: str, ticket: Ticket, note: Note, *, secret: str = "", retry: int = 0
    ) -> Webhook:
        """The headers and body; without a secret there is no signature."""
        event, number = EVENTS[kind], next(self.numbers.deliveries)
        body: dict[str, Any] = {
            "timestamp": int(note.at.timestamp() * 1000),
            "webhookEvent": event,
        }
        if event == "comment_created":
            body["comment"] = comment_json(self, ticket, note, False)
            # Only a few fields of the issue come with a comment.
            few = ["summary", "issuetype", "project", "assignee", "priority", "status"]
            body["issue"] = issue_json(self, ticket, few, False)
            body["eventType"] = "primaryAction"
        else:
            named = "issue_created" if kind == "created" else "issue_generic"
            body["issue_event_type_name"] = named
            body["user"] = user_json(self, note.author)
            body["issue"] = issue_json(self, ticket, ["*all"], False)
        if kind == "closed":
            change = {
                "field": "status",
                "fieldtype": "jira",
                "fieldId": "status",
                "from": "10001",
                "fromString": self.first_status,
                "to": "5",
                "toString": self.closed_status,
            }
            body["changelog"] = {"id": str(20000 + number), "items": [change]}
        raw = json.dumps(body, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Flow": "Primary",
            "X-Atlassian-Webhook-Identifier": f"d1f0c5a2-{number:012x}",
        }
        if retry:
            headers["X-Atlassian-Webhook-Retry"] = str(retry)
        if secret:
            headers["X-Hub-Signature"] = signing.jira(secret, raw)
        return headers, raw


def user_json(desk: DeskServer, person: Person) -> dict[str, Any]:
    """The user object. Real ones lack `emailAddress` where a profile hides it."""
    kind = "atlassian" if person.is_staff else "customer"
    start = "712020:" if person.is_staff else "qm:"
    account = f"{start}00000000-0000-4000-8000-{person.id:012d}"
    return {
        "self": f"{desk.base_url}/rest/api/2/user?accountId={account}",
        "accountId": account,
        "avatarUrls": {},
        "displayName": person.name,
        "emailAddress": person.email,
        "active": True,
        "timeZone": "Europe/London",
        "accountType": kind,
    }


def comment_json(
    desk: DeskServer, ticket: Ticket, note: Note, is_v3: bool
) -> dict[str, Any]:
    """The platform's comment object; `jsdPublic` tells notes from replies."""
    author = user_json(desk, note.author)
    text = as_text(note.text, note.is_html)
    return {
        "self": f"{desk.base_url}/rest/api/2/issue/{ticket.id}/comment/{note.id}",
        "id": str(note.id),
        "author": author,
        "body": _document(text) if is_v3 else text,
        "updateAuthor": author,
        "created": jira_time(note.at),
        "updated": jira_time(note.at),
        "jsdPublic": note.public,
        # "Whether the comment was added from an email sent by a person who is not part
        # of the issue."
        "jsdAuthorCanSeeRequest": False,
    }


def issue_json(
    desk: DeskServer, ticket: Ticket, names: list[str], is_v3: bool
) -> dict[str, Any]:
    """The issue object with the fields asked for; `id` alone gives only that."""
    number = {"id": str(ticket.id)}
    if names == ["id"]:
        return number
    text = as_text(ticket.opening.text, ticket.opening.is_html)
    owner = ticket.assignee
    about = desk.shape("issue_fields")
    if ticket.status == desk.closed_status:
        about["status"] |= {"statusCategory": DONE}
    about |= {
        "summary": ticket.subject,
        "description": _document(text) if is_v3 else text,
        "labels": ticket.tags,
        "created": jira_time(ticket.created),
        "updated": jira_time(ticket.updated),
        "reporter": user_json(desk, ticket.requester),
        "creator": user_json(desk, ticket.requester),
        "assignee": user_json(desk, owner) if owner else None,
        "status": about["status"] | {"name": ticket.status},
        "priority": {
            "id": next(n for n, name in PRIORITIES.items() if name == ticket.priority),
            "name": ticket.priority,
        },
    }
    if not {"*all", "*navigable"} & set(names):
        about = {name: value for name, value in about.items() if name in names}
    self_url = f"{desk.base_url}/rest/api/2/issue/{ticket.id}"
    return number | {"self": self_url, "key": ticket.ref, "fields": about}


def jira_time(moment: datetime) -> str:
    """As Jira writes a moment."""
    thousandths = f"{moment.microsecond // 1000:03}"
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + thousandths + "+0000"


def adf_text(node: dict[str, Any]) -> str:
    """The words of a document."""
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    inside = "".join(adf_text(piece) for piece in node.get("content", []))
    is_block = node.get("type") in ("paragraph", "heading", "listItem", "codeBlock")
    return inside + "\n" if is_block else inside.rstrip("\n")


def _document(text: str) -> dict[str, Any]:
    lines = [
        {
            "type": "paragraph",
            "content": [{"type": "text", "text": line}] if line else [],
        }
        for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": lines}
