"""Each card keeps every rule that content must keep."""

from collections import defaultdict

import pytest
from textstat import textstat

from bot.guidance.checks import (
    MAX_READING_AGE,
    MAX_READING_AGE_STAFF,
    YEARS_BEFORE_SCHOOL,
    card_text,
    check_content,
)
from bot.guidance.choose import ALWAYS_THERE
from bot.guidance.load import CONTENT_FOLDER, load_library
from bot.terms import INTENTS, NOT_UNDERSTOOD
from tests.content.material import CARDS, CONTACTS, DAY, SOURCES


@pytest.fixture(scope="module")
def findings():
    """Everything wrong with the content, by file."""
    by_file = defaultdict(list)
    for finding in check_content(DAY):
        by_file[finding.path.name].append(str(finding))
    return by_file


@pytest.fixture(scope="module")
def library():
    return load_library()


@pytest.mark.parametrize("card", CARDS)
def test_nothing_is_wrong_with_a_card(findings, card):
    assert findings[f"{card}.yml"] == []


@pytest.mark.parametrize("file", ["contacts.yml", "sources.yml", "cards"])
def test_nothing_is_wrong_with_the_lists_and_the_whole(findings, file):
    assert findings[file] == []


@pytest.mark.parametrize("card", ALWAYS_THERE)
def test_the_cards_that_the_code_asks_for_are_published(library, card):
    assert card in library.cards


@pytest.mark.parametrize("intent", [*INTENTS, NOT_UNDERSTOOD])
def test_every_intent_has_a_card(library, intent):
    assert library.answering(intent)


@pytest.mark.parametrize(
    ("staff_alone", "limit"),
    [(False, MAX_READING_AGE), (True, MAX_READING_AGE_STAFF)],
    ids=["everybody", "school staff"],
)
def test_a_card_can_be_read_by_the_people_it_is_for(staff_alone, limit):
    ages = {
        name: textstat.flesch_kincaid_grade(card_text(card)) + YEARS_BEFORE_SCHOOL
        for name, card in CARDS.items()
        if (card["audience"] == ["school_staff"]) == staff_alone
    }
    assert {name: age for name, age in ages.items() if age > limit} == {}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_a_named_page_with_a_licence_and_a_date(source):
    entry = SOURCES[source]
    assert entry["name"]
    assert entry["body"]
    assert entry["licence"]
    assert entry["evidence"] in ("primary", "secondary")
    assert (entry["url"] or "https://").startswith(("https://", "http://"))
    assert entry["checked_on"] <= DAY.isoformat()


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_has_an_address_unless_it_is_ourselves(source):
    entry = SOURCES[source]
    has_address = bool(entry["url"] or entry["read_at"] or entry.get("notes"))
    assert has_address or entry["body"] == "This project"


@pytest.mark.parametrize("name", ["contacts", "sources"])
def test_every_entry_is_used(name):
    used = {entry for card in CARDS.values() for entry in card[name]}
    assert set({"contacts": CONTACTS, "sources": SOURCES}[name]) == used


def test_there_are_no_other_files_among_the_cards():
    others = [
        p.name for p in (CONTENT_FOLDER / "cards").iterdir() if p.suffix != ".yml"
    ]
    assert others == []
