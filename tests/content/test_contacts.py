"""Each contact can be reached, is written once, and promises no more than it keeps."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from bot.channels.pages import SAFE_PLACE
from bot.guidance.load import CONTENT_FOLDER
from bot.terms import AUDIENCES, NATIONS
from tests.content.material import CARDS, CONTACTS, DAY

LISTS = {"contacts.yml", "sources.yml"}
# Emergency and non-emergency numbers that everybody knows and must be able to read.
SHORT_NUMBERS = {"999", "101", "111", "112"}
# Numbers as they are written in the UK, and the short ones of helplines.
PHONE_NUMBER = re.compile(
    r"(?<![\w.])(?:\+44|0)[ \d]{7,}\d(?!\w)|\b(?:116 ?\d{3}|85258|1800[01])\b"
)
LINK = re.compile(r"https?://[^\s\"'<>)]+|\bwww\.[^\s\"'<>)]+")
# Addresses of this machine, of nobody (RFC 2606), and of the namespaces of SVG.
HARMLESS = re.compile(
    r"https?://(?:127\.0\.0\.1|localhost|\{|[\w.-]*\.?example\b|www\.w3\.org/|[\w.]+\{)"
)
# Where "Leave this page" leads is no help line; it stands once, where it is used.
NEUTRAL_PLACE = ("bot/channels/pages.py", SAFE_PLACE)
# Built from the lists by `make web`; tests/web keeps it equal.
BUILT = ("bot/web/chat/built/",)
CODE = (".py", ".yml", ".html", ".js", ".css")


@pytest.fixture(params=CONTACTS)
def contact(request):
    return CONTACTS[request.param]


def test_a_contact_says_who_and_what_for(contact):
    assert contact["name"]
    assert contact["for_what"].endswith((".", "!", "?"))


def test_a_contact_can_be_reached(contact):
    routes = ("phone", "text", "email", "url", "how_to_find")
    assert any(contact.get(route) for route in routes)


def test_a_contact_is_for_known_people_in_known_nations(contact):
    assert set(contact["audiences"]) <= set(AUDIENCES)
    assert set(contact["nations"]) <= set(NATIONS)
    assert contact["audiences"]
    assert contact["nations"]


def test_a_contact_was_checked(contact):
    source = contact["source"]
    assert source["name"]
    assert source["evidence"] in ("primary", "secondary")
    assert source["checked_on"] <= DAY.isoformat()


def test_a_number_can_be_dialled(contact):
    numbers = [
        contact["phone"],
        (contact["text"] or {}).get("number"),
        *(local["phone"] for local in contact.get("local_numbers") or ()),
    ]
    assert [n for n in numbers if n and not re.fullmatch(r"\d[\d ]*\d", n)] == []


def test_a_link_is_safe_to_follow(contact):
    assert contact["url"] is None or contact["url"].startswith("https://")


def test_hours_are_a_sentence_or_missing(contact):
    assert contact["hours"] is None or contact["hours"].endswith(".")


def test_what_happens_promises_nothing(contact):
    promised = r"\b(?:guarantee|promise[sd]?|always|police will|will not tell)\b"
    assert not re.search(promised, contact["what_happens"] or "", re.IGNORECASE)


def test_a_contact_is_named_by_a_card(contact):
    assert any(contact["id"] in card["contacts"] for card in CARDS.values())


@pytest.mark.parametrize("route", ["id", "name", "email", "url"])
def test_no_route_is_written_twice(route):
    counted = Counter(c[route] for c in CONTACTS.values() if c[route])
    assert [value for value, times in counted.items() if times > 1] == []


def test_no_number_is_written_twice():
    counted = Counter((c["phone"], c["phone_note"]) for c in CONTACTS.values())
    del counted[None, None]
    assert [value for value, times in counted.items() if times > 1] == []


def test_999_leads_the_emergency_contacts():
    contact = CONTACTS["emergency_999"]
    assert contact["phone"] == "999"
    assert set(contact["nations"]) == set(NATIONS)
    assert set(contact["audiences"]) == set(AUDIENCES)


def files_with_words():
    """Files of ours from which words could reach a person, but for the two lists."""
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-co",
            "--exclude-standard",
            "bot",
            "actions",
            "domain.yml",
        ],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()
    return [
        path
        for path in map(Path, listed)
        if path.suffix in CODE
        and path.name not in LISTS
        and not str(path).startswith(BUILT)
        and path.exists()
    ]


@pytest.mark.parametrize("path", files_with_words(), ids=str)
def test_numbers_and_links_stand_in_the_two_lists_only(path):
    words = path.read_text("utf-8")
    numbers = [
        number
        for number in PHONE_NUMBER.findall(words)
        if number.replace(" ", "") not in SHORT_NUMBERS
    ]
    links = [
        link
        for link in LINK.findall(words)
        if not HARMLESS.match(link) and (str(path), link) != NEUTRAL_PLACE
    ]
    assert numbers + links == []


def test_the_search_for_numbers_finds_them():
    known = [c["phone"] for c in CONTACTS.values() if c["phone"]]
    missed = [n for n in known if n not in SHORT_NUMBERS and not PHONE_NUMBER.search(n)]
    assert missed == []


def test_the_lists_are_where_the_code_reads_them():
    assert {name for name in LISTS if (CONTENT_FOLDER / name).exists()} == LISTS
