"""Nothing of a ticket stays with the bot: not a word, a name, an address, a number."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.helpdesk.school.letters import EMERGENCIES
from tests.helpdesk.school.school import (
    ADDRESS,
    SECRET,
    bot_beside,
    note_comes,
    webhook_at,
)
from tests.live_server import free_port, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

# Invented: telephone numbers and addresses of these forms belong to nobody.
NAME, PHONE = "Zebedee Quillfeather", "07700 900461"
EMAIL = "zeb.quill@canary.example"
WORD = "marmaladeparachute"
CANARIES = (NAME, "Quillfeather", PHONE, PHONE.replace(" ", ""), EMAIL, WORD)
# So that the number of a ticket can be told from any other number.
FIRST_TICKET = 48_151_623
EVENT = re.compile(r"\S+ \S+ (?:info|warning|error) [a-z]+(?:\.[a-z_]+)+(?: \w+=\w+)*")
OF_A_LIBRARY = re.compile(
    r"\S+ \S+ (?:info|warning|error|critical) [\w.]+:\d+(?: error=\w+)?"
)
READY = re.compile(r"Ready: http://127\.0\.0\.1:\d+   \(Ctrl-C ends it\)")


def forms_of(word):
    """A word as a file could hold it."""
    for form in {word, word.lower(), word.upper()}:
        yield form.encode()
        yield form.encode("utf-16-le")


def found_in(folder, words):
    needles = {form: word for word in words for form in forms_of(word)}
    return [
        f"{word} in {path.relative_to(folder)}"
        for path in folder.rglob("*")
        if path.is_file()
        for form, word in needles.items()
        if form in path.read_bytes()
    ]


def far_numbers(folder):
    """Tickets get numbers that stand nowhere else."""
    with closing(sqlite3.connect(folder / "desk.sqlite3")) as database:
        names = ("helpdesk_ticket", FIRST_TICKET - 1)
        database.execute("delete from sqlite_sequence where name = ?", names[:1])
        database.execute("insert into sqlite_sequence (name, seq) values (?, ?)", names)
        database.commit()


@pytest.fixture
def told(desk_with, desk_folder, bot_folder, bot_that_sees):
    """The bot's folder and log after letters, replies, faults and false calls."""
    port = free_port()
    with desk_with(webhook_at(port)) as desk:
        far_numbers(desk_folder)
        with bot_that_sees(desk, bot_folder, port) as (bot, way):
            words = f"{NAME} {WORD}, ring {PHONE} or {EMAIL}. {EMERGENCIES[0]}"
            first = desk.submit_form(f"{NAME} {WORD}", words, EMAIL)
            assert first == FIRST_TICKET
            assert note_comes(desk, first)
            desk.reporter_follow_up(first, f"{NAME} is worse. {WORD}! {PHONE}")
            assert note_comes(desk, first, 2)
            # Not numbers, not JSON, false and far too deep.
            with bot.client() as http:
                http.post(ADDRESS, content=f'{{"{NAME}": {WORD}')
                http.post(ADDRESS, json={"ticket": {"id": f"{NAME} {WORD}"}})
                http.post(ADDRESS, json={"ticket": NAME})
                http.post(ADDRESS, content="[" * 100_000)
                http.post(f"{ADDRESS}/{WORD}", json={"ticket": {"id": NAME}})
                http.post(f"{ADDRESS}{WORD}", json={"ticket": {"id": first}})
                http.post(ADDRESS, json={"ticket": {"id": 99999999999999999999}})
            way.behave(500)
            second = desk.create_by_api(f"{NAME} {WORD}", words)
            assert wait_for(lambda: "helpdesk.away" in bot.log.read_text())
            way.behave()
            assert note_comes(desk, second, seconds=30)
            way.behave(403)
            desk.reporter_follow_up(first, f"{WORD} {PHONE}")
            assert wait_for(lambda: "helpdesk.refused" in bot.log.read_text())
            live = found_in(bot_folder, CANARIES)
    return bot_folder, (bot_folder / "log.txt").read_text(), live


def test_nothing_of_a_ticket_is_kept_or_logged(told):
    folder, log, live = told
    numbers = tuple(str(FIRST_TICKET + n) for n in range(2))
    assert found_in(folder, (*CANARIES, *numbers)) == []
    # Nor while it ran.
    assert live == []
    # Nor what opens the desk to somebody else.
    assert found_in(folder, (SECRET, "test-password-of-the-bot")) == []
    odd = [
        line
        for line in log.splitlines()
        if not any(known.fullmatch(line) for known in (EVENT, OF_A_LIBRARY, READY))
    ]
    assert odd == []
    # And the bot reached nobody beyond this machine.
    outbound = folder / "outbound.txt"
    assert not outbound.exists() or outbound.read_text() == ""


def test_a_ticket_is_counted_without_its_number(desk_with, bot_folder):
    """A turn of the channel `helpdesk`, with the day and the hour."""
    port = free_port()
    with desk_with(webhook_at(port)) as desk, bot_beside(desk, bot_folder, port):
        assert note_comes(desk, desk.create_by_api("Letter", EMERGENCIES[0]))
        question = "select channel, urgency from turns"

        def rows():
            with closing(sqlite3.connect(bot_folder / "metrics.db")) as database:
                return database.execute(question).fetchall()

        assert wait_for(lambda: rows() == [("helpdesk", "emergency")])
