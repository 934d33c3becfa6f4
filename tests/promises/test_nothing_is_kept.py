"""Promise 4 and 5: what people tell is not kept, and not asked for.

People of the tests name a child, a school, a number and an address; afterwards every
file that the process could have written is searched for them, byte by byte.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live_server import ROOT, Chat, Server, wait_for
from tests.promises.conftest import CANARIES, EMAIL, NAME, PHONE, SCHOOL, TELLS_ALL

pytestmark = pytest.mark.model

ADDRESS = "203.0.113.77"
BROWSER = "QuillBrowser/9.9"
# What a process may leave in the checkout: not the sources, not what tools keep.
PLACES_IN_CHECKOUT = ("*", ".rasa/**/*", "logs/**/*")


def forms_of(word: str) -> Iterator[bytes]:
    """A word as a file could hold it: plain, lower case, in UTF-16, or hashed."""
    for form in {word, word.lower(), word.replace(" ", "")}:
        yield form.encode()
        yield form.encode("utf-16-le")
        for algorithm in ("md5", "sha1", "sha256"):
            digest = hashlib.new(algorithm, form.encode(), usedforsecurity=False)
            yield digest.hexdigest().encode()
            yield digest.digest()


def files_of(folder: Path, since: float) -> Iterator[Path]:
    """Everything a process wrote: in its own folder, and in the checkout."""
    yield from (path for path in folder.rglob("*") if path.is_file())
    for pattern in PLACES_IN_CHECKOUT:
        for path in ROOT.glob(pattern):
            if path.is_file() and path.stat().st_mtime >= since:
                yield path


def found_in(files: Iterator[Path], words: tuple[str, ...]) -> list[str]:
    """Which words stand in which files, in any form."""
    needles = {form: word for word in words for form in forms_of(word)}
    found = []
    for path in files:
        content = path.read_bytes()
        lower = content.lower()
        found += [
            f"{word} in {path}"
            for form, word in needles.items()
            if form in content or form in lower
        ]
    return found


def turns_in(database: Path) -> int:
    """How many turns have been written."""
    with sqlite3.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM turns").fetchone()[0]


@pytest.fixture(scope="module")
def told(server: Server) -> str:
    """The token of a session in which somebody told everything, in every way."""
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": BROWSER, "Referer": EMAIL}
    database = server.folder / "metrics.db"
    before = turns_in(database)
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as http:
        chat = Chat(http)
        chat.say(TELLS_ALL)
        chat.say(f"please keep {NAME} out of it, call {PHONE}")
        chat.say(f'/inform{{"nation": "{NAME}"}}')
        chat.press("worry_bullying.talk")
        chat.send(choice=f"nation.{NAME}")
        chat.send(text=NAME, choice=NAME)
        chat.send(text=TELLS_ALL * 100)
        chat.send(**{NAME: SCHOOL, "text": 1})
        http.post("/webhooks/webchat/message", content=TELLS_ALL.encode())
        http.post("/webhooks/webchat/message", json={"session": NAME, "text": NAME})
        http.get(f"/{SCHOOL}", params={"name": NAME})
        http.request(NAME.split()[0].upper(), "/")
        chat.say("my daughter is going to meet a man from " + SCHOOL)
        chat.forget()
    assert wait_for(lambda: turns_in(database) >= before + 4)
    return chat.session


def test_no_file_holds_a_word_of_it(server: Server, told: str) -> None:
    words = (*CANARIES, ADDRESS, BROWSER, told)
    assert found_in(files_of(server.folder, server.started), words) == []


def test_the_terminal_keeps_no_word_either(terminal) -> None:
    assert found_in(files_of(terminal.folder, terminal.started), CANARIES) == []
    assert not [word for word in CANARIES if word in terminal.errors]


def test_the_search_would_have_found_it(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text(f"x{NAME.lower()}y")
    digest = hashlib.sha256(PHONE.encode()).digest()
    (tmp_path / "hashed.db").write_bytes(b"\x00\x00" + digest)
    (tmp_path / "wide.log").write_bytes(SCHOOL.encode("utf-16-le"))
    found = found_in(tmp_path.rglob("*"), CANARIES)
    assert {word.split(" in ")[0] for word in found} >= {NAME, PHONE, SCHOOL}


def test_what_is_counted_cannot_be_text(server: Server, told: str) -> None:
    """Every value in every table is a number, a date or one of the fixed names."""
    from bot.metrics.declared import PERIODS, TOTAL, declared
    from bot.metrics.schema import NEWEST
    from bot.metrics.turn import (
        ACT_KINDS,
        CHANNELS,
        CONFIDENCE_BANDS,
        LATENCY_BANDS,
    )
    from bot.terms import (
        AUDIENCES,
        INTENTS,
        NATIONS,
        NOT_UNDERSTOOD,
        SIGNALS,
        URGENCIES,
    )

    fixed = {
        *CHANNELS,
        *CONFIDENCE_BANDS,
        *LATENCY_BANDS,
        *AUDIENCES,
        *INTENTS,
        *NATIONS,
        *SIGNALS,
        *URGENCIES,
        NOT_UNDERSTOOD,
        *ACT_KINDS,
        *PERIODS,
        *declared().metrics,
        *declared().breakdowns,
        TOTAL,
        "card",
        "contact",
        # The number of the step that made the tables.
        NEWEST,
    }
    with sqlite3.connect(server.folder / "metrics.db") as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    is_date = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)))
                    known = isinstance(value, int | None) or value in fixed or is_date
                    assert known, (table, value)


def test_a_conversations_number_is_new_each_time(server: Server, chat: Chat) -> None:
    """The same person with the same words, twice, cannot be seen to be the same."""
    database = server.folder / "metrics.db"

    def numbers() -> set[int]:
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT DISTINCT conversation FROM turns")
            return {number for (number,) in rows}

    before = numbers()
    with server.client() as http:
        for _ in range(2):
            again = Chat(http)
            again.say(TELLS_ALL)
            again.forget()
    assert wait_for(lambda: len(numbers() - before) == 2)


def test_no_reply_says_it_back(chat: Chat) -> None:
    response = chat.send(text=TELLS_ALL)
    assert not [word for word in CANARIES if word in response.text]


# Promise 5.
ASKS_FOR_TOO_MUCH = re.compile(
    r"\b(?:name|called|school|address|photo|picture|image|video|number|e-?mail|birth)",
    re.IGNORECASE,
)


def test_no_card_asks_who_the_child_is(library) -> None:
    """A question of a card is about the nation or about danger, never about a person.

    Words in quotation marks are what a parent may say to their child.
    """
    asking = [
        (card.id, sentence)
        for card in library.cards.values()
        for text in (card.says, *card.next_steps)
        for sentence in re.findall(r"[^.!?:]*\?", re.sub(r'"[^"]*"', "", text))
        if ASKS_FOR_TOO_MUCH.search(sentence) and card.part == "dialogue"
    ]
    assert asking == []


def test_the_opening_says_not_to_send_names_or_pictures(chat: Chat) -> None:
    said = chat.opening.messages[0]["text"].lower()
    assert re.search(r"do not send [^.]*pictures[^.]*names", said)
