"""Each check of the content finds what it is for, and nothing in good content."""

from datetime import date

import pytest
import yaml

from bot.guidance.checks import NEVER_EXCUSED, check_content
from bot.guidance.choose import ALWAYS_THERE
from bot.guidance.load import CONTENT_FOLDER
from bot.terms import AUDIENCES, INTENTS, NATIONS, NOT_UNDERSTOOD, WORRIES, WORRY_PARTS

TODAY = date(2026, 12, 1)
CONTACT = {
    "id": "police",
    "name": "Police",
    "phone": "101",
    "audiences": list(AUDIENCES),
    "nations": list(NATIONS),
}
SOURCE = {"id": "handbook", "name": "A handbook", "evidence": "primary"}


def a_card(name, **changes):
    card = {
        "id": name,
        "title": "What to do now",
        "audience": list(AUDIENCES),
        "nations": "all",
        "language": "en-GB",
        "answers": [],
        "part": "answer",
        "says": "Stay with the child. Call 999 now.",
        "next_steps": ["Keep calm."],
        "contacts": ["police"],
        "sources": ["handbook"],
        "evidence": "primary",
        "written_by": "an author",
        "reviewed_by": "a reviewer",
        "reviewed_on": "2026-11-21",
        "review_due": "2027-05-21",
        "status": "published",
        **changes,
    }
    return {key: value for key, value in card.items() if value is not None}


def good_cards():
    """The fewest cards with which nothing is missing."""
    parts = [
        a_card(f"all_{part}", part=part, answers=list(WORRIES)) for part in WORRY_PARTS
    ]
    others = [i for i in (*INTENTS, NOT_UNDERSTOOD) if i not in WORRIES]
    return [
        *parts,
        a_card("others", answers=others),
        *(a_card(name) for name in ALWAYS_THERE),
    ]


@pytest.fixture
def folder(tmp_path):
    """A folder with good content."""
    schema = (CONTENT_FOLDER / "card.schema.yml").read_text("utf-8")
    (tmp_path / "card.schema.yml").write_text(schema, "utf-8")
    write(tmp_path / "contacts.yml", {"contacts": [CONTACT]})
    write(tmp_path / "sources.yml", {"sources": [SOURCE]})
    (tmp_path / "cards").mkdir()
    for card in good_cards():
        write(tmp_path / "cards" / f"{card['id']}.yml", card)
    return tmp_path


def write(path, data):
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")


def checks_found(folder):
    return sorted({finding.check for finding in check_content(TODAY, folder)})


