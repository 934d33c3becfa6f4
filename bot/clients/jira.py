"""Jira Service Management Cloud: the platform's API, version 2, and its webhooks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.clients.desk import OPENING, TAG, Changed, Desk, Entry, Ticket, Words
from bot.clients.private_calls import basic, value_in
from bot.clients.signatures import in_hex, is_same
from bot.desk_settings import DeskSettings
from bot.terms import Urgency

KEY: Final = re.compile(r"[A-Z][A-Z0-9_]{0,19}-\d{1,12}")
RANKS: Final = ("Lowest", "Low", "Medium", "High", "Highest")
PRIORITY: Final[Mapping[Urgency, str]] = {"emergency": "Highest", "urgent": "High"}
# The property that keeps a comment from the customer.
INTERNAL: Final = {"key": "sd.public.comment", "value": {"internal": True}}
CUSTOMER: Final = "customer"
FIELDS: Final = "summary,description,status,priority,labels,assignee,creator,reporter"
PAGE: Final = 100


class Jira(Desk):
    """Signed in with an e-mail address and an API token."""

    name = "jira"

    @classmethod
    def sign_in(cls, settings: DeskSettings) -> dict[str, str]:
        """Basic authentication."""
        return basic(settings.user, settings.token)

    def is_genuine(
        self, headers: Mapping[str, str], body: bytes, key: str | None, now: datetime
    ) -> bool:
        """HMAC-SHA256 over the body."""
        wanted = "sha256=" + in_hex(self._settings.secret, body, "sha256")
        return is_same(headers.get("x-hub-signature"), wanted)

    def delivery(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """The number of this call; a repeated one has the same."""
        return headers.get("x-atlassian-webhook-identifier")

    def ticket_named(self, body: dict[str, Any]) -> str | None:
        """In `issue.key`."""
        issue = body.get("issue")
        key = issue.get("key") if isinstance(issue, dict) else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            return None
        # In other projects there may be no comment that only staff see.
        project = self._settings.queue.partition("/")[0]
        return key if not project or key.startswith(f"{project}-") else None

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """The issue, and its comments."""
        path = f"/rest/api/2/issue/{ticket_id}"
        found = await self._calls.find(path, fields=FIELDS)
        if found is None:
            return None
        said = await self._calls.read(f"{path}/comment", maxResults=5000)
        fields = found["fields"]
        category = (fields["status"].get("statusCategory") or {}).get("key")
        opening = Entry(
            OPENING, fields.get("description") or "", is_html=False, by_reporter=True
        )
        reporter = (fields.get("reporter") or {}).get("accountId")
        return Ticket(
            id=found["key"],
            title=fields.get("summary") or "",
            is_open=category != "done",
            entries=(opening, *(_entry(one, reporter) for one in said["comments"])),
            priority=(fields.get("priority") or {}).get("name"),
            tags=tuple(fields.get("labels") or ()),
            has_owner=fields.get("assignee") is not None,
        )

    async def changed_since(self, since: datetime) -> AsyncIterator[Changed]:
        """Found by JQL; relative times, because others are in the account's zone."""
        minutes = int((datetime.now(UTC) - since).total_seconds() // 60) + 1
        wanted: dict[str, str | int] = {
            "jql": f'project = "{self._settings.queue.partition("/")[0]}" '
            f"AND updated >= -{minutes}m ORDER BY updated DESC",
            "fields": "updated",
            "maxResults": PAGE,
        }
        while True:
            found = await self._calls.read("/rest/api/3/search/jql", **wanted)
            for issue in found.get("issues", ()):
                yield Changed(issue["key"], issue["fields"]["updated"])
            if not found.get("nextPageToken"):
                return
            wanted["nextPageToken"] = found["nextPageToken"]

    async def raise_priority(self, ticket: Ticket, urgency: Urgency) -> None:
        """A label is added, not put in place of those it has."""
        wanted = PRIORITY.get(urgency)
        if wanted is None:
            return
        path = f"/rest/api/2/issue/{ticket.id}"
        changes: list[dict[str, Any]] = []
        if _rank(ticket.priority) < _rank(wanted):
            changes.append({"fields": {"priority": {"name": wanted}}})
        if TAG not in ticket.tags:
            changes.append({"update": {"labels": [{"add": TAG}]}})
        if self._settings.lead and not ticket.has_owner:
            owner = {"assignee": {"accountId": self._settings.lead}}
            changes.append({"fields": owner})
        for change in changes:
            await self._calls.write("PUT", path, change)

    async def add_private_note(self, ticket: Ticket, words: Words) -> None:
        """A comment with the property that keeps it internal."""
        comment = {"body": words.plain, "properties": [INTERNAL]}
        path = f"/rest/api/2/issue/{ticket.id}/comment"
        await self._calls.write("POST", path, comment)

    async def open_ticket(self, title: str, words: Words, urgency: Urgency) -> str:
        """An issue for staff, which no customer has."""
        project, _, kind = self._settings.queue.partition("/")
        fields: dict[str, Any] = {
            "project": {"key": project},
            "issuetype": {"name": kind or "Task"},
            "summary": title,
            "description": words.plain,
            "priority": {"name": PRIORITY.get(urgency, "Medium")},
            "labels": [TAG],
        }
        if self._settings.lead:
            fields["assignee"] = {"accountId": self._settings.lead}
        answer = await self._calls.write(
            "POST", "/rest/api/2/issue", {"fields": fields}
        )
        return value_in(answer, "key")


def _entry(comment: dict[str, Any], reporter: str | None) -> Entry:
    author = comment.get("author") or {}
    is_reporter = reporter is not None and author.get("accountId") == reporter
    return Entry(
        id=str(comment["id"]),
        text=comment.get("body") or "",
        is_html=False,
        by_reporter=comment.get("jsdPublic", True)
        and (is_reporter or author.get("accountType") == CUSTOMER),
    )


def _rank(priority: str | None) -> int:
    """Where a priority stands; one of the school's own names is left alone."""
    if priority is None:
        return -1
    return RANKS.index(priority) if priority in RANKS else len(RANKS)
