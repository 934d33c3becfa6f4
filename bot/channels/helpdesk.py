"""The school's helpdesk as a Rasa channel: takes webhooks, and has tickets attended to.

    POST /webhooks/helpdesk/<desk>          what the desk sends
    POST /webhooks/helpdesk/<desk>/<key>    where the desk can sign nothing

A webhook is checked and answered at once; what follows is `bot.channels.helpdesk_work`.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.channels.forgetting import tracker_store
from bot.channels.helpdesk_work import HelpdeskWork
from bot.channels.own_channel import OwnChannel
from bot.clients.desks import desk_of
from bot.desk_settings import DeskSettings
from bot.guidance.load import load_library
from bot.handover.finding import Finding
from bot.handover.marks import Marks
from bot.handover.note import AUDIENCE, Note, load_words, note_for
from bot.metrics.turn import Turn, confidence_band, content_number, latency_band
from bot.privacy.quiet_logs import log_event
from bot.terms import NOT_UNDERSTOOD, Nation

logger = logging.getLogger(__name__)

NAME: Final = "helpdesk"
# A webhook may hold a whole ticket with its letters.
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_DELIVERIES_REMEMBERED: Final = 10_000


class HelpdeskChannel(OwnChannel):
    """The helpdesk, if one is set.

    Args:
        settings: the operator's settings.
    """

    @classmethod
    def name(cls) -> str:
        """Part of the address: /webhooks/helpdesk."""
        return NAME

    def blueprint(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> Blueprint:
        """The routes of the one desk that is set, and what runs beside the server."""
        routes = Blueprint(NAME)
        settings = self._settings.desk
        if settings is None:
            return routes

        async def start(app: Any, *_: Any) -> None:
            app.ctx.helpdesk = Helpdesk(settings, app)
            app.ctx.helpdesk.start()

        async def stop(app: Any, *_: Any) -> None:
            await app.ctx.helpdesk.stop()

        routes.listener("after_server_start")(start)
        routes.listener("before_server_stop")(stop)

        # Streamed, because only here may a body be larger than a person's message.
        @routes.post(f"/{settings.name}", stream=True)
        async def signed(request: Request) -> HTTPResponse:
            return await _helpdesk(request).take(request, None)

        @routes.post(f"/{settings.name}/<key:str>", stream=True)
        async def with_key(request: Request, key: str) -> HTTPResponse:
            return await _helpdesk(request).take(request, key)

        return routes


class Helpdesk:
    """One desk: its webhooks come in here.

    Args:
        settings: of the desk.
        app: the server, for the model and the metrics.
    """

    def __init__(self, settings: DeskSettings, app: Any) -> None:
        self._app = app
        self._nation = settings.nation
        self.desk, self._calls = desk_of(settings)
        self.marks = Marks(settings.secret)
        library, words = load_library(), load_words()
        self._work = HelpdeskWork(
            self.desk,
            self.marks,
            self.judge,
            lambda finding, is_part_unread, mark: note_for(
                finding, is_part_unread, settings.nation, library, words, mark
            ),
            self._count,
        )
        self._seen: OrderedDict[str, None] = OrderedDict()

    @property
    def is_ready(self) -> bool:
        """Whether the desk answered when it was last asked."""
        return self._work.is_ready

    def waiting(self) -> int:
        """How many tickets are not attended to yet; may be asked from any thread."""
        return self._work.waiting()

    def start(self) -> None:
        """Begins in the background: a desk that is away must not hold up the server."""
        self._work.start()

    async def stop(self) -> None:
        """Stops, and lets go of the desk."""
        await self._work.stop()
        await self._calls.close()

    async def take(self, request: Request, key: str | None) -> HTTPResponse:
        """Answers a webhook: 202, and the work comes after."""
        assert request.stream, "Sanic gives a streamed request its stream"
        request.stream.request_max_size = MOST_BYTES
        await request.receive_body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        now = datetime.now(UTC)
        if not self.desk.is_genuine(headers, request.body, key, now):
            log_event(logger, logging.WARNING, "helpdesk.call.forged")
            return _said(401, "SIGNATURE_WRONG")
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            log_event(logger, logging.INFO, "helpdesk.call.unreadable")
            return _said(400, "BODY_INVALID")
        if self._is_repeated(self.desk.delivery(headers, request.body)):
            log_event(logger, logging.INFO, "helpdesk.call.repeated")
            return _said(409, "ALREADY_TAKEN")
        ticket_id = self.desk.ticket_named(body)
        if ticket_id is None:
            # A vendor's test call, for example.
            log_event(logger, logging.INFO, "helpdesk.call.without_ticket")
            return _said(202, "NO_TICKET")
        self._work.put(ticket_id)
        return _said(202, "TAKEN")

    def _is_repeated(self, delivery: str | None) -> bool:
        if delivery is None:
            return False
        is_repeated = delivery in self._seen
        self._seen[delivery] = None
        while len(self._seen) > MOST_DELIVERIES_REMEMBERED:
            self._seen.popitem(last=False)
        return is_repeated

    async def judge(self, text: str) -> dict[str, Any]:
        """What the model reads in a text."""
        return dict(await self._app.ctx.agent.parse_message(text))

    def _count(self, finding: Finding, note: Note, seconds: float) -> None:
        broker = getattr(tracker_store(self._app), "event_broker", None)
        if broker is not None:
            broker.count(_turn(finding, note, self._nation, seconds))


def _helpdesk(request: Request) -> Helpdesk:
    helpdesk: Helpdesk = request.app.ctx.helpdesk
    return helpdesk


def _turn(finding: Finding, note: Note, nation: Nation | None, seconds: float) -> Turn:
    """What is counted of a ticket: never which, and never its words."""
    now = datetime.now(UTC)
    shown = [one["card"]["id"] for one in note.messages if one["card"]]
    contacts = [c["id"] for one in note.messages for c in one["contacts"]]
    return Turn(
        conversation=secrets.randbits(63),
        day=now.date().isoformat(),
        hour=now.hour,
        turn_number=1,
        channel=NAME,
        intent=finding.intent,
        confidence=confidence_band(finding.confidence),
        urgency=finding.urgency,
        danger_check=finding.danger_check,
        understood=finding.intent != NOT_UNDERSTOOD,
        nation=nation,
        audience=AUDIENCE,
        latency=latency_band(seconds),
        signals=finding.signals,
        cards=tuple(dict.fromkeys(map(content_number, shown))),
        contacts=tuple(dict.fromkeys(map(content_number, contacts))),
    )


def _said(status: int, code: str) -> HTTPResponse:
    return json_response({"code": code}, status)
