"""What the bot does to a ticket beside its note, and what it never does."""

import pytest

from tests.helpdesk.school.letters import EMERGENCIES, LETTERS, ORDINARY, URGENT
from tests.helpdesk.school.school import DSL_NUMBER, MARK, PARENT

pytestmark = [pytest.mark.model, pytest.mark.service]

OPEN = 1
BOT_NUMBER = 1


@pytest.fixture(params=LETTERS)
def sent(school, request):
    """A letter of each kind, with its note: the ticket and the kind."""
    words = LETTERS[request.param][0]
    number = school.desk.submit_form("My own title", words, PARENT)
    assert school.has_note(number)
    return number, request.param


def test_a_note_is_private_and_of_the_bot(school, sent):
    (note,) = school.notes(sent[0])
    assert not note.public
    assert note.user == school.desk.bot.name


def test_the_title_and_the_status_and_the_words_stay(school, sent):
    number, kind = sent
    ticket = school.desk.ticket(number)
    assert ticket.title == "My own title"
    assert ticket.status == OPEN
    assert ticket.resolution is None
    assert ticket.description == LETTERS[kind][0]
    assert [one.new_status for one in school.notes(number)] == [None]


def test_the_parent_is_written_to_by_the_desk_alone(school, sent):
    """One mail says that the ticket is there; none has anything of the note."""
    (note,) = school.notes(sent[0])
    to_parent = [mail for mail in school.desk.outbox() if PARENT in mail.to]
    assert len(to_parent) == 1
    for mail in to_parent:
        assert MARK not in mail.body
        assert note.comment[:60] not in mail.body
    others = {address for mail in school.desk.outbox() for address in mail.to}
    assert others <= {PARENT, school.desk.dsl.email, school.desk.bot.email}
    assert PARENT not in note.email_recipients


def test_urgent_letters_are_given_to_the_lead(school, sent):
    number, kind = sent
    owner = school.desk.ticket(number).assigned_to
    assert owner == (None if kind == "ordinary" else school.desk.dsl.name)


def test_a_note_repeats_nothing_of_the_letter(school, sent):
    number, kind = sent
    (note,) = school.notes(number)
    assert LETTERS[kind][0] not in note.comment
    assert PARENT not in note.comment
    assert "My own title" not in note.comment


@pytest.mark.parametrize("words", [EMERGENCIES[0], URGENT[0]], ids=["grave", "urgent"])
def test_an_owner_who_is_there_is_kept(school, words):
    ticket = school.desk.create_by_api("Owned", words, assigned_to=BOT_NUMBER)
    assert school.has_note(ticket)
    assert school.desk.ticket(ticket).assigned_to == school.desk.bot.name
    assert BOT_NUMBER != DSL_NUMBER


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (URGENT[0], 1, 1),
        (ORDINARY[0], 1, 1),
        (ORDINARY[0], 2, 2),
        (ORDINARY[0], 5, 5),
        (URGENT[0], 5, 2),
        (EMERGENCIES[0], 2, 1),
        (EMERGENCIES[0], 1, 1),
    ],
)
def test_a_priority_is_raised_and_never_lowered(school, words, before, after):
    ticket = school.desk.create_by_api("Letter", words, priority=before)
    assert school.has_note(ticket)
    assert school.desk.ticket(ticket).priority == after


def test_a_calm_reply_lowers_nothing(school):
    ticket = school.desk.submit_form("Letter", EMERGENCIES[0], PARENT)
    assert school.has_note(ticket)
    school.desk.reporter_follow_up(ticket, ORDINARY[4])
    assert school.has_note(ticket, 2)
    assert school.desk.ticket(ticket).priority == 1
