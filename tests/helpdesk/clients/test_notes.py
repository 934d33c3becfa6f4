"""Marks that nobody can make, findings, and the note that a safeguarding lead reads."""

from __future__ import annotations

import itertools
import random
from html.parser import HTMLParser

import pytest

from bot.guidance.render import Message, ShownCard
from bot.handover.finding import Finding, finding_of, is_automatic, worst_of
from bot.handover.marks import Marks
from bot.handover.note import Note, load_words, note_for
from bot.terms import INTENTS, NATIONS, SIGNALS, URGENCIES, WORRIES

SECRET, OTHER = "a-secret-for-tests-only", "another-secret-for-tests"
MARK = "safeguarding-bot mark 0123456789abcdef01234567"
ODD = "<b>&amp; \"quoted\" 'it' </p><script>alert(1)</script> {{ x }}"


# Marks.


def test_a_mark_is_of_one_entry_of_one_ticket():
    marks = Marks(SECRET)
    pairs = [("1", "23"), ("12", "3"), ("123", ""), ("", "123"), ("1", "opening")]
    made = {marks.of_entry(*pair) for pair in pairs}
    assert len(made) == len(pairs)
    assert made == {Marks(SECRET).of_entry(*pair) for pair in pairs}
    assert not made & {Marks(OTHER).of_entry(*pair) for pair in pairs}
    assert all(SECRET not in mark for mark in made)


def test_what_is_still_to_be_raised_is_in_the_mark_and_nobody_can_make_one():
    marks = Marks(SECRET)
    made = [marks.of_entry("1", "2", left) for left in (None, *URGENCIES)]
    assert len(set(made)) == len(made)
    others = {Marks(OTHER).of_entry("1", "2", left) for left in URGENCIES}
    assert not others & set(made)
    for mark in made:
        assert [other for other in made if marks.stands_in(other, mark)] == [mark]
        assert not marks.is_own_ticket(mark)


def test_a_mark_is_the_one_that_stands_on_tickets_by_now():
    """Another one, and all notes of seven days would come again."""
    mark = Marks(SECRET).of_entry("1001", "70001")
    assert mark == "safeguarding-bot mark 3eaa070d8017354cb22e6c08"


def test_a_mark_is_found_however_it_is_laid_out():
    mark = Marks(SECRET).of_entry("1", "2")
    digest = mark.split()[-1]
    for text in (
        mark,
        f"<p>A note.<br>{mark}</p>",
        f"safeguarding-bot\n  mark&nbsp;{digest}.",
        f"> safeguarding-bot mark\n> {digest}",
    ):
        assert Marks.stands_in(mark, text)
    for text in (
        "",
        "safeguarding-bot mark",
        digest[:-1],
        Marks(OTHER).of_entry("1", "2"),
    ):
        assert not Marks.stands_in(mark, text)


def test_its_own_ticket_is_known_and_no_other():
    marks = Marks(SECRET)
    mine = marks.of_new_ticket()
    assert mine != marks.of_new_ticket()
    assert marks.is_own_ticket(mine)
    assert marks.is_own_ticket(f"<div><p>Hello</p><p>{mine}</p></div>")
    for text in (
        "",
        MARK,
        Marks(OTHER).of_new_ticket(),
        marks.of_entry("1", "2"),
        mine[:-1],
        mine.replace("-", " "),
        mine.upper(),
    ):
        assert not marks.is_own_ticket(text), text


def test_nobody_guesses_a_mark():
    chance, marks = random.Random(1911), Marks(SECRET)
    wanted = marks.of_entry("1001", "70001")
    for _ in range(2_000):
        guess = f"{chance.randbytes(8).hex()}-{chance.randbytes(12).hex()}"
        assert not marks.is_own_ticket(guess)
        assert not Marks.stands_in(wanted, guess)


@pytest.mark.parametrize("odd", ["\ud83d", "😟", "\x00", "x" * 9_000, ""])
def test_odd_names_of_tickets_have_marks_too(odd):
    assert Marks(SECRET).of_entry(odd, odd) == Marks(SECRET).of_entry(odd, odd)


# Findings.


