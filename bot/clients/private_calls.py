"""Calls to a desk's API, each looked at: none may be one that the reporter would see.

The clients have no way to write a public reply. This is the second lock on that door.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx

from bot.errors import BotError

SECONDS_FOR_AN_ANSWER: Final = 20
SECONDS_TO_CONNECT: Final = 5
CONNECTIONS: Final = 8
TOO_MANY: Final = 429
PAGE: Final = 100
# A desk that gives the same page for ever must not be read for ever.
MOST_PAGES: Final = 50
# What a written text must say to be seen by staff alone, with any of the desks: left
# out, most desks take it for an answer to the reporter.
PRIVATE: Final[Mapping[str, object]] = {
    "public": False,
    "internal": True,
    "private": True,
    "isPublic": False,
}
# What FreeScout and Zammad call what they send.
SENT_KINDS: Final = frozenset({"email", "message", "customer", "sms", "fax"})
# A dictionary with one of these is a written text.
WRITTEN: Final = frozenset({"body", "html_body", "text", "note"})
# What sends mail to whoever is named.
ALWAYS_SENT: Final = re.compile(
    r"to|b?cc|.*(?:cc_emails|email_cc)s?|notify_emails|submitter_email"
)
# Addresses of the vendors' APIs that send mail whatever the body says.
SENDING: Final = re.compile(
    r"repl(?:y|ies)|forward|outbound|email|notify|/messages?\b", re.I
)


class DeskError(BotError):
    """The desk is away, or refuses; it is worth trying again later.

    Attributes:
        wait: seconds that the desk asks us to wait, if it says.
    """

    code = "DESK_AWAY"

    def __init__(self, sentence: str, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class DeskRefusedError(DeskError):
    """The desk refuses this request, and would refuse it again."""

    code = "DESK_REFUSED"


class PublicReplyError(BotError):
    """A call would have been seen by the reporter, and was not made."""

    code = "PUBLIC_REPLY_STOPPED"


class PrivateCalls:
    """An HTTP client of one desk.

    Args:
        base_url: of the desk.
        headers: that say who asks.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Accept": "application/json", **headers},
            timeout=httpx.Timeout(SECONDS_FOR_AN_ANSWER, connect=SECONDS_TO_CONNECT),
            limits=httpx.Limits(max_connections=CONNECTIONS),
            # A desk that has moved must be set anew, not followed with our key.
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._http.aclose()

    async def read(self, path: str, **query: str | int) -> Any:
        """What stands at a path.

        Raises:
            DeskError: the desk is away or refuses, or nothing stands there.
        """
        answer = await self._send("GET", path, query=query)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise _refused(answer)
        return _body(answer)

    async def read_pages(
        self, path: str, **query: str | int
    ) -> AsyncIterator[dict[str, Any]]:
        """What stands in a list of numbered pages, until one that is not full.

        Raises:
            DeskError: the desk is away or refuses, or nothing stands there.
        """
        for page in range(1, MOST_PAGES + 1):
            found = await self.read(path, page=page, per_page=PAGE, **query)
            for one in found:
                yield one
            if len(found) < PAGE:
                return

    async def find(self, path: str, **query: str | int) -> Any:
        """What stands at a path, or None where nothing does.

        Raises:
            DeskError: the desk is away or refuses.
        """
        answer = await self._send("GET", path, query=query)
        return None if answer.status_code == httpx.codes.NOT_FOUND else _body(answer)

    async def write(
        self,
        method: str,
        path: str,
        body: dict[str, Any],
    ) -> httpx.Response:
        """Sends a body that only staff will see.

        Raises:
            PublicReplyError: the reporter would see it; nothing was sent.
            DeskError: the desk is away or refuses.
        """
        if SENDING.search(path) or any(_is_shown(one) for one in _objects(body)):
            raise PublicReplyError("A call that the reporter would see was stopped.")
        answer = await self._send(method, path, body=body)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise _refused(answer)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: dict[str, Any] | None = None,
    ) -> httpx.Response:
        try:
            answer = await self._http.request(
                method, path, params=query or None, json=body
            )
        except httpx.HTTPError as error:
            name = type(error).__name__
            raise DeskError(f"The desk does not answer ({name}).") from error
        if answer.status_code == TOO_MANY or answer.is_server_error:
            said = f"The desk answers {answer.status_code}."
            raise DeskError(said, wait=_wait_asked(answer))
        if answer.is_success or answer.status_code == httpx.codes.NOT_FOUND:
            return answer
        raise _refused(answer)


def basic(user: str, password: str) -> dict[str, str]:
    """Headers of basic authentication."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _refused(answer: httpx.Response) -> DeskRefusedError:
    return DeskRefusedError(f"The desk refuses: {answer.status_code}.")


def _wait_asked(answer: httpx.Response) -> float | None:
    try:
        return max(0.0, float(answer.headers.get("Retry-After", "")))
    except ValueError:
        return None


def value_in(answer: httpx.Response, *names: str) -> str:
    """A value of an answer, such as the number of a new ticket.

    Raises:
        DeskError: it is not there.
    """
    found = _body(answer)
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        raise DeskError("The desk's answer lacks what it should hold.")
    return str(found)


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise DeskError("The desk's answer is not JSON.") from error


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a body, however deep."""
    if isinstance(value, Mapping):
        yield value
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for held in value:
            yield from _objects(held)


def _is_shown(one: Mapping[str, Any]) -> bool:
    """Whether an object of a body would be seen by, or sent to, the reporter."""
    if any(ALWAYS_SENT.fullmatch(str(name)) and held for name, held in one.items()):
        return True
    # Exactly so: to some desks "false" is a text, and texts are true.
    said = {
        name: one[name] is wanted for name, wanted in PRIVATE.items() if name in one
    }
    if not all(said.values()):
        return True
    if one.get("type") in SENT_KINDS:
        return True
    texts = {name for name in (*WRITTEN, "comment") if isinstance(one.get(name), str)}
    # At FreeScout a thread of this kind is for staff; elsewhere the kind says nothing.
    is_note = texts == {"text"} and one.get("type") == "note"
    return bool(texts) and not (said or is_note or _is_internal_at_jira(one))


def _is_internal_at_jira(comment: Mapping[str, Any]) -> bool:
    return any(
        isinstance(one, Mapping)
        and one.get("key") == "sd.public.comment"
        and one.get("value") == {"internal": True}
        for one in comment.get("properties") or ()
    )