def test_in_good_content_nothing_is_found(folder):
    assert checks_found(folder) == []


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("CARD_ID_WRONG", {"id": "another"}),
        ("CARD_INVALID", {"title": None}),
        ("CARD_INVALID", {"colour": "red"}),
        ("CARD_INVALID", {"part": "middle"}),
        ("CARD_INVALID", {"nations": ["france"]}),
        ("REVIEW_IN_FUTURE", {"reviewed_on": "2026-12-02"}),
        (
            "CARD_OVERDUE",
            {"reviewed_on": "2026-01-01", "review_due": "2026-11-30"},
        ),
        ("REVIEW_TOO_FAR", {"review_due": "2028-01-01"}),
        ("REVIEWER_IS_WRITER", {"reviewed_by": "an author"}),
        ("INTENT_UNKNOWN", {"answers": ["worry_dragons"]}),
        ("INTENT_UNKNOWN", {"about": ["worry_dragons"]}),
        ("CONTACT_UNKNOWN", {"contacts": ["police", "knights"]}),
        ("SOURCE_UNKNOWN", {"sources": ["handbook", "hearsay"]}),
        ("EVIDENCE_WRONG", {"evidence": "secondary"}),
        ("TOO_LONG", {"says": "He is sad. " * 41}),
        (
            "HARD_TO_READ",
            {
                "says": "Notwithstanding institutional accountability considerations, "
                "multidisciplinary safeguarding arrangements necessitate proportionate "
                "consideration of contextual vulnerability indicators."
            },
        ),
        ("CONTACT_IN_TEXT", {"says": "Call 0800 1111 to talk to them."}),
        ("CONTACT_IN_TEXT", {"says": "Go to www.help.example to talk."}),
        ("CONTACT_IN_TEXT", {"says": "Go to help.org.uk and talk."}),
        ("CONTACT_IN_TEXT", {"says": "Write to me@help.example and talk."}),
        ("UNWANTED_WORDS", {"says": "You should have known this."}),
        ("UNWANTED_WORDS", {"says": "The police will arrest him."}),
        ("UNWANTED_WORDS", {"says": "I feel that it is sad."}),
        ("UNWANTED_WORDS", {"says": "It was in the news last month."}),
        ("HARMFUL_ADVICE", {"says": "Pay the money and go on."}),
        ("HARMFUL_ADVICE", {"next_steps": ["Delete the messages."]}),
        ("HARMFUL_ADVICE", {"next_steps": ["Pretend to be the child."]}),
        ("HARMFUL_ADVICE", {"next_steps": ["Save the nude images."]}),
        ("HARMFUL_ADVICE", {"next_steps": ["Confront them at home."]}),
        (
            "EXCUSE_UNUSED",
            {"allow": [{"check": "TOO_LONG", "reason": "There is none."}]},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_wrong_card_is_found(folder, check, changes):
    write(folder / "cards" / "extra.yml", a_card("extra", **changes))
    assert checks_found(folder) == [check]


@pytest.mark.parametrize(
    "says",
    [
        "Do not pay them. Call 999 or 101.",
        "Never delete the messages.",
        "In 2025 there were 2 000 of them.",
        "Dial 111 and press 2.",
        "764 is the name of a group.",
    ],
)
def test_right_words_are_left_alone(folder, says):
    write(folder / "cards" / "extra.yml", a_card("extra", says=says))
    assert checks_found(folder) == []


@pytest.mark.parametrize(
    ("check", "contact"),
    [
        ("ENTRY_TWICE", {**CONTACT, "phone": None, "url": "https://help.example"}),
        ("ENTRY_UNUSED", {**CONTACT, "id": "knights"}),
        ("CONTACT_UNREACHABLE", {**CONTACT, "id": "knights", "phone": None}),
        ("NUMBER_UNDIALLABLE", {**CONTACT, "id": "knights", "phone": "ask for Sir"}),
        ("NUMBER_KNOWN_BAD", {**CONTACT, "id": "knights", "known_bad": ["101"]}),
    ],
)
def test_a_wrong_contact_is_found(folder, check, contact):
    write(folder / "contacts.yml", {"contacts": [CONTACT, contact]})
    assert check in checks_found(folder)


def test_a_contact_for_other_people_is_found(folder):
    contact = {**CONTACT, "audiences": ["parent"]}
    write(folder / "contacts.yml", {"contacts": [contact]})
    card = a_card("extra", audience=["young_person"])
    write(folder / "cards" / "extra.yml", card)
    assert checks_found(folder) == ["CONTACT_NOT_FOR_AUDIENCE"]


def test_an_unused_source_is_found(folder):
    write(folder / "sources.yml", {"sources": [SOURCE, {**SOURCE, "id": "hearsay"}]})
    assert checks_found(folder) == ["ENTRY_UNUSED"]


@pytest.mark.parametrize("name", [*(f"all_{p}" for p in WORRY_PARTS), *ALWAYS_THERE])
@pytest.mark.parametrize("status", ["retired", "draft"])
def test_a_card_that_is_needed_is_missed(folder, name, status):
    path = folder / "cards" / f"{name}.yml"
    write(path, {**yaml.safe_load(path.read_text("utf-8")), "status": status})
    assert checks_found(folder) == ["CARD_MISSING"]


def test_an_intent_without_an_answer_is_found(folder):
    (folder / "cards" / "others.yml").unlink()
    assert checks_found(folder) == ["CARD_MISSING"]


@pytest.mark.parametrize("name", ["contacts.yml", "sources.yml", "cards/others.yml"])
@pytest.mark.parametrize("words", ["a: [", "a: 1\na: 2\n"], ids=["broken", "key twice"])
def test_a_file_that_cannot_be_read_is_named(folder, name, words):
    (folder / name).write_text(words, "utf-8")
    assert "YAML_UNREADABLE" in checks_found(folder)


def test_a_wrong_card_is_named_with_its_line(folder):
    path = folder / "cards" / "extra.yml"
    write(path, a_card("extra", contacts=["knights"]))
    (finding,) = check_content(TODAY, folder)
    line = path.read_text("utf-8").splitlines().index("- knights") + 1
    assert str(finding).startswith(f"{path}:{line}: CONTACT_UNKNOWN: ")


def test_a_finding_can_be_excused(folder):
    excuse = [{"check": "TOO_LONG", "reason": "The law words it so."}]
    card = a_card("extra", says="He is sad. " * 41, allow=excuse)
    write(folder / "cards" / "extra.yml", card)
    assert checks_found(folder) == []


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("CONTACT_IN_TEXT", {"says": "Call 0800 1111 to talk to them."}),
        ("HARMFUL_ADVICE", {"says": "Pay the money and go on."}),
        ("REVIEWER_IS_WRITER", {"reviewed_by": "an author"}),
        ("SOURCE_UNKNOWN", {"sources": ["handbook", "hearsay"]}),
    ],
)
def test_some_findings_cannot_be_excused(folder, check, changes):
    excuse = [{"check": check, "reason": "We would like to."}]
    write(folder / "cards" / "extra.yml", a_card("extra", allow=excuse, **changes))
    assert check in NEVER_EXCUSED
    assert checks_found(folder) == sorted([check, "EXCUSE_UNUSED"])
