"""The desk answers with errors, hangs, or loses what it wanted to say."""

import itertools
import time

import pytest

from tests.helpdesk.school.between import HANG, LOSE, PASS, Between
from tests.helpdesk.school.conftest import desk_in
from tests.helpdesk.school.letters import PRIORITY, letter
from tests.helpdesk.school.school import (
    bot_beside,
    note_comes,
    notes_of,
    webhook_at,
)
from tests.live_server import free_port, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

SECONDS_OF_A_FAULT = 2
SECONDS_TO_SETTLE = 2
# The longest wait for an answer and pause between two attempts, and some work.
SECONDS_TO_RECOVER = 60
# Every worker of the bot and one more.
BAD_TICKETS = 5
SECONDS_FOR_THE_NEXT = 15


def lose_what_was_done(method, path):
    return PASS if method == "GET" else LOSE


def lose_some():
    """Every third request of any kind, and every second that changes something."""
    numbers = itertools.count()

    def rule(method, path):
        number = next(numbers)
        return LOSE if number % 3 == 0 or (method != "GET" and number % 2) else PASS

    return rule


# Who hangs is given up while the others come.
FAULTS = [HANG, 500, 429, 503, lose_what_was_done, lose_some()]


def test_no_ticket_is_lost_or_doubled_by_a_desk_that_is_not_well(
    desk_with, bot_folder, bot_that_sees, report
):
    """All faults, one after the other; two letters in each."""
    port = free_port()
    kinds = {}
    with (
        desk_with(webhook_at(port)) as desk,
        bot_that_sees(desk, bot_folder, port) as (_, way),
    ):

        def two_letters():
            for _ in range(2):
                kind, words = letter(len(kinds))
                kinds[desk.create_by_api(f"Letter {len(kinds)}", words)] = kind

        # Longer than the bot waits for an answer.
        way.seconds_to_hang = 40
        for fault in FAULTS:
            way.behave(fault)
            two_letters()
            time.sleep(SECONDS_OF_A_FAULT)
        way.behave()
        with way.away():
            two_letters()
            time.sleep(SECONDS_OF_A_FAULT)
        two_letters()
        desk.stop()
        time.sleep(SECONDS_OF_A_FAULT)
        desk.start()
        began = time.monotonic()
        all_written = wait_for(
            lambda: all(notes_of(desk, ticket) for ticket in kinds), SECONDS_TO_RECOVER
        )
        report(f"all notes {time.monotonic() - began:.1f} s after the last fault")
        time.sleep(SECONDS_TO_SETTLE)
        notes = {ticket: len(notes_of(desk, ticket)) for ticket in kinds}
        assert all_written, notes
        assert notes == dict.fromkeys(kinds, 1)
        wanted = {ticket: PRIORITY[kind] for ticket, kind in kinds.items()}
        assert {t: desk.ticket(t).priority for t in kinds} == wanted


@pytest.fixture(scope="module")
def one_between(trained_model, tmp_path_factory):
    """A desk, and somebody between it and the bot."""
    port = free_port()
    with (
        desk_in(tmp_path_factory.mktemp("desk"), webhook_at(port)) as desk,
        Between(desk.url) as way,
        bot_beside(desk, tmp_path_factory.mktemp("bot"), port, url=way.url),
    ):
        yield desk, way


@pytest.fixture
def faulty(one_between):
    """The same for the tests below; each leaves it well."""
    yield one_between
    one_between[1].behave()


def test_a_ticket_that_cannot_be_read_does_not_hold_up_the_next(faulty):
    """The desk answers 500 for some tickets and is well for all others."""
    desk, way = faulty
    first = desk.create_by_api("Letter 2", letter(2)[1]) + 1
    bad = tuple(f"/api/tickets/{first + n}/" for n in range(BAD_TICKETS))
    way.behave(lambda method, path: 500 if path.startswith(bad) else PASS)
    for _ in range(BAD_TICKETS):
        desk.create_by_api("Letter 2", letter(2)[1])
    good = desk.create_by_api("Letter 0", letter(0)[1])
    assert good == first + BAD_TICKETS
    assert note_comes(desk, good, seconds=SECONDS_FOR_THE_NEXT)


def test_a_priority_that_the_desk_does_not_take_is_raised_when_it_does(faulty):
    """The note does not wait for it; at a real desk nothing of ours hides it."""
    desk, way = faulty
    way.behave(lambda method, path: 500 if method == "PATCH" else PASS)
    kind, words = letter(0)
    ticket = desk.create_by_api("Letter 0", words)
    assert note_comes(desk, ticket)
    assert desk.ticket(ticket).priority == PRIORITY["ordinary"]
    way.behave()

    def is_raised():
        now = desk.ticket(ticket)
        return (now.priority, now.assigned_to) == (PRIORITY[kind], desk.dsl.name)

    assert wait_for(is_raised, SECONDS_TO_RECOVER)
    assert len(notes_of(desk, ticket)) == 1


def test_a_ticket_that_is_not_there_yet_is_asked_for_again(faulty):
    """A desk may tell of a ticket a moment before others can see it."""
    desk, way = faulty
    ticket = desk.create_by_api("Letter 1", letter(1)[1])
    assert note_comes(desk, ticket)
    way.behave(404)
    ticket = desk.create_by_api("Letter 0", letter(0)[1])
    mine = f"/api/tickets/{ticket}/"
    assert wait_for(
        lambda: any(c.status == 404 and c.path.startswith(mine) for c in way.calls)
    )
    way.behave()
    assert note_comes(desk, ticket)