def test_the_worst_case_wins():
    concern = Finding("worry_grooming", "concern", frozenset({"sexual_image"}))
    urgent = Finding("worry_sextortion", "urgent", frozenset({"blackmail"}))
    check = Finding("thank", "information", danger_check=True)
    for order in itertools.permutations((concern, urgent, check)):
        worst = worst_of(order)
        assert (worst.intent, worst.urgency) == ("worry_sextortion", "urgent")
        assert worst.signals == {"sexual_image", "blackmail"}
        assert worst.danger_check is True
    assert worst_of([]) is None
    assert worst_of(iter([check])) == check


def test_the_worst_is_never_milder_than_any():
    chance = random.Random(1911)
    for _ in range(300):
        found = [
            Finding(
                chance.choice(INTENTS),
                chance.choice(URGENCIES),
                frozenset(chance.sample(SIGNALS, chance.randint(0, 3))),
                danger_check=chance.random() < 0.3,
            )
            for _ in range(chance.randint(1, 5))
        ]
        worst = worst_of(found)
        ranks = [URGENCIES.index(one.urgency) for one in found]
        assert URGENCIES.index(worst.urgency) == max(ranks)
        assert all(one.signals <= worst.signals for one in found)
        assert worst.is_grave >= any(one.is_grave for one in found)


def test_what_the_model_says_is_taken_over():
    finding = finding_of(
        {
            "intent": {"name": "report_immediate_danger", "confidence": 0.9},
            "intent_ranking": [
                {"name": "report_immediate_danger", "confidence": 0.9},
                {"name": "worry_grooming", "confidence": 0.05},
                {"name": "worry_doxing", "confidence": 0.04},
            ],
            "urgency": "emergency",
            "signals_present": ["immediate_danger", "not_a_signal"],
            "danger_check": False,
        }
    )
    assert finding.intent == "report_immediate_danger"
    assert finding.worry == "worry_grooming"
    assert finding.signals == {"immediate_danger"}
    assert finding.is_grave
    assert not finding.is_plain_business


def test_a_finding_needs_little():
    finding = finding_of({"urgency": "information", "intent": None})
    assert finding.intent == "nlu_fallback"
    assert finding.is_plain_business


MACHINES = (
    ("Automatic reply: Lost PE kit", "I am away."),
    ("Re: Lost PE kit", "I am out of the office until Monday."),
    ("Auto-Reply", ""),
    ("Undeliverable: School newsletter", "Your message could not be delivered."),
    ("Ateb awtomatig: Helo", "Rwyf i ffwrdd."),
)
PEOPLE = (
    ("Worried about my daughter", "Someone asks her for pictures."),
    ("He replies automatically", "It is automatic for him to lie to me."),
    ("Please help", "My son was away, out of the house, all night."),
    ("", ""),
)


@pytest.mark.parametrize(("title", "words"), MACHINES)
def test_a_machine_is_known_by_how_it_begins(title, words):
    assert is_automatic(False, title, words, None)


@pytest.mark.parametrize(("title", "words"), PEOPLE)
def test_a_person_is_not_taken_for_a_machine(title, words):
    assert not is_automatic(False, title, words, None)


# Notes.


@pytest.fixture(scope="module")
def words():
    return load_words()


class Texts(HTMLParser):
    """The words of a page, and the names of its elements."""

    def __init__(self, page: str):
        super().__init__()
        self.said, self.elements = "", set()
        self.feed(page)
        self.close()

    def handle_data(self, data):
        self.said += data

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        assert attrs == []


def squeezed(text: str) -> str:
    return "".join(text.split())


def findings_for(intent: str):
    for urgency, check in itertools.product(URGENCIES, (False, True)):
        for signals in ((), ("sexual_image",), SIGNALS):
            worry = intent if intent in WORRIES else None
            yield Finding(intent, urgency, frozenset(signals), worry, check)


