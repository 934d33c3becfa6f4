"""What is counted, waits, is folded, published and shown holds no word of anybody.

One server with all that shows figures switched on, once on SQLite and once on
PostgreSQL. A person tells everything; afterwards every place is searched byte by byte,
before and after the rows are folded and published. That tickets leave nothing is asked
in `tests/helpdesk/school/test_privacy.py`, with a desk beside the bot.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import inspect, text

from bot.metrics.database import engine_for
from bot.metrics.folding import fold
from bot.metrics.publishing import publish
from tests.live_server import Chat, Server, free_port, serving, wait_for
from tests.metrics.conftest import KINDS, NOT_THERE, own_schema, postgres
from tests.promises.conftest import CANARIES, NAME, TELLS_ALL
from tests.promises.test_nothing_is_kept import files_of, forms_of, found_in

pytestmark = pytest.mark.model

__all__ = ["postgres"]

STREET = "17 Crookhey Ginnel"
POSTCODE = "ZZ9 9QF"
PICTURE = "https://pictures.canary.example/zebedee-in-the-bath.jpg"
WORDS = (
    *CANARIES,
    STREET,
    "Crookhey",
    POSTCODE,
    PICTURE,
    "zebedee-in-the-bath",
    "canary.example",
)
TOLD = [
    TELLS_ALL,
    f"we live at {STREET}, {POSTCODE}",
    f"he posted this picture of her {PICTURE}",
    f"what do i do about bullying at school, ask for {NAME}",
    f"![{NAME}]({PICTURE})",
]
TOKEN = "the-token-of-these-tests"
SECONDS = 30


@dataclass(frozen=True)
class Counted:
    """A server that heard everything.

    Attributes:
        places: address or table -> what it says, before and after publication.
    """

    server: Server
    session: str
    places: dict[str, bytes]


@contextmanager
def database_of(kind: str, there: object, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/metrics.db"
        return
    yield from own_schema(there)


def rows_of(url: str) -> dict[str, bytes]:
    """Every row of every table, as a dump would have it."""
    engine = engine_for(url)
    with engine.connect() as connection:
        found = {
            table: repr(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in inspect(connection).get_table_names()
        }
    engine.dispose()
    return {table: rows.encode() for table, rows in found.items()}


def number_of_rows(url: str, table: str) -> int:
    engine = engine_for(url)
    with engine.connect() as connection:
        number = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
    engine.dispose()
    return int(number or 0)


def tell(server: Server) -> str:
    """Everything, in every way that the web chat has; returns the session."""
    with server.client() as http:
        chat = Chat(http)
        for words in TOLD:
            chat.say(words)
        contact = chat.say("i need to talk to somebody at childline").contacts[0]
        for address, body in (
            ("opened", {"contact": contact}),
            ("opened", {"contact": NAME}),
            ("opened", {"contact": PICTURE, "note": TELLS_ALL}),
            ("helpful", {"helpful": NAME}),
            ("helpful", {"helpful": True, "choice": NAME}),
            ("exit", {"note": TELLS_ALL}),
            (NAME.split()[0], {"text": PICTURE}),
        ):
            http.post(
                f"/webhooks/webchat/{address}", json={"session": chat.session, **body}
            )
        http.get("/insights", params={"month": NAME})
        http.get("/insights", auth=(NAME, PICTURE))
        chat.forget()
    return chat.session


def pages(server: Server, port: int) -> dict[str, bytes]:
    """All that shows figures."""
    basic = base64.b64encode(f":{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    shown = {}
    with httpx.Client(timeout=SECONDS, trust_env=False, headers=headers) as http:
        for address in ("/insights", "/insights.csv", "/insights.json"):
            response = http.get(server.url + address)
            assert response.status_code == 200, (address, response.text)
            shown[address] = response.content
        response = http.get(f"http://127.0.0.1:{port}/metrics")
        assert response.status_code == 200
        shown["/metrics"] = response.content
    return shown


@pytest.fixture(scope="module", params=KINDS)
def counted(request, postgres, trained_model, tmp_path_factory) -> Iterator[Counted]:
    if request.param == "postgres" and postgres is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NOT_THERE)
    folder = tmp_path_factory.mktemp("counted")
    port = free_port()
    with (
        database_of(request.param, postgres, folder) as url,
        serving(
            folder,
            DATABASE_URL=url,
            INSIGHTS_TOKEN=TOKEN,
            PROMETHEUS_PORT=str(port),
            METRICS_SPOOL=str(folder / "spool"),
        ) as server,
    ):
        session = tell(server)
        assert wait_for(lambda: number_of_rows(url, "turns") >= len(TOLD), SECONDS)
        places = {f"{table} before": rows for table, rows in rows_of(url).items()}
        engine = engine_for(url)
        now = datetime.now(UTC)
        fold(engine, now + timedelta(days=2))
        publish(engine, now.date() + timedelta(days=70))
        engine.dispose()
        places |= rows_of(url) | pages(server, port)
        yield Counted(server, session, places)


def test_something_was_counted_and_published(counted: Counted) -> None:
    assert b"webchat" in counted.places["turns before"]
    assert b"contact_opened" in counted.places["acts before"]
    assert counted.places["turns"] == b"[]"
    assert b"conversations" in counted.places["counters"]
    assert b"conversations" in counted.places["published"]


def test_no_table_page_or_export_holds_a_word_of_it(counted: Counted) -> None:
    words = (*WORDS, counted.session)
    found = [
        f"{word} in {place}"
        for place, content in counted.places.items()
        for word in words
        for form in forms_of(word)
        if form in content or form in content.lower()
    ]
    assert found == []


def test_no_file_of_database_spool_or_log_holds_a_word_of_it(counted: Counted) -> None:
    words = (*WORDS, counted.session)
    files = list(files_of(counted.server.folder, counted.server.started))
    assert {path.name for path in files} >= {"spool-1.db", "log.txt"}
    assert found_in(iter(files), words) == []


def test_no_log_holds_the_token(counted: Counted) -> None:
    assert TOKEN not in counted.server.log.read_text()


def test_the_terminal_counts_no_word(terminal) -> None:
    files = list(files_of(terminal.folder, terminal.started))
    assert found_in(iter(files), CANARIES) == []


def test_no_random_number_of_a_conversation_outlives_its_rows(
    counted: Counted,
) -> None:
    """A number of 63 bits in any table but that of spools would join two rows."""
    for table in ("counters", "published", "periods", "housekeeping"):
        digits = [
            part
            for part in counted.places[table].decode().replace("(", " ").split()
            if part.strip(",)]").isdigit() and len(part.strip(",)]")) > 10
        ]
        assert digits == [], table


def test_the_search_would_have_found_it() -> None:
    place = f"<td>{PICTURE}</td>".encode()
    assert any(form in place for form in forms_of("zebedee-in-the-bath"))
