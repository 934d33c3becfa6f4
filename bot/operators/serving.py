"""The small HTTP server of the metrics: this machine only, one address, GET only.

Apart from the public server in port, thread and code, so that no route, header or
reverse proxy of that one can lead here. Used by `bot.operators.watch`.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from bot.errors import SettingError
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

# Not a setting: nobody but this machine's own Prometheus is meant to ask.
HOST: Final = "127.0.0.1"
PATH: Final = "/metrics"
# A page of the Internet can have its own name lead to 127.0.0.1; the browser on this
# machine would then let it read us. Its name is not one of these.
NAMES_OF_HOST: Final = frozenset({HOST, "localhost"})
SECONDS_TO_ASK: Final = 5.0
SECONDS_BETWEEN_LOOKS_AT_STOP: Final = 0.1


class MetricsServer:
    """Answers readings, one after the other, on a thread of its own.

    Args:
        port: where to listen.
        read: the metrics as text.

    Raises:
        SettingError: the port cannot be used.
    """

    def __init__(self, port: int, read: Callable[[], bytes]) -> None:
        try:
            self._server = _Server(port, read)
        except OSError as error:
            raise SettingError(
                f"PROMETHEUS_PORT {port} cannot be used ({error.strerror}). Stop what "
                "uses it, or set another PROMETHEUS_PORT."
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(SECONDS_BETWEEN_LOOKS_AT_STOP,),
            name="prometheus",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stops listening, after the reading in hand."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(TCPServer):
    # A server that starts again at once must not wait for the last one's connections.
    allow_reuse_address = True

    def __init__(self, port: int, read: Callable[[], bytes]) -> None:
        self.read = read
        super().__init__((HOST, port), _Answer)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        # Whoever asked has gone: nothing of ours failed.
        if not isinstance(error, ConnectionError):
            _note_failed(error)


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    # A connection that asks nothing must not keep others waiting.
    timeout = SECONDS_TO_ASK
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain"

    def do_GET(self) -> None:
        name, _, _ = self.headers.get("Host", "").partition(":")
        if name not in NAMES_OF_HOST:
            self.send_error(403)
            return
        if self.path != PATH:
            self.send_error(404)
            return
        try:
            body = self.server.read()
        except Exception as error:
            _note_failed(error)
            self.send_error(500)
            return
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Names no version to whoever asks."""
        return "metrics"

    def send_error(self, code: int, *_: Any) -> None:
        """The status alone: the library would repeat what was asked."""
        super().send_error(code)

    def log_message(self, *_: Any) -> None:
        """Nothing: the library would write an address and a path."""


def _note_failed(error: BaseException | None) -> None:
    name = type(error).__name__
    log_event(logger, logging.ERROR, "prometheus.answer.failed", error=name)