@pytest.mark.parametrize(
    "intent", [*WORRIES, "report_immediate_danger", "out_of_scope"]
)
def test_every_note_has_what_a_lead_needs(intent, library, words):
    for finding, nation in itertools.product(findings_for(intent), (None, *NATIONS)):
        note = note_for(finding, False, nation, library, words, MARK)
        plain, page = note.plain(), Texts(note.html())
        assert words.heading in plain
        assert "DSL" in words.heading
        is_doubt = finding.danger_check and finding.urgency != "emergency"
        assert (words.urgency[finding.urgency] in plain) is not is_doubt
        assert all(words.signal[signal] in plain for signal in finding.signals)
        assert (words.danger_check in plain) is (
            finding.danger_check and finding.urgency != "emergency"
        )
        assert len(note.messages) >= (1 if finding.is_plain_business else 2)
        assert all(one["card"]["sources"] for one in note.messages)
        assert "Source: " in plain
        assert "999" in plain
        assert plain.rstrip().endswith(MARK)
        assert "None" not in plain
        shown = [c["id"] for one in note.messages for c in one["contacts"]]
        assert len(shown) == len(set(shown))
        # Both forms say the same, and the one with elements has simple ones only.
        assert squeezed(page.said) == squeezed(plain)
        assert page.elements <= {"p", "br", "strong"}


@pytest.mark.parametrize("urgency", URGENCIES)
def test_every_card_in_a_note_is_for_staff(urgency, library, words):
    for intent in INTENTS:
        finding = Finding(intent, urgency, frozenset(SIGNALS))
        for message in note_for(finding, False, None, library, words, MARK).messages:
            card = library.cards[message["card"]["id"]]
            assert "school_staff" in card.audience
            assert message["buttons"] == []


def test_an_emergency_leads_to_999_before_all_else(library, words):
    for intent in (*WORRIES, "report_immediate_danger"):
        finding = Finding(intent, "emergency")
        first = note_for(finding, False, None, library, words, MARK).messages[0]
        assert "999" in first["text"] + str(first["contacts"][:1])


def test_without_words_there_is_still_a_note(library, words):
    note = note_for(None, False, None, library, words, MARK)
    assert [one["card"]["id"] for one in note.messages] == [
        "desk_nothing_to_read_staff",
        "desk_note_staff",
    ]
    assert "999" in note.plain()
    assert "DSL" in note.plain()
    assert note.plain().rstrip().endswith(MARK)


def test_hours_are_shown_only_where_the_service_states_them(library, words):
    seen = set()
    for intent, nation in itertools.product(WORRIES, (None, *NATIONS)):
        for urgency in URGENCIES:
            finding = Finding(intent, urgency, frozenset(SIGNALS), intent)
            note = note_for(finding, False, nation, library, words, MARK)
            for contact in (c for one in note.messages for c in one["contacts"]):
                stated = library.contacts[contact["id"]].hours
                assert contact["hours"] == stated
                seen.add(contact["id"])
                [line] = [
                    line
                    for line in note.plain().split("\n")
                    if line.startswith(f"→ {contact['name']}:")
                ]
                assert line.endswith(f" ({stated})") if stated else "(None" not in line
    assert "emergency_999" in seen
    assert any(library.contacts[name].hours is None for name in seen)


def odd_note() -> Note:
    card = ShownCard(id="x", title=ODD, sources=[], reviewed_on="2026-11-22")
    message = Message(text=f"{ODD}\n1. {ODD}", buttons=[], contacts=[], card=card)
    return Note(ODD, (ODD, "a & b"), (message,), f"{ODD} {MARK}")


def test_html_is_escaped_and_plain_text_is_not():
    note = odd_note()
    page = Texts(note.html())
    assert page.elements <= {"p", "br", "strong"}
    assert squeezed(page.said) == squeezed(note.plain())
    assert note.plain().count(ODD) == 6
    assert "<script" not in note.html()
    assert "&amp;amp; &quot;quoted&quot;" in note.html()


@pytest.mark.model
async def test_nothing_of_the_ticket_is_in_the_note(agent, library, words):
    texts = (
        "My daughter Zebedee has taken an overdose of marmalade and will not wake up.",
        "Quentin from Xanadu says he will send her nude photos round by teatime.",
        "Where can my son Algernon collect his lost kit? Ring 07700 900123.",
    )
    names = (
        "Zebedee",
        "marmalade",
        "Quentin",
        "Xanadu",
        "teatime",
        "Algernon",
        "07700",
    )
    for text in texts:
        finding = finding_of(await agent.parse_message(text))
        note = note_for(finding, False, None, library, words, MARK)
        for said in (note.plain(), note.html()):
            assert not any(name in said for name in names)
            assert text not in said
