"""`make run`: the server. Channels, health, and the model behind them.

Builds the same parts as `rasa run` from the same files, without the parts of Rasa that
this project keeps off (its HTTP API, its stock channels, its telemetry), and so starts
in a fraction of the time.
"""

from __future__ import annotations

import logging
import socket
import sys
from typing import TYPE_CHECKING, Any, Final

import bot.quick_start  # noqa: F401  before anything imports Rasa
from bot.agent import MODEL, load_agent
from bot.errors import BotError, SettingError
from bot.guidance.load import load_library
from bot.metrics.versions import content_version, model_version
from bot.privacy.quiet_logs import log_event, log_quietly
from bot.settings import DEFAULT_HOST, Settings, read_settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import InputChannel
    from sanic import Sanic
    from sanic.request import Request
    from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

# 4,000 characters, each written as a JSON escape of up to 12 bytes, and the envelope.
MOST_BYTES: Final = 64 * 1024
# How long a browser may believe that another origin may ask.
SECONDS_CORS_IS_TRUE: Final = 600


def check_port(settings: Settings) -> None:
    """Makes sure that the addresses are free, before the slow part of the start.

    Raises:
        SettingError: somebody else listens there, or it is not ours to use.
    """
    trouble = _trouble_at(settings.host, settings.port)
    if trouble:
        raise SettingError(
            f"PORT {settings.port} on HOST {settings.host} cannot be used "
            f"({trouble}). Stop what uses it, or set another PORT, for "
            "example: make run PORT=5006"
        )
    if settings.prometheus_port is None:
        return
    trouble = _trouble_at(DEFAULT_HOST, settings.prometheus_port)
    if trouble:
        raise SettingError(
            f"PROMETHEUS_PORT {settings.prometheus_port} cannot be used ({trouble}). "
            "Stop what uses it, or set another PROMETHEUS_PORT."
        )


def _trouble_at(host: str, port: int) -> str | None:
    """Why an address cannot be listened on; None if it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or type(error).__name__
    return None


def build_app(settings: Settings) -> Sanic:
    """The web application, its model loaded when the server starts."""
    from rasa.core.channels.channel import register
    from sanic import Sanic
    from sanic.exceptions import SanicException
    from sanic.response import json as json_response
    from sanic_cors import CORS

    from bot.channels.pages import STRICT, pages
    from bot.channels.webchat import WebChat

    Sanic.test_mode = False
    app = Sanic("safeguarding_bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MOST_BYTES
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = None
    if settings.allowed_origins:
        CORS(
            app,
            resources=r"/webhooks/.*",
            origins=list(settings.allowed_origins),
            automatic_options=True,
            max_age=SECONDS_CORS_IS_TRUE,
        )
    library = load_library()
    channels: list[InputChannel] = [WebChat(settings)]
    if settings.telegram_bot_token:
        from bot.channels.telegram import TelegramChannel

        channels.append(TelegramChannel(settings))
    if settings.desk:
        from bot.channels.helpdesk import HelpdeskChannel

        channels.append(HelpdeskChannel(settings))
    register(channels, app, route="/webhooks/")

    async def start(app: Any, loop: Any) -> None:
        app.ctx.agent = load_agent(settings)

    async def greet(app: Any, loop: Any) -> None:
        print(f"Ready: http://{settings.host}:{settings.port}   (Ctrl-C ends it)")

    async def stop(app: Any, loop: Any) -> None:
        broker = _broker(app.ctx.agent)
        if broker:
            await broker.close()

    app.register_listener(start, "before_server_start")
    if settings.prometheus_port is not None:
        # Imported here: without it nothing is counted for it, and nothing of it loaded.
        from bot.operators.watch import watch

        watch(
            app,
            settings.prometheus_port,
            lambda: _broker(app.ctx.agent),
            lambda: (
                model_version(MODEL),
                content_version(library.cards, library.contacts, library.sources),
            ),
        )
    app.register_listener(greet, "after_server_start")
    app.register_listener(stop, "after_server_stop")

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        return json_response({"status": "alive"})

    @app.get("/ready")
    async def ready(request: Request) -> HTTPResponse:
        agent = request.app.ctx.agent
        model = agent is not None and agent.is_ready()
        broker = _broker(agent)
        database = broker is not None and await _run_apart(app, broker.is_ready)
        state = {"ready": model and database, "model": model, "database": database}
        telegram = getattr(request.app.ctx, "telegram", None)
        if telegram is not None:
            # The other channels answer without it.
            state["telegram"] = telegram.is_ready
        helpdesk = getattr(request.app.ctx, "helpdesk", None)
        if helpdesk is not None:
            state["helpdesk"] = helpdesk.is_ready
        return json_response(state, 200 if state["ready"] else 503)

    app.blueprint(pages(library, settings.allowed_origins))
    if settings.insights_token:
        # Imported here: without the setting nothing of it is loaded.
        from bot.channels.insights import insights

        app.blueprint(insights(settings.insights_token, settings.database_url, library))

    @app.on_response
    async def be_strict(request: Request, response: HTTPResponse) -> None:
        for name, value in STRICT.items():
            response.headers.setdefault(name, value)

    # Not async: sanic-cors adds no headers to what an async handler answers.
    @app.exception(SanicException)
    def refused(request: Request, error: SanicException) -> HTTPResponse:
        code = type(error).__name__
        log_event(logger, logging.INFO, "server.request.refused", code=code)
        sentence = "This address or method does not exist, or the request is too large."
        body = {"error": {"code": code, "message": sentence}}
        return json_response(body, error.status_code)

    @app.exception(Exception)
    def failed(request: Request, error: Exception) -> HTTPResponse:
        name = type(error).__name__
        log_event(logger, logging.ERROR, "server.request.failed", error=name)
        sentence = "Something on our side went wrong. In danger now? Call 999."
        return json_response({"error": {"code": "FAILED", "message": sentence}}, 500)

    return app


async def _run_apart(app: Any, function: Any) -> Any:
    """Runs something that may wait (a database) beside the event loop."""
    return await app.loop.run_in_executor(None, function)


def _broker(agent: Agent | None) -> Any:
    store = getattr(agent, "tracker_store", None)
    return getattr(store, "event_broker", None)


def main() -> int:
    """Serves until Ctrl-C; 1 and a sentence if it cannot start.

    With `--check`, only makes sure that it could start.
    """
    log_quietly()
    try:
        settings = read_settings()
        check_port(settings)
        if "--check" in sys.argv:
            return 0
        app = build_app(settings)
        app.run(
            settings.host,
            settings.port,
            access_log=False,
            motd=False,
            debug=False,
        )
    except BotError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
