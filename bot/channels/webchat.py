"""The HTTP interface of the web chat, and the server's health.

Contract: docs/tasks/connect-a-client.md. Machines get a 4xx with a code, people get
plain words with the emergency routes; neither ever gets a traceback.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.channels.acts import count_act
from bot.channels.forgetting import forget_everywhere, tracker_store
from bot.channels.own_channel import OwnChannel
from bot.channels.reception import Reception, Reply
from bot.channels.school_requests import school_of
from bot.channels.sessions import Sessions
from bot.errors import BotError
from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library
from bot.metrics.turn import ActKind
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

NAME: Final = "webchat"
SECONDS_BETWEEN_SWEEPS: Final = 60
NEVER_STORED: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class RequestError(BotError):
    """A machine sent something that is not the contract."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class WebChat(OwnChannel):
    """The web chat as a Rasa channel.

    Args:
        settings: the operator's settings.
    """

    @classmethod
    def name(cls) -> str:
        """Part of the address: /webhooks/webchat/."""
        return NAME

    def blueprint(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> Blueprint:
        """The routes, for Rasa's server or ours."""
        library = load_library()
        school = school_of(self._settings, library, NAME)
        reception = Reception(
            NAME,
            on_new_message,
            library,
            Menu(library, load_titles(), school is not None),
            school=school,
        )
        routes = Blueprint("webchat")

        async def prepare(app: Any, *_: Any) -> None:
            if school:
                school.begin(app)
            app.ctx.sessions = Sessions(
                self._settings.session_minutes * 60, lambda c: forget_everywhere(app, c)
            )
            app.ctx.sweeper = asyncio.get_running_loop().create_task(_sweep(app))

        async def stop(app: Any, *_: Any) -> None:
            app.ctx.sweeper.cancel()

        routes.listener("before_server_start")(prepare)
        routes.listener("before_server_stop")(stop)

        @routes.post("/session")
        async def session(request: Request) -> HTTPResponse:
            sessions = request.app.ctx.sessions
            token = sessions.start()
            count_act(request.app, sessions.conversation(token), NAME, "visit")
            return _reply(reception.opening(), session=token)

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            body = _body(request)
            conversation = request.app.ctx.sessions.conversation(_session_of(body))
            if conversation is None:
                raise RequestError(
                    404,
                    "SESSION_UNKNOWN",
                    "This chat has ended. Please start a new one.",
                )
            text, choice = body.get("text"), body.get("choice")
            if isinstance(choice, str) and text is None:
                reply = await reception.take_choice(conversation, choice)
            elif isinstance(text, str) and choice is None:
                reply = await reception.take_text(conversation, text)
            else:
                raise RequestError(
                    400,
                    "MESSAGE_INVALID",
                    "Send either a text or a choice, as a string.",
                )
            if request.app.ctx.sessions.conversation(_session_of(body)) is None:
                # Whoever left while this was answered wants nothing kept of it.
                forget_everywhere(request.app, conversation)
            return _reply(reply)

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            body = _body(request)
            sessions, token = request.app.ctx.sessions, _session_of(body)
            # Whatever else stands there is passed over: to forget comes first.
            if body.get("left_quickly") is True:
                conversation = sessions.conversation(token)
                count_act(request.app, conversation, NAME, "quick_exit")
            sessions.end(token)
            return json_response({"forgotten": True}, headers=NEVER_STORED)

        @routes.post("/opened")
        async def opened(request: Request) -> HTTPResponse:
            body = _body(request)
            conversation = request.app.ctx.sessions.conversation(_session_of(body))
            contact = body.get("contact")
            if not isinstance(contact, str) or contact not in library.contacts:
                raise RequestError(
                    400, "CONTACT_UNKNOWN", "Send the id of a contact that was shown."
                )
            count_act(request.app, conversation, NAME, "contact_opened", contact)
            return json_response({"counted": True}, headers=NEVER_STORED)

        @routes.post("/helpful")
        async def helpful(request: Request) -> HTTPResponse:
            body = _body(request)
            conversation = request.app.ctx.sessions.conversation(_session_of(body))
            judged = body.get("helpful")
            if not isinstance(judged, bool):
                raise RequestError(
                    400, "OPINION_INVALID", "Send helpful as true or false."
                )
            kind: ActKind = "helpful" if judged else "unhelpful"
            count_act(request.app, conversation, NAME, kind)
            return json_response({"counted": True}, headers=NEVER_STORED)

        # Not async: sanic-cors adds no headers to what an async handler answers, and a
        # page of another origin could not read why it was refused.
        @routes.exception(BotError)
        def refused(request: Request, error: BotError) -> HTTPResponse:
            return _error(getattr(error, "status", 400), error.code, error.sentence)

        return routes


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise RequestError(
            400, "BODY_INVALID", "The body is not UTF-8 JSON."
        ) from error
    if not isinstance(body, dict):
        raise RequestError(400, "BODY_INVALID", "The body is not a JSON object.")
    return body


def _session_of(body: dict[str, Any]) -> str:
    token = body.get("session")
    if not isinstance(token, str):
        raise RequestError(400, "SESSION_MISSING", "Send the session as a string.")
    return token


def _reply(reply: Reply, **more: str) -> HTTPResponse:
    return json_response(
        {
            **more,
            "urgency": reply.urgency,
            "danger_check": reply.danger_check,
            "messages": reply.messages,
        },
        headers=NEVER_STORED,
    )


def _error(status: int, code: str, sentence: str) -> HTTPResponse:
    log_event(logger, logging.INFO, "webchat.request.refused", code=code)
    body = {"error": {"code": code, "message": sentence}}
    return json_response(body, status, headers=NEVER_STORED)


async def _sweep(app: Any) -> None:
    """Ends quiet sessions and conversations even when nobody writes."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
        app.ctx.sessions.end_old()
        forget_old = getattr(tracker_store(app), "forget_old", None)
        if forget_old is not None:
            forget_old()
