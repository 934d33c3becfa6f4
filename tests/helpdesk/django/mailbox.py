"""A reporter's reply by e-mail: the file that the desk's `get_email` command reads."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from tests.helpdesk.django.reading import Ticket


def put_reply(mailbox: Path, ticket: Ticket, text: str) -> None:
    """Lays a reply of the ticket's reporter where the desk looks for mail."""
    mail = EmailMessage()
    mail["From"] = ticket.submitter_email
    mail["To"] = f"{ticket.queue}@desk.school.example"
    # The desk finds the ticket by this.
    mail["Subject"] = f"Re: [{ticket.queue}-{ticket.id}] {ticket.title}"
    mail["Message-ID"] = make_msgid(domain="parent.example")
    mail.set_content(text)
    number = len(list(mailbox.iterdir()))
    (mailbox / f"{number}.eml").write_bytes(mail.as_bytes())
