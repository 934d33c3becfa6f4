"""`make helpdesk-demo`: a real helpdesk and the bot beside it, for a person to look at.

Sends three made-up tickets through the desk's own web form, waits for the bot's notes,
and says where to look. Both run until Ctrl-C, or with `--once` end after the printing.
Database, mail and logs lie in a temporary folder and go with it.
"""

from __future__ import annotations

import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from dotenv import dotenv_values

from tests.helpdesk.django.desk import QUEUE, DjangoDesk
from tests.helpdesk.django.environment import CannotInstallError
from tests.live_server import ROOT, Server, free_port, serving, wait_for

PARENT: Final = "parent@home.example"
# Of a desk's prepared users the bot is the first and the DSL the second.
NUMBER_OF_DSL: Final = "2"
SECONDS_FOR_THE_NOTES: Final = 60
PRIORITY: Final = {1: "critical", 2: "high", 3: "normal", 4: "low", 5: "very low"}
# What the operator's own .env may say must not start here: a second server with the
# same Telegram token would take the messages of the first.
NOT_OURS: Final = ("TELEGRAM_", "HELPDESK_", "POSTGRES_")


class Letter(NamedTuple):
    """What a parent sends with the web form."""

    title: str
    body: str


LETTERS: Final = (
    Letter(
        "Please help",
        "My son has taken a lot of tablets and says he does not want to live. He is "
        "upstairs and will not open the door.",
    ),
    Letter(
        "Somebody is threatening my daughter",
        "Someone online has pictures of my daughter and says he will send them to her "
        "whole class unless she pays.",
    ),
    Letter(
        "Printer in room 4",
        "The printer in room 4 is broken. Paper is stuck in it and the light is red.",
    ),
)


class NotesMissingError(Exception):
    """The bot has not written its notes in time."""


@contextmanager
def desk_and_bot(folder: Path) -> Iterator[tuple[DjangoDesk, Server]]:
    """Both, each a process of its own, until the end of the block."""
    places = [folder / name for name in ("desk", "bot")]
    for place in places:
        place.mkdir()
    secret, port = secrets.token_urlsafe(32), free_port()
    webhook = f"http://127.0.0.1:{port}/webhooks/helpdesk/django-helpdesk/{secret}"
    theirs = {
        name: "" for name in dotenv_values(ROOT / ".env") if name.startswith(NOT_OURS)
    }
    with DjangoDesk(places[0], webhook_url=webhook) as desk:
        settings = {
            "HELPDESK_DESK": "django-helpdesk",
            "HELPDESK_URL": desk.url,
            "HELPDESK_SECRET": secret,
            "HELPDESK_USER": desk.bot.name,
            "HELPDESK_TOKEN": desk.bot.password,
            "HELPDESK_QUEUE": str(QUEUE),
            "HELPDESK_LEAD": NUMBER_OF_DSL,
        }
        with serving(places[1], at_port=port, **{**theirs, **settings}) as server:
            yield desk, server


def note_on(desk: DjangoDesk, ticket: int) -> str | None:
    """The words of the bot's note, or None if there is none yet."""
    notes = [f.comment for f in desk.follow_ups(ticket) if f.user == desk.bot.name]
    return notes[0] if notes else None


def show_tickets(desk: DjangoDesk) -> None:
    """Sends the letters, and prints what the bot made of them.

    Raises:
        NotesMissingError: a note is not there in time.
    """
    for letter in LETTERS:
        ticket = desk.submit_form(letter.title, letter.body, PARENT)
        if not wait_for(lambda t=ticket: note_on(desk, t), SECONDS_FOR_THE_NOTES):
            raise NotesMissingError(f"There is no note on ticket {ticket}.")
        stored = desk.ticket(ticket)
        note = note_on(desk, ticket) or ""
        urgency = [line for line in note.splitlines() if line.startswith("Urgency:")]
        print(f"Ticket {ticket}: {letter.title}")
        print(f"  {' '.join(urgency)}")
        print(
            f"  Priority: {stored.priority} ({PRIORITY[stored.priority]})"
            f"   Given to: {stored.assigned_to or 'nobody'}"
        )
        print(f"  {desk.url}/tickets/{ticket}/\n", flush=True)


def show(folder: Path, *, is_once: bool) -> None:
    """Everything, from the start to the end of both processes."""
    print("Starting a django-helpdesk and the bot...", flush=True)
    with desk_and_bot(folder) as (desk, server):
        show_tickets(desk)
        print(f"The desk:  {desk.url}/")
        print(f"Log in as: {desk.dsl.name}   Password: {desk.dsl.password}")
        print(f"The chat:  {server.url}/   (with 'Ask my school to contact me')")
        if is_once:
            return
        print("Ctrl-C ends both.", flush=True)
        signal.pause()


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """0 after Ctrl-C or `--once`; 1 and a sentence if there is nothing to show."""
    # Whoever ends this process ends the two others too.
    signal.signal(signal.SIGTERM, _end)
    try:
        with tempfile.TemporaryDirectory(prefix="helpdesk-demo-") as folder:
            show(Path(folder), is_once="--once" in sys.argv)
    except KeyboardInterrupt:
        print("\nEnded.")
    except (CannotInstallError, NotesMissingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
