"""The insights page over HTTP: `/insights`, `/insights.csv`, `/insights.json`.

Only there where INSIGHTS_TOKEN is set. All that takes time, the database and the
drawing, happens on one thread of its own, so that it never holds up an answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, Final

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.doorkeeper import LONGEST_DELAY, Doorkeeper, Verdict
from bot.guidance.load import Library
from bot.insights.exports import as_csv, as_json
from bot.insights.period import MonthUnreadableError, month_from
from bot.insights.rendering import Renderer
from bot.insights.view import page_of
from bot.insights.words import load_words
from bot.metrics.counters import is_demo
from bot.metrics.database import engine_for
from bot.metrics.declared import declared
from bot.metrics.published import Figures, read_figures
from bot.metrics.tables import PERIODS_PUBLISHED, PUBLISHED
from bot.privacy.quiet_logs import log_event

logger = logging.getLogger(__name__)

# Longer, and the database is as good as away.
SECONDS_TO_READ: Final = 15.0
# Pages that are kept drawn; each is some 100 KB.
MOST_PAGES: Final = 6
HTML, CSV, JSON = "text/html", "text/csv", "application/json"
NOT_CACHED: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ASKING: Final = {"WWW-Authenticate": 'Basic realm="Insights", charset="UTF-8"'}
SECONDS_UNTIL_AGAIN: Final = 60
AWAY: Final = (
    "The database does not answer just now. Please try again in a few minutes. The "
    "chat itself goes on."
)
REFUSED: Final = {
    Verdict.ASK: "Please open this page again and give the token as password.",
    Verdict.WRONG: "This was not the token. Please try again.",
    Verdict.TOO_MANY: "Too many wrong tokens are being tried. Please wait a while.",
}


class NotPublishedError(Exception):
    """A month was asked for that is not published."""


class Insights:
    """Reads what is published, and makes pages and downloads of it.

    Its methods wait for the database: they are for a thread beside the event loop, one
    call at a time.

    Args:
        database_url: of the metrics.
        library: for the names of cards and contacts, and for reviews.
        today: tells the day.
    """

    def __init__(
        self,
        database_url: str,
        library: Library,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self.renderer = Renderer()
        self._engine = engine_for(database_url)
        self._library = library
        self._words = load_words(library)
        self._today = today
        self._read: tuple[Any, Figures] | None = None
        self._pages: OrderedDict[Any, str] = OrderedDict()

    def page(self, month: date | None) -> str:
        """The page of a month, or of the newest one.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database is away or has no tables.
        """
        version, figures = self._figures()
        today = self._today()
        key = (version, month if month in figures.starts["month"] else None, today)
        # A remark about another month is in the page too, and is quick to make anew.
        is_plain = month is None or month in figures.starts["month"]
        if is_plain and key in self._pages:
            self._pages.move_to_end(key)
            return self._pages[key]
        html = self.renderer.page(
            page_of(
                figures,
                month,
                self._words,
                self._library.cards.values(),
                declared().metrics.values(),
                today,
            )
        )
        if is_plain:
            self._pages[key] = html
            if len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return html

    def download(self, write: Callable[..., str], month: date | None) -> str:
        """All figures, or those of one month's page.

        Args:
            write: `as_csv` or `as_json`.
            month: None for all.

        Raises:
            NotPublishedError: the month is not published.
            sqlalchemy.exc.SQLAlchemyError: the database is away or has no tables.
        """
        _, figures = self._figures()
        if month is not None and month not in figures.starts["month"]:
            raise NotPublishedError
        return write(figures, self._words, month)

    def close(self) -> None:
        """Gives up the database."""
        self._engine.dispose()

    def _figures(self) -> tuple[Any, Figures]:
        """What is published, and what tells it from what was published before."""
        with self._engine.connect() as connection:
            version = _version(connection)
            if self._read is None or self._read[0] != version:
                self._read = (version, read_figures(connection))
                self._pages.clear()
        return self._read


def _version(connection: Connection) -> tuple[Any, ...]:
    """Changes whenever a week or month is published or deleted, or made up anew."""
    starts = PERIODS_PUBLISHED.c.starts
    rows = connection.execute(
        select(
            PERIODS_PUBLISHED.c.period,
            func.min(starts),
            func.max(starts),
            func.count(),
        )
        .group_by(PERIODS_PUBLISHED.c.period)
        .order_by(PERIODS_PUBLISHED.c.period)
    )
    figures = select(func.count(), func.sum(PUBLISHED.c.figure)).select_from(PUBLISHED)
    sums = tuple(connection.execute(figures).one())
    return (is_demo(connection), sums, *map(tuple, rows))


def insights(token: str, database_url: str, library: Library) -> Blueprint:
    """The routes of the insights page.

    Args:
        token: what opens it.
        database_url: of the metrics.
        library: for the names of cards and contacts, and for reviews.
    """
    routes = Blueprint("insights")
    doorkeeper = Doorkeeper(token)
    source = Insights(database_url, library)
    renderer = source.renderer
    thread = ThreadPoolExecutor(1, "insights")

    def answer(body: str, status: int, kind: str, **more: str) -> HTTPResponse:
        headers = {**NOT_CACHED, **renderer.headers, **more}
        said = f"{kind}; charset=utf-8"
        return text(body, status, headers=headers, content_type=said)

    def notice(title: str, sentence: str, status: int, **more: str) -> HTTPResponse:
        return answer(renderer.notice(title, sentence), status, HTML, **more)

    async def refusal(request: Request) -> HTTPResponse | None:
        verdict = await doorkeeper.judge(request.headers.get("authorization"))
        if verdict is Verdict.WELCOME:
            return None
        if verdict is Verdict.TOO_MANY:
            wait = {"Retry-After": str(round(LONGEST_DELAY))}
            return notice("Please wait", REFUSED[verdict], 429, **wait)
        return notice("The token, please", REFUSED[verdict], 401, **ASKING)

    async def serve(
        request: Request, kind: str, make: Callable[[date | None], str], **more: str
    ) -> HTTPResponse:
        refused = await refusal(request)
        if refused:
            return refused
        try:
            asked = request.args.get("month")
            month = month_from(asked) if asked is not None else None
            made = asyncio.get_running_loop().run_in_executor(thread, make, month)
            body = await asyncio.wait_for(made, SECONDS_TO_READ)
        except MonthUnreadableError as error:
            return notice("No such page", error.sentence, 404)
        except NotPublishedError:
            return notice("No such figures", "That month is not published.", 404)
        except (SQLAlchemyError, TimeoutError) as error:
            name = type(error).__name__
            log_event(logger, logging.WARNING, "insights.read.failed", error=name)
            wait = {"Retry-After": str(SECONDS_UNTIL_AGAIN)}
            return notice("The figures are away", AWAY, 503, **wait)
        return answer(body, 200, kind, **more)

    @routes.get("/insights")
    async def page(request: Request) -> HTTPResponse:
        return await serve(request, HTML, source.page)

    @routes.get("/insights.csv")
    async def csv(request: Request) -> HTTPResponse:
        return await serve(
            request,
            CSV,
            lambda month: source.download(as_csv, month),
            **{"Content-Disposition": 'attachment; filename="insights.csv"'},
        )

    @routes.get("/insights.json")
    async def json(request: Request) -> HTTPResponse:
        return await serve(request, JSON, lambda month: source.download(as_json, month))

    async def close(app: Any, loop: Any) -> None:
        thread.shutdown(wait=False, cancel_futures=True)
        source.close()

    routes.listener("after_server_stop")(close)
    return routes
