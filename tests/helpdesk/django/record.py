"""Writes what the desk's webhooks really say to `recorded/`.

Run by hand when requirements.txt changes, from the root of the repository:
`PYTHONPATH=. .venv/bin/python -m tests.helpdesk.django.record`
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final

from tests.helpdesk.django.desk import DjangoDesk
from tests.helpdesk.django.receiver import Call, Receiver

RECORDED: Final = Path(__file__).parent / "recorded"
PARENT: Final = "parent@home.example"


def record() -> dict[str, Call]:
    """A ticket's life, from a desk with nothing in it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Receiver() as receiver,
        DjangoDesk(Path(folder), webhook_url=receiver.url) as desk,
    ):
        ticket = desk.submit_form("Worried about my son", "He hides his phone.", PARENT)
        desk.follow_up_by_api(ticket, "A private note of the bot.")
        desk.staff_follow_up(ticket, "Can you talk at four?", public=True)
        desk.reporter_follow_up(ticket, "Yes, at four.")
        desk.close(ticket)
        desk.create_by_api("Made by the bot", "What was said.")
    names = (
        "new_ticket_by_form",
        "follow_up_by_api",
        "follow_up_by_staff",
        "follow_up_by_mail",
        "follow_up_that_closes",
        "new_ticket_by_api",
    )
    return dict(zip(names, receiver.calls, strict=True))


def write(calls: dict[str, Call]) -> None:
    """Each beside the other; only the spaces between the JSON are ours."""
    RECORDED.mkdir(exist_ok=True)
    for name, call in calls.items():
        heard = {"headers": call.headers, "body": call.said}
        words = json.dumps(heard, indent=2, ensure_ascii=False)
        (RECORDED / f"{name}.json").write_text(f"{words}\n", "utf-8")


if __name__ == "__main__":
    write(record())
