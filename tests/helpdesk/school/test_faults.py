"""The desk answers with errors, hangs, or loses what it wanted to say."""

import itertools
import time

import pytest

from tests.helpdesk.school.between import HANG, LOSE, PASS
from tests.helpdesk.school.letters import PRIORITY, letter
from tests.helpdesk.school.school import (
    note_comes,
    notes_of,
    webhook_at,
)
from tests.live_server import free_port, wait_for

pytestmark = [pytest.mark.model, pytest.mark.service]

SECONDS_OF_A_FAULT = 3
SECONDS_TO_SETTLE = 3
# The longest pause between two attempts, and some work.
SECONDS_TO_RECOVER = 30
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


FAULTS = [500, 429, 503, HANG, lose_what_was_done, lose_some()]


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


def test_a_ticket_that_cannot_be_read_does_not_hold_up_the_next(
    desk_with, bot_folder, bot_that_sees
):
    """The desk answers 500 for some tickets and is well for all others."""
    port = free_port()
    with (
        desk_with(webhook_at(port)) as desk,
        bot_that_sees(desk, bot_folder, port) as (_, way),
    ):
        bad = tuple(f"/api/tickets/{n + 1}/" for n in range(BAD_TICKETS))
        way.behave(lambda method, path: 500 if path.startswith(bad) else PASS)
        for _ in range(BAD_TICKETS):
            desk.create_by_api("Letter 2", letter(2)[1])
        good = desk.create_by_api("Letter 0", letter(0)[1])
        assert note_comes(desk, good, seconds=SECONDS_FOR_THE_NEXT)


def test_a_ticket_that_is_not_there_yet_is_asked_for_again(
    desk_with, bot_folder, bot_that_sees
):
    """A desk may tell of a ticket a moment before others can see it."""
    port = free_port()
    with (
        desk_with(webhook_at(port)) as desk,
        bot_that_sees(desk, bot_folder, port) as (_, way),
    ):
        way.behave(404)
        ticket = desk.create_by_api("Letter 0", letter(0)[1])
        assert wait_for(lambda: way.calls and way.calls[-1].status == 404)
        way.behave()
        assert note_comes(desk, ticket)
