"""The desk's web pages over HTTP, as the person in front of a browser uses them."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.helpdesk.django.forms import form_with
from tests.helpdesk.django.people import Person

# As the page names them: helpdesk/settings.py.
CLOSED: Final = "4"


class DeskError(Exception):
    """The desk answered something else than it does when all is well."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.status_code} {response.request.url}")
        self.response = response


class Visitor:
    """Somebody with a browser: a parent who has no account, or staff after `log_in`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def log_in(self, person: Person) -> None:
        """From now on this is a member of staff."""
        who = {"username": person.name, "password": person.password}
        sent = self._send("/login/", "password", **who)
        self._must_lead_on(sent)

    def submit_ticket(self, title: str, body: str, email: str) -> int:
        """Sends the public form; the number of the ticket.

        Raises:
            DeskError: the desk did not say that it took it.
        """
        sent = self._send(
            "/tickets/submit/",
            "submitter_email",
            title=title,
            body=body,
            submitter_email=email,
            queue="1",
        )
        where = self._must_lead_on(sent)
        return int(parse_qs(urlsplit(where).query)["ticket"][0].rpartition("-")[2])

    def follow_up(self, ticket: int, text: str, *, public: bool) -> None:
        """Staff write in the ticket's own page.

        Raises:
            DeskError: the desk did not say that it took it.
        """
        self._update(ticket, comment=text, public="1" if public else None)

    def close(self, ticket: int) -> None:
        """Staff choose "Closed" and write nothing, and leave "public" unticked."""
        self._update(ticket, new_status=CLOSED, public=None)

    def comment_as_reporter(self, where: str, text: str) -> httpx.Response:
        """Uses the form on the page that the reporter's own link opens."""
        return self._send(where, "key", comment=text)

    def _update(self, ticket: int, **fields: str | None) -> None:
        self._must_lead_on(self._send(f"/tickets/{ticket}/", "comment", **fields))

    def _send(self, page: str, marked_by: str, **fields: str | None) -> httpx.Response:
        """Opens a page, fills in one of its forms and sends that; None unticks."""
        opened = self._http.get(page)
        if opened.status_code != 200:
            raise DeskError(opened)
        form = form_with(opened.text, marked_by)
        filled = {**form.fields, **fields}
        return self._http.post(
            form.action or page,
            data={name: value for name, value in filled.items() if value is not None},
        )

    @staticmethod
    def _must_lead_on(response: httpx.Response) -> str:
        where = str(response.headers.get("location", ""))
        if response.status_code != 302 or "/login/" in where:
            raise DeskError(response)
        return where
