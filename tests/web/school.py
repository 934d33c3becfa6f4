"""A school's web site: another origin, with pages of our making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

KINDS = {"js": "text/javascript", "html": "text/html; charset=utf-8"}


@contextmanager
def school_site(pages: Mapping[str, str]) -> Iterator[str]:
    """The origin of a site with these pages, until the end of the block.

    Args:
        pages: what stands at each path, such as `/index.html`; changes show at once.
    """

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            content = pages.get(path)
            self.send_response(404 if content is None else 200)
            kind = KINDS.get(path.rpartition(".")[2], "text/plain")
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write((content or "").encode())

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
