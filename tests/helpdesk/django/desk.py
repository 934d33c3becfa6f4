"""A real django-helpdesk 2.6.1 on a port of this machine, for as long as a test wants.

    with DjangoDesk(folder, webhook_url=bot_url) as desk:
        ticket = desk.submit_form("Worried", "About my son", "parent@home.example")

What it does at which address is in README.md; what about it surprises, in test_desk.py.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.helpdesk.django.environment import prepared_environment
from tests.helpdesk.django.mailbox import put_reply
from tests.helpdesk.django.pages import DeskError, Visitor
from tests.helpdesk.django.people import BOT, DSL, Person
from tests.helpdesk.django.process import DeskProcess
from tests.helpdesk.django.reading import (
    FollowUp,
    Mail,
    Ticket,
    read_follow_ups,
    read_outbox,
    read_ticket,
    read_tickets,
)

# The only queue there is: `safeguarding`.
QUEUE: Final = 1


class DjangoDesk:
    """A desk of its own, with nothing in it, from the start of the block to its end.

    Args:
        folder: an empty folder for its database, mail and log.
        webhook_url: where it tells of new tickets and follow-ups; nowhere if None.
        cache: where its packages are kept; see `environment.cache_folder`.

    Raises:
        CannotInstallError: its packages cannot be had here and now.
    """

    bot: Final = BOT
    dsl: Final = DSL
    # For the REST API: user name and password, or the token if the desk has tokens.
    staff: Final = (BOT.name, BOT.password)
    token: Final = BOT.token

    def __init__(
        self,
        folder: Path,
        *,
        webhook_url: str | None = None,
        cache: Path | None = None,
    ) -> None:
        self._webhook_url = webhook_url
        self._process = DeskProcess(prepared_environment(cache), folder)
        self._visitors: dict[Person | None, Visitor] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for visitor in self._visitors.values():
            visitor.__exit__(kind, error, trace)
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; the same after a restart."""
        return self._process.url

    @property
    def log(self) -> str:
        """What its process has written."""
        return self._process.log.read_text("utf-8")

    def start(self) -> None:
        """Starts it, again after `stop`; what it has stored is still there."""
        self._process.start(self._webhook_url)

    def stop(self) -> None:
        """Ends it: nobody listens at its address."""
        self._process.stop()

    def restart(self, *, webhook_url: str | None) -> None:
        """Starts it again with another address for both webhooks."""
        self.stop()
        self._webhook_url = webhook_url
        self.start()

    # What people do.

    def submit_form(self, title: str, body: str, email: str) -> int:
        """A parent sends the public web form; the number of the ticket."""
        return self._visitor(None).submit_ticket(title, body, email)

    def staff_follow_up(self, ticket: int, text: str, *, public: bool) -> None:
        """The DSL writes in the ticket's page."""
        self._visitor(DSL).follow_up(ticket, text, public=public)

    def close(self, ticket: int) -> None:
        """The DSL closes it in the ticket's page, without a word."""
        self._visitor(DSL).close(ticket)

    def reporter_follow_up(self, ticket: int, text: str) -> None:
        """The reporter replies by e-mail, and the desk's cron job reads it.

        The only way there is: see `comment_as_reporter`.
        """
        put_reply(self._process.mailbox, self.ticket(ticket), text)
        self.read_mail()

    def read_mail(self) -> None:
        """What a desk's cron job does every few minutes."""
        self._process.command("get_email", self._webhook_url)

    def comment_as_reporter(self, ticket: int, text: str) -> httpx.Response:
        """The reporter tries the comment form of the public page, which is broken."""
        page = self.ticket(ticket).public_page
        return self._visitor(None).comment_as_reporter(page, text)

    # What programs do.

    def api(self, person: Person = BOT) -> httpx.Client:
        """A client of the REST API with basic authentication; close it after use."""
        return httpx.Client(
            base_url=f"{self.url}/api",
            auth=(person.name, person.password),
            timeout=30,
            trust_env=False,
        )

    def create_by_api(
        self,
        title: str = "Reported by the bot",
        description: str = "What was said.",
        **fields: object,
    ) -> int:
        """The bot makes a ticket; its number. No e-mail address unless it is given.

        Raises:
            DeskError: the desk did not say that it took it.
        """
        given = {"priority": 3, **fields, "title": title, "description": description}
        return int(self._post("/tickets/", {"queue": QUEUE, **given})["id"])

    def follow_up_by_api(self, ticket: int, comment: str, **fields: object) -> int:
        """The bot writes in a ticket; the number of the follow-up.

        Private unless `public=True` is given.

        Raises:
            DeskError: the desk did not say that it took it.
        """
        given = {"ticket": ticket, "comment": comment, "public": False, **fields}
        return int(self._post("/followups/", given)["id"])

    def change_by_api(self, ticket: int, **fields: object) -> dict[str, Any]:
        """The bot changes fields of a ticket, such as `priority`."""
        with self.api() as http:
            return self._json(http.patch(f"/tickets/{ticket}/", json=fields), 200)

    # What has become of it.

    def tickets(self) -> list[Ticket]:
        """All tickets, oldest first, from its database."""
        return read_tickets(self._process.database)

    def ticket(self, ticket: int) -> Ticket:
        """One ticket, from its database."""
        return read_ticket(self._process.database, ticket)

    def follow_ups(self, ticket: int) -> list[FollowUp]:
        """All follow-ups of a ticket, oldest first, from its database."""
        return read_follow_ups(self._process.database, ticket)

    def outbox(self) -> list[Mail]:
        """All e-mails that it would have sent, oldest first."""
        return read_outbox(self._process.outbox)

    def empty_outbox(self) -> None:
        """Forgets the e-mails so far."""
        self._process.outbox.unlink(missing_ok=True)

    def _visitor(self, person: Person | None) -> Visitor:
        if person not in self._visitors:
            visitor = Visitor(self.url)
            if person is not None:
                visitor.log_in(person)
            self._visitors[person] = visitor
        return self._visitors[person]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        with self.api() as http:
            return self._json(http.post(path, json=body), 201)

    @staticmethod
    def _json(response: httpx.Response, expected: int) -> dict[str, Any]:
        if response.status_code != expected:
            raise DeskError(response)
        answer: dict[str, Any] = response.json()
        return answer
