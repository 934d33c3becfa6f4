"""Letters that no person would write, or that a person pastes."""

import time
from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from tests.helpdesk.school.letters import EMERGENCIES
from tests.helpdesk.school.school import MARK, PARENT

pytestmark = [pytest.mark.model, pytest.mark.service]

KILOBYTES = 1000
LETTERS = {
    "a value": "My son {{ x }} is sad.",
    "the ticket": "{{ ticket.submitter_email }} {{ ticket.secret_key }}",
    "a broken value": "What is {{ this? }} and {{ unclosed",
    "a tag": "{% now 'Y' %} {% include 'nothing' %} {% load x",
    "a comment": "{# hidden #} shown {# unclosed",
    "a number": "He is #1 in his class and #2 in mine.",
    "HTML": "<p>He is <b>sad</b></p><script>alert(1)</script><img src=x onerror=y>",
    "half of HTML": "<<<div><blockquote><!-- <p",
    "emoji": "😭😭🔪 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "long, one line": "a" * 200 * KILOBYTES,
    "long, many lines": "He is sad.\n" * 20 * KILOBYTES,
    "long, many quotes": "> He is sad.\n" * 15 * KILOBYTES,
    "only quoted": "> How are you?\n> Please tell us.\n",
    "only a quoted mail": (
        "On Mon, 2 Nov 2026 at 10:12, Desk <d@school.example> wrote:\n> Hello\n"
    ),
    "only a signature": "-- \nSent from my phone",
    "only dots": "...",
    "right to left": "\u202eابني حزين\u202c",
    "controls": "a\x01\x02\x1b[31m\u2028\u2029\ufeffb",
    "a mark of ours": f"{MARK} 0123456789abcdef01234567",
    "a mark of an own ticket": f"{MARK} 0123456789abcdef-0123456789abcdef01234567",
    "our heading": "Note by a machine, for the safeguarding lead (DSL).",
}


def check(school, ticket):
    assert school.has_note(ticket)
    (note,) = school.notes(ticket)
    assert MARK in note.comment
    assert "{{" not in note.comment


def written_by_hand(school, ticket):
    """Without what the desk leaves for a "#1" in the letter itself, by the API."""
    own = f"Referenced in ticket #{school.desk.tickets()[-1].id}"
    seen = school.desk.follow_ups(ticket)
    caused = [one for one in seen if one.title == own]
    assert len(caused) <= 1, "the note refers to this ticket too"
    return [one for one in seen if not one.title.startswith("Referenced in")]


@pytest.fixture
def wary(school):
    """Afterwards the bot and the desk must have no complaint that is new."""
    desk_said, bot_said = len(school.desk.log), len(school.bot.log.read_text())
    others = {one.id for one in school.desk.tickets()}
    before = {one: len(written_by_hand(school, one)) for one in others}
    yield school
    assert "Traceback" not in school.desk.log[desk_said:]
    assert "error" not in school.bot.log.read_text()[bot_said:]
    after = {one: len(written_by_hand(school, one)) for one in others}
    assert after == before, "something was written on other tickets"


@pytest.mark.parametrize("words", LETTERS.values(), ids=LETTERS)
def test_every_letter_gets_one_note(wary, words):
    check(wary, wary.desk.create_by_api("Letter", words))


@pytest.mark.parametrize(
    "title", ["{{ ticket.id? }} {% now %} {# x #}", "<b>#1</b>", "😭" * 50, "..."]
)
def test_every_title_gets_one_note_and_stays(wary, title):
    ticket = wary.desk.create_by_api(title, "He is sad.")
    check(wary, ticket)
    assert wary.desk.ticket(ticket).title == title


def test_a_form_with_marks_and_emoji_gets_one_note(wary):
    words = "{{ x? }} {% now %} <b>sad</b> 😭 #1"
    check(wary, wary.desk.submit_form("{{ y? }}", words, PARENT))


def test_a_letter_of_one_space_gets_a_note_or_is_refused_by_the_desk(wary):
    """The web form strips it to nothing and asks for words; the API takes a dot."""
    with wary.desk.api() as http:
        sent = {"queue": 1, "title": "Empty", "description": " ", "priority": 3}
        answer = http.post("/tickets/", json=sent)
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        check(wary, answer.json()["id"])


def test_an_empty_letter_gets_a_note(school):
    """The desk refuses them; an e-mail without words makes one all the same."""
    ticket = school.desk.create_by_api("Empty", "words")
    assert school.has_note(ticket)
    ticket = open_by_mail(school, "")
    check(school, ticket)


def open_by_mail(school, words, subject="A new letter"):
    mail = EmailMessage()
    mail["From"] = PARENT
    mail["To"] = "safeguarding@desk.school.example"
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain="parent.example")
    mail.set_content(words)
    box = school.desk._process.mailbox
    (box / f"{len(list(box.iterdir()))}.eml").write_bytes(mail.as_bytes())
    school.desk.read_mail()
    return school.desk.tickets()[-1].id


def test_a_letter_by_mail_is_read(school):
    ticket = open_by_mail(school, EMERGENCIES[0])
    check(school, ticket)
    assert school.desk.ticket(ticket).priority == 1


def test_an_emergency_at_the_end_of_a_long_letter_is_found(school):
    words = "Here is how the week was. " * 600 + EMERGENCIES[0]
    ticket = school.desk.create_by_api("Letter", words)
    check(school, ticket)
    assert school.desk.ticket(ticket).priority == 1


def test_the_chat_goes_on_while_a_long_letter_is_read(school):
    """A parent who chats must not wait because another has pasted a book."""
    with school.bot.client() as http:
        ticket = school.desk.create_by_api("Letter", "I am so worried. " * 10_000)
        slowest = 0.0
        deadline = time.monotonic() + 20
        while not school.notes(ticket) and time.monotonic() < deadline:
            began = time.monotonic()
            assert http.get("/health").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.02)
    assert school.notes(ticket)
    assert slowest < 1.0
