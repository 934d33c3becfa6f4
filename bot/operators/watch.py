"""Has a server watched: counts its requests, turns and errors, and shows them.

Called by `bot.server` where PROMETHEUS_PORT is set, and never imported where it is not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.metrics.operation import Operation, kind_of
from bot.operators.collector import OperationCollector, State, Versions, exposition
from bot.operators.serving import MetricsServer
from bot.privacy.quiet_logs import count_errors

# The channels that need a service outside, as the server's context names them.
OUTSIDE = ("telegram", "helpdesk")


def watch(
    app: Sanic,
    port: int,
    broker: Callable[[], Any],
    versions: Callable[[], tuple[str, str]],
) -> None:
    """Adds to a server what watches it; call it after the model's own listener.

    Args:
        app: not yet started.
        port: of 127.0.0.1, where the metrics are shown.
        broker: the one that counts turns for the database, or None while there is none.
        versions: of the model and of the content; asked once the model is loaded.
    """
    operation = Operation()
    # Now, and not in a listener: much of what can fail does so while the model loads.
    count_errors(operation.count_error)

    async def start(app: Any, *_: Any) -> None:
        if app.ctx.agent is not None:
            time_turns(app.ctx.agent, operation)
        collector = OperationCollector(
            operation, lambda: look(app, broker()), Versions(*versions())
        )
        app.ctx.prometheus = MetricsServer(port, exposition(collector))

    async def stop(app: Any, *_: Any) -> None:
        count_errors(None)
        # Beside the event loop: a reading may be waiting for the database.
        await asyncio.to_thread(app.ctx.prometheus.close)

    app.register_listener(start, "before_server_start")
    app.register_listener(stop, "before_server_stop")

    @app.on_response
    async def count(request: Request, response: BaseHTTPResponse) -> None:
        route = request.route
        kind = kind_of(route.path if route is not None else None)
        operation.count_request(kind, response.status)


def time_turns(agent: Any, operation: Operation) -> None:
    """Has each turn counted with its time, answered or not, on every channel."""
    handle = agent.handle_message

    async def timed(*message: Any, **more: Any) -> Any:
        started = time.perf_counter()
        try:
            return await handle(*message, **more)
        finally:
            operation.count_turn(time.perf_counter() - started)

    agent.handle_message = timed


def look(app: Any, broker: Any) -> State:
    """How the server is now; asks the database, so never on the event loop."""
    agent = app.ctx.agent
    helpdesk = getattr(app.ctx, "helpdesk", None)
    outside = {name: getattr(app.ctx, name, None) for name in OUTSIDE}
    return State(
        model_is_loaded=agent is not None and agent.is_ready(),
        database_is_writable=broker is not None and broker.is_ready(),
        events_waiting=broker.waiting() if broker is not None else 0,
        events_lost=broker.lost() if broker is not None else 0,
        tickets_waiting=helpdesk.waiting() if helpdesk is not None else None,
        channels_ready={
            name: channel.is_ready
            for name, channel in outside.items()
            if channel is not None
        },
    )
