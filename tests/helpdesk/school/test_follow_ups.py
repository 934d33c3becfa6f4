"""Which words on a ticket are read, and which are not."""

import time

import pytest

from tests.helpdesk.django.mailbox import put_reply
from tests.helpdesk.school.letters import EMERGENCIES, ORDINARY, URGENT, letter
from tests.helpdesk.school.school import (
    PARENT,
    bot_beside,
    notes_of,
    webhook_at,
)
from tests.live_server import free_port, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

SECONDS_OF_QUIET = 2
CLOSED, REOPENED = 4, 2


@pytest.fixture
def ticket(school):
    """A parent's ordinary letter, with its note."""
    number = school.desk.submit_form("A question", ORDINARY[0], PARENT)
    assert school.has_note(number)
    return number


def stays_quiet(school, ticket):
    """Whether nothing more is told or written of a ticket, when all was attended to."""
    school.attend_to_another()
    # What was done about it may still be told.
    time.sleep(0.2)
    before = school.state(ticket)
    for _ in range(2):
        school.attend_to_another()
        time.sleep(0.2)
    return school.state(ticket) == before


def test_a_note_is_not_answered_by_the_bot_itself(school, ticket):
    assert stays_quiet(school, ticket)
    assert len(school.notes(ticket)) == 1


def test_a_reply_by_mail_is_read_again(school, ticket):
    assert school.desk.ticket(ticket).priority == 3
    school.desk.reporter_follow_up(ticket, EMERGENCIES[0])
    assert school.has_note(ticket, 2)
    assert school.desk.ticket(ticket).priority == 1
    assert stays_quiet(school, ticket)
    assert len(school.notes(ticket)) == 2


def test_the_same_reply_twice_is_answered_twice(school, ticket):
    for number in (2, 3):
        school.desk.reporter_follow_up(ticket, "He is worse today than he was.")
        assert school.has_note(ticket, number)
    assert stays_quiet(school, ticket)
    assert len(school.notes(ticket)) == 3


def test_a_reply_with_the_words_of_the_first_letter_is_read(school, ticket):
    """A parent whom nobody has answered sends the same again."""
    school.desk.reporter_follow_up(ticket, ORDINARY[0])
    assert school.has_note(ticket, 2)


@pytest.mark.parametrize("public", [True, False], ids=["public", "private"])
def test_what_staff_write_is_not_read(school, ticket, public):
    school.desk.staff_follow_up(ticket, EMERGENCIES[0], public=public)
    assert stays_quiet(school, ticket)
    assert len(school.notes(ticket)) == 1
    assert school.desk.ticket(ticket).priority == 3


def test_a_reply_after_staff_wrote_is_read(school, ticket):
    school.desk.staff_follow_up(ticket, "Thank you, we will look.", public=True)
    school.desk.reporter_follow_up(ticket, URGENT[0])
    assert school.has_note(ticket, 2)
    assert school.desk.ticket(ticket).priority == 2


def test_a_quoted_emergency_below_a_thank_you_is_not_read_again(school, ticket):
    quoted = (
        "Thank you very much.\n\n"
        "On 2 Nov 2026 at 10:12, Desk <d@school.example> wrote:\n"
        f"> {EMERGENCIES[0]}\n"
    )
    school.desk.reporter_follow_up(ticket, quoted)
    assert stays_quiet(school, ticket)
    assert school.desk.ticket(ticket).priority == 3


def test_a_closed_ticket_stays_silent(school, ticket):
    school.desk.close(ticket)
    school.desk.staff_follow_up(ticket, "All is well.", public=False)
    school.desk.change_by_api(ticket, status=CLOSED)
    assert stays_quiet(school, ticket)
    assert len(school.notes(ticket)) == 1
    assert school.desk.ticket(ticket).status == CLOSED


def test_a_reply_to_a_closed_ticket_is_read_as_the_desk_opens_it_again(school, ticket):
    school.desk.close(ticket)
    school.desk.reporter_follow_up(ticket, EMERGENCIES[1])
    assert school.desk.ticket(ticket).status == REOPENED
    assert school.has_note(ticket, 2)
    assert school.desk.ticket(ticket).priority == 1


def test_who_was_closed_or_answered_while_the_bot_was_away(desk_with, bot_folder):
    """Only what is open and has no note is found at the start."""
    port = free_port()
    with desk_with(None) as desk:
        closed = desk.submit_form("Letter 0", letter(0)[1], PARENT)
        desk.close(closed)
        answered = desk.submit_form("Letter 1", letter(1)[1], PARENT)
        desk.staff_follow_up(answered, "I have rung them.", public=False)
        new = desk.submit_form("Letter 3", letter(3)[1], PARENT)
        desk.reporter_follow_up(new, letter(1)[1])
        desk.restart(webhook_url=webhook_at(port))
        with bot_beside(desk, bot_folder, port):
            tickets = (closed, answered, new)
            wait_for(lambda: all(notes_of(desk, one) for one in tickets[1:]))
            time.sleep(SECONDS_OF_QUIET)
            assert [len(notes_of(desk, one)) for one in tickets] == [0, 1, 1]
            assert desk.ticket(new).priority == 1


def test_two_replies_at_once_lose_nothing(school, ticket):
    """The second comes while the first is read; the gravest counts."""
    mailbox = school.desk._process.mailbox
    put_reply(mailbox, school.desk.ticket(ticket), ORDINARY[4])
    put_reply(mailbox, school.desk.ticket(ticket), EMERGENCIES[2])
    school.desk.read_mail()
    assert wait_for(lambda: school.desk.ticket(ticket).priority == 1, 15)
    assert stays_quiet(school, ticket)
    assert 2 <= len(school.notes(ticket)) <= 3
