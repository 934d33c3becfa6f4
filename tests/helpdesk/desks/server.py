"""A service desk for tests: strict, over real HTTP, on this machine.

    with ZendeskDesk() as server:
        ticket = server.add_ticket("Worried", "Someone is asking my son for photos.")
        headers, body = server.webhook("created", ticket)
        # give the bot server.base_url, server.token and server.secret; post the body
        assert server.complaints == []
        assert server.public_replies == []
        assert [note.public for note in server.notes(ticket)] == [False]

`DeskServer` is what all desks share; each desk's own methods are in the module of its
name. It runs in a thread of its own, whose event loop does one thing at a time.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from aiohttp import web

from tests.helpdesk.desks.asking import JSON, Answer, Asked, Call, RefusedError, Route
from tests.helpdesk.desks.checking import UNKNOWN, Problem, Rule
from tests.helpdesk.desks.faults import Fault, Faults, Where
from tests.helpdesk.desks.listening import HERE, Listener
from tests.helpdesk.desks.tickets import (
    OFFICE,
    PEOPLE,
    REPORTER,
    Note,
    Numbers,
    Person,
    Task,
    Ticket,
)

FIXTURES: Final = Path(__file__).parent / "fixtures"
SECONDS_TO_DO: Final = 10.0
Webhook = tuple[dict[str, str], bytes]
KINDS: Final = ("created", "reporter_reply", "staff_note", "closed", "auto_reply")
AUTO_SUBJECT: Final = "Automatic reply: "


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def stamp(moment: datetime) -> str:
    """As most desks write a moment: whole seconds, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class DeskServer:
    """What every desk has; use a desk's own class, in a `with`.

    Attributes:
        token: the API key or token that the desk knows.
        secret: the key or header value of its webhooks.
        tickets: everything it holds, oldest first.
        tasks: what was given to a named person, where the desk has such a thing.
        complaints: what no correct client of this bot would have asked.
        public_replies: what would have reached the person who reported.
        requests: everything that was answered, in order.
        delay: seconds before every answer.
    """

    name: ClassVar[str] = ""
    ignores_unknown: ClassVar[bool] = True  # whether the vendor takes unknown fields
    first_status: ClassVar[Any] = "open"
    closed_status: ClassVar[Any] = "closed"
    first_priority: ClassVar[Any] = None
    token: str = "a-made-up-token"
    secret: str = "a made-up webhook secret"

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []
        self.tasks: list[Task] = []
        self.people: list[Person] = list(PEOPLE)
        self.complaints: list[str] = []
        self.public_replies: list[Note] = []
        self.requests: list[Asked] = []
        self.numbers = Numbers()
        self.delay = 0.0
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._seconds_ahead = 0.0
        self._faults = Faults()
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener = Listener(self._answer)
        self._routes = _routes_of(type(self))

    def __enter__(self) -> Self:
        self._thread.start()
        self.come_back()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._listener.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_DO)
        self._loop.close()

    # What tests do and look at.

    @property
    def base_url(self) -> str:
        """What stands before `/api/...` or `/rest/...`."""
        return f"http://{HERE}:{self._listener.port}"

    def now(self) -> datetime:
        """The desk's time, in whole milliseconds."""
        now = self.clock() + timedelta(seconds=self._seconds_ahead)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def pass_time(self, seconds: float) -> None:
        """Puts the desk's clock forward."""
        self._seconds_ahead += seconds

    def ticket(self, ref: str | int) -> Ticket:
        """The ticket that the API calls so."""
        return next(t for t in self.tickets if str(ref) in (t.ref, str(t.id)))

    def notes(self, ticket: Ticket | str | int) -> list[Note]:
        """What staff and the bot wrote on a ticket after its opening."""
        found = ticket if isinstance(ticket, Ticket) else self.ticket(ticket)
        return list(found.notes)

    def asked(self, method: str, path: str = "") -> list[Asked]:
        """The requests with this method, and this somewhere in the path."""
        return [a for a in self.requests if a.method == method and path in a.path]

    def add_ticket(
        self,
        subject: str,
        text: str,
        *,
        requester: Person = REPORTER,
        is_html: bool = False,
        is_public: bool = True,
        author: Person | None = None,
    ) -> Ticket:
        """Somebody reports something, by mail or form."""
        number, now = next(self.numbers.tickets), self.now()
        ticket = Ticket(
            number,
            self.ref_of(number),
            subject,
            requester,
            now,
            now,
            self.first_status,
            self.first_priority,
        )
        opening = self.write(ticket, text, author or requester, is_public=is_public)
        opening.is_html, opening.is_opening = is_html, True
        self.tickets.append(ticket)
        return ticket

    def write(
        self,
        ticket: Ticket,
        text: str,
        author: Person,
        *,
        is_public: bool,
        is_html: bool = False,
        is_auto: bool = False,
    ) -> Note:
        """Somebody writes on the ticket; not through the API."""
        note = Note(
            next(self.numbers.notes), text, author, self.now(), is_public, is_html
        )
        note.is_auto = is_auto
        ticket.messages.append(note)
        ticket.updated = note.at
        return note

    def fail_next(
        self,
        status: int = 500,
        times: int = 1,
        retry_after: int | None = None,
        *,
        after: bool = False,
    ) -> None:
        """The next requests are answered so; with `after`, once they are done."""
        self._faults.add(Fault(status, times, retry_after, after=after))

    def fail_where(self, where: Where, status: int = 500) -> None:
        """Such requests are answered so until all is well; those above come first."""
        self._faults.add_lasting(where, Fault(status))

    def hang(self, seconds: float, times: int = 1, *, after: bool = False) -> None:
        """The next requests wait; a client that leaves meanwhile changes nothing."""
        self._faults.add(Fault(times=times, hang=seconds, after=after))

    def all_well(self) -> None:
        """Forgets the failures that have not happened yet."""
        self._faults.clear()

    def go_away(self) -> None:
        """Nobody listens, connections are cut. What the desk holds is kept."""
        self._run(self._listener.stop())

    def come_back(self) -> None:
        """Listens again, on the same port."""
        self._run(self._listener.start())

    # Webhooks.

    def webhook(
        self,
        kind: str = "created",
        ticket: Ticket | None = None,
        text: str | None = None,
        note: Note | None = None,
        **about: Any,
    ) -> Webhook:
        """What happens at the desk, and the webhook that tells of it.

        Args:
            kind: one of `KINDS`.
            ticket: on which it happens; a new one if there is none.
            text: what is written; an everyday sentence if there is none.
            note: something that is written already, e.g. by the bot itself, so that
                nothing new is.
            **about: `secret` to sign with another one; the rest is the desk's own.
        """
        if kind not in KINDS:
            raise ValueError(f"no webhook {kind!r}; there are {KINDS}")
        about.setdefault("secret", self.secret)
        said = text or "Someone on a game is asking my daughter for pictures."
        if ticket is None:
            ticket = self.add_ticket("Worried about my daughter", said)
        note = note or self._happens(kind, ticket, said)
        return self.make_webhook(kind, ticket, note, **about)

    def make_webhook(self, kind: str, ticket: Ticket, note: Note, **about: Any) -> Any:
        """The desk's own headers and body."""
        raise NotImplementedError

    def _happens(self, kind: str, ticket: Ticket, text: str) -> Note:
        if kind == "reporter_reply":
            return self.write(ticket, text, ticket.requester, is_public=True)
        if kind == "auto_reply":
            away = f"{AUTO_SUBJECT}{ticket.subject}\n\n{text}"
            return self.write(
                ticket, away, ticket.requester, is_public=True, is_auto=True
            )
        if kind == "staff_note":
            return self.write(ticket, text, OFFICE, is_public=False)
        if kind == "closed":
            ticket.status, ticket.updated = self.closed_status, self.now()
            return ticket.messages[-1]
        return ticket.opening

    # What desks use.

    def ref_of(self, number: int) -> str:
        """How the API's addresses call a ticket."""
        return str(number)

    def shape(self, name: str) -> dict[str, Any]:
        """A fixture of this desk: a whole answer with made-up values."""
        shape: dict[str, Any] = json.loads(_text(FIXTURES / self.name / f"{name}.json"))
        return shape

    def complain(self, sentence: str) -> None:
        """Remembers a mistake of the client."""
        self.complaints.append(f"{self.name}: {sentence}")

    def replied_in_public(self, note: Note, how: str) -> None:
        """Remembers something that the person who reported would have seen."""
        self.public_replies.append(note)
        self.complain(f"{how} reaches the person who reported")

    def checked(self, call: Call, rule: Rule) -> Any:
        """The body, if it is as documented.

        Raises:
            RefusedError: with the vendor's answer.
        """
        problems = list(rule("", call.fields))
        for problem in problems:
            field = problem.path or "the body"
            self.complain(f"{call.method} {call.path}: {field} {problem.why}")
        bad = [p for p in problems if p.kind != UNKNOWN or not self.ignores_unknown]
        if bad:
            raise RefusedError(self.invalid(bad))
        return call.fields

    def found(self, call: Call, part: str = "id") -> Ticket:
        """The ticket in the path.

        Raises:
            RefusedError: there is none.
        """
        wanted = call.part[part]
        for ticket in self.tickets:
            if wanted == ticket.ref or wanted == str(ticket.id):
                return ticket
        raise RefusedError(self.not_found(), f"there is no ticket {wanted}")

    def person(self, key: str | int | None) -> Person | None:
        """Somebody by id or email."""
        return next((p for p in self.people if key in (p.id, p.email)), None)

    def person_or_new(self, email: str, name: str = "") -> Person:
        """Somebody by email, made known if need be, as desks do with reporters."""
        known = self.person(email)
        if known is None:
            known = Person(next(self.numbers.people), name or email, email)
            self.people.append(known)
        return known

    def signed_in(self, headers: dict[str, str]) -> bool:
        """Whether the request has the right key."""
        raise NotImplementedError

    def unauthorized(self) -> Answer:
        """The vendor's 401."""
        raise NotImplementedError

    def not_found(self) -> Answer:
        """The vendor's 404."""
        raise NotImplementedError

    def invalid(self, problems: list[Problem]) -> Answer:
        """The vendor's answer to wrong fields."""
        raise NotImplementedError

    def unreadable(self) -> Answer:
        """The vendor's answer to a body that is not JSON."""
        return Answer(400, {"error": "The request body is not valid JSON"})

    def wrong_type(self) -> Answer:
        """The vendor's answer to another content type."""
        return Answer(415, {"error": "Unsupported Media Type"})

    # How requests are answered.

    def _run(self, doing: Any) -> Any:
        running = asyncio.run_coroutine_threadsafe(doing, self._loop)
        return running.result(SECONDS_TO_DO)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        fault = self._faults.next(request.method, request.path, body)
        if not fault.after:
            await asyncio.sleep(fault.hang)
        fields: Any = None
        answer = Answer(fault.status)
        if fault.after or not fault.status:
            answer, fields = self._do(request, body)
        if fault.after:
            await asyncio.sleep(fault.hang)
        if fault.status:
            answer = _failure(fault)
        await asyncio.sleep(self.delay)
        query = dict(request.query)
        self.requests.append(
            Asked(request.method, request.path, query, fields, answer.status)
        )
        return _response(answer)

    def _do(self, request: web.BaseRequest, body: bytes) -> tuple[Answer, Any]:
        what = f"{request.method} {request.path}"
        fields: Any = None
        try:
            headers = {name.lower(): value for name, value in request.headers.items()}
            if not self.signed_in(headers):
                raise RefusedError(self.unauthorized(), "the key is missing or wrong")
            found, part, method = self._find(request)
            fields = self._read(headers, body) if request.method != "GET" else {}
            for name in request.query:
                if name not in found.query:
                    self.complain(f"{what}: ?{name}= is not in the documentation")
            query = dict(request.query)
            call = Call(request.method, request.path, part, query, fields, headers)
            return getattr(self, method)(call), fields
        except RefusedError as refused:
            if refused.complaint:
                self.complain(f"{what}: {refused.complaint}")
            return refused.answer, fields
        except Exception as error:
            self.complain(f"{what}: the test server broke: {error!r}")
            return Answer(500, {"error": "the test server broke"}), fields

    def _find(self, request: web.BaseRequest) -> tuple[Route, dict[str, str], str]:
        others = []
        for found, method in self._routes:
            match = found.path.fullmatch(request.path)
            if match and found.method == request.method:
                return found, match.groupdict(), method
            if match:
                others.append(found.method)
        if others:
            allowed = ", ".join(others)
            answer = Answer(405, {"error": "Method Not Allowed"}, {"Allow": allowed})
            raise RefusedError(answer, f"the method must be one of {allowed}")
        raise RefusedError(self.not_found(), "this server has no such address")

    def _read(self, headers: dict[str, str], body: bytes) -> Any:
        if not body:
            return {}
        if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise RefusedError(self.wrong_type(), "the content type must be JSON")
        try:
            return json.loads(body)
        except ValueError:
            raise RefusedError(self.unreadable(), "the body is not JSON") from None


def _routes_of(desk: type) -> list[tuple[Route, str]]:
    return [
        (found, name)
        for name in dir(desk)
        for found in getattr(getattr(desk, name), "routes", [])
    ]


def _failure(fault: Fault) -> Answer:
    headers = (
        {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after}"}
    )
    page = (
        f"<html><body><h1>{fault.status}</h1><p>Made up for a test.</p></body></html>"
    )
    return Answer(fault.status, page, headers)


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    if isinstance(answer.body, str):
        return web.Response(
            status=answer.status,
            text=answer.body,
            content_type="text/html",
            headers=answer.headers,
        )
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)
