"""What the desk has in its database and would have sent, read beside the desk."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TICKETS = """
select t.id, t.title, t.description, t.priority, t.status, t.resolution,
  t.submitter_email, t.secret_key, q.slug as queue, u.username as assigned_to
from helpdesk_ticket t join helpdesk_queue q on q.id = t.queue_id
left join auth_user u on u.id = t.assigned_to_id
"""
FOLLOW_UPS = """
select f.id, f.title, f.comment, f.public, f.date, f.new_status, f.email_recipients,
  u.username as user
from helpdesk_followup f left join auth_user u on u.id = f.user_id
where f.ticket_id = ? order by f.id
"""


@dataclass(frozen=True)
class Ticket:
    """A ticket as stored. There are no tags in this desk."""

    id: int
    title: str
    description: str
    # 1 is critical, 5 very low.
    priority: int
    # 1 open, 2 reopened, 3 resolved, 4 closed, 5 duplicate.
    status: int
    resolution: str | None
    submitter_email: str | None
    # Whoever has it and the address can read the ticket in the public page.
    secret_key: str
    queue: str
    assigned_to: str | None

    @property
    def public_page(self) -> str:
        """The path of the page that the reporter's link opens."""
        return (
            f"/view/?ticket={self.queue}-{self.id}"
            f"&email={self.submitter_email}&key={self.secret_key}"
        )


@dataclass(frozen=True)
class FollowUp:
    """A follow-up as stored."""

    id: int
    title: str
    comment: str
    public: bool
    date: datetime
    # None: not staff.
    user: str | None
    new_status: int | None
    # Whom the desk says it wrote to.
    email_recipients: tuple[str, ...]


@dataclass(frozen=True)
class Mail:
    """An e-mail that a desk with a mail server would have sent."""

    to: tuple[str, ...]
    subject: str
    body: str


def read_tickets(database: Path) -> list[Ticket]:
    """All tickets, oldest first."""
    return [Ticket(**row) for row in _rows(database, f"{TICKETS} order by t.id")]


def read_ticket(database: Path, ticket: int) -> Ticket:
    """One ticket, by its number."""
    (row,) = _rows(database, f"{TICKETS} where t.id = ?", ticket)
    return Ticket(**row)


def read_follow_ups(database: Path, ticket: int) -> list[FollowUp]:
    """All follow-ups of a ticket, oldest first."""
    return [
        FollowUp(
            **{
                **row,
                "public": bool(row["public"]),
                "comment": row["comment"] or "",
                "date": datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
                "email_recipients": tuple(json.loads(row["email_recipients"] or "[]")),
            }
        )
        for row in _rows(database, FOLLOW_UPS, ticket)
    ]


def read_outbox(outbox: Path) -> list[Mail]:
    """All e-mails, oldest first."""
    lines = outbox.read_text("utf-8").splitlines() if outbox.exists() else []
    return [
        Mail(tuple(mail["to"]), mail["subject"], mail["body"])
        for mail in map(json.loads, lines)
    ]


def _rows(database: Path, question: str, *values: object) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(question, values)]
