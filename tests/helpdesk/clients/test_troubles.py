"""A desk that fails, is slow or away, or loses its answers: still one note each."""

from __future__ import annotations

import asyncio
import logging
import random
import time

import pytest

from bot.channels import helpdesk_work
from bot.clients import private_calls
from tests.helpdesk.clients.at_desk import ABOUT_HER, EMERGENCY, RAISED, until
from tests.helpdesk.clients.test_desks import ZendeskInPages
from tests.helpdesk.desks.tickets import LEAD
from tests.helpdesk.desks.zendesk import ZendeskDesk

pytestmark = pytest.mark.model
# status, times, retry after, whether all was done
FAULTS = {
    "errors": [(500, 3, None, False)],
    "gateways": [(502, 2, None, False), (503, 1, None, False)],
    "too many": [(429, 2, 0, False)],
    "not its own answer": [(200, 2, None, False)],
    "lost answers": [(500, 4, None, True)],
    "some of all": [(500, 1, None, True), (429, 1, 0, False), (504, 2, None, True)],
}
# How many requests a client makes to read a ticket.
READS = {"zendesk": 2, "zammad": 3, "freshdesk": 2, "jira": 2, "freescout": 1}
AND_TO_RAISE_AND_NOTE = 3


def all_is_right(here, ticket):
    """One private note, and the ticket stands out."""
    [note] = here.notes(ticket)
    assert note.public is False
    assert "EMERGENCY" in note.text
    assert ticket.priority == RAISED[here.helpdesk.name]["emergency"]
    assert "safeguarding" in ticket.tags
    assert ticket.assignee == LEAD


async def test_after_errors_there_is_one_note(helpdesk, working):
    async with working(helpdesk) as here:
        for faults in FAULTS.values():
            ticket = helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
            for status, times, retry_after, after in faults:
                helpdesk.fail_next(status, times, retry_after, after=after)
            here.told(helpdesk.webhook("created", ticket))
            await until(lambda ticket=ticket: here.notes(ticket))
            helpdesk.all_well()
        await here.settled()
        assert len(helpdesk.tickets) == len(FAULTS)
        for ticket in helpdesk.tickets:
            all_is_right(here, ticket)


async def test_a_ticket_waits_as_long_as_it_is_asked_to(zendesk_only, working):
    async with working(zendesk_only) as here:
        ticket = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        zendesk_only.fail_next(429, retry_after=1)
        began = time.monotonic()
        here.told(zendesk_only.webhook("created", ticket))
        await here.until(lambda: here.notes(ticket))
        assert time.monotonic() - began >= 1
        all_is_right(here, ticket)


async def test_a_look_waits_as_long_as_it_is_asked_to(zendesk_only, working):
    """Who asks on is kept out for longer."""
    zendesk_only.fail_next(429, times=50, retry_after=2)
    async with working(zendesk_only):
        await asyncio.sleep(0.5)
    assert len(zendesk_only.requests) <= 2


async def test_any_one_answer_may_be_lost(helpdesk, working):
    async with working(helpdesk) as here:
        for place in range(READS[helpdesk.name] + AND_TO_RAISE_AND_NOTE):
            ticket = helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
            if place:
                helpdesk.hang(0, times=place)  # these are well
            helpdesk.fail_next(500, after=True)
            here.told(helpdesk.webhook("created", ticket))
            await here.until(lambda ticket=ticket: here.notes(ticket))
            helpdesk.all_well()
        for ticket in helpdesk.tickets:
            all_is_right(here, ticket)


async def test_a_desk_that_was_away_for_a_while(helpdesk, working):
    async with working(helpdesk) as here:
        created = helpdesk.webhook("created", text=EMERGENCY)
        [ticket] = helpdesk.tickets
        helpdesk.go_away()
        here.told(created)
        await until(lambda: not here.work.is_ready)
        assert here.work.is_ready is False
        assert here.notes(ticket) == []
        helpdesk.come_back()
        await here.until(lambda: here.notes(ticket))
        all_is_right(here, ticket)
        assert here.work.is_ready is True


async def test_a_desk_that_is_away_at_the_start(helpdesk, working):
    ticket = helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
    helpdesk.go_away()
    async with working(helpdesk) as here:
        assert here.work.is_ready is False
        helpdesk.come_back()
        await here.until(lambda: here.notes(ticket))
        all_is_right(here, ticket)


async def test_a_desk_that_is_too_slow(zendesk_only, working, short_pauses):
    short_pauses.setattr(private_calls, "SECONDS_FOR_AN_ANSWER", 0.2)
    async with working(zendesk_only) as here:
        ticket = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        zendesk_only.hang(0, times=READS[zendesk_only.name] + 1)
        zendesk_only.hang(0.4, times=2, after=True)  # done, but said too late
        zendesk_only.hang(0.4)  # not even done
        here.told(zendesk_only.webhook("created", ticket))
        await here.until(lambda: here.notes(ticket))
        all_is_right(here, ticket)


async def test_stopped_in_the_middle_and_begun_anew(zendesk_only, working):
    """At every point of the work in turn."""
    tickets = []
    for place in range(READS[zendesk_only.name] + AND_TO_RAISE_AND_NOTE):
        ticket = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        tickets.append(ticket)
        async with working(zendesk_only) as here:
            zendesk_only.hang(0, times=place + 1)
            zendesk_only.hang(30, after=place % 2 == 0)
            come = len(zendesk_only.requests) + place + 1
            here.told(zendesk_only.webhook("created", ticket))
            await until(lambda come=come: len(zendesk_only.requests) >= come)
            await asyncio.sleep(0.05)  # the next one is on its way
        zendesk_only.all_well()
    async with working(zendesk_only) as here:
        await here.until(lambda: all(map(here.notes, tickets)))
        for ticket in tickets:
            all_is_right(here, ticket)


async def test_a_bad_day(helpdesk, working, short_pauses):
    """Errors in any order while tickets, repeats and starts come in between."""
    short_pauses.setattr(helpdesk_work, "SECONDS_BETWEEN_LOOKS", 0.2)
    chance = random.Random(f"1911 {helpdesk.name}")
    tickets = []
    for _ in range(2):
        async with working(helpdesk) as here:
            for _ in range(3):
                ticket = helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
                tickets.append(ticket)
                for _ in range(2):
                    status = chance.choice((500, 429, 503))
                    helpdesk.hang(0, times=chance.randint(1, 4))
                    helpdesk.fail_next(status, after=chance.random() < 0.5)
                webhook = helpdesk.webhook("created", ticket)
                for _ in range(chance.randint(0, 3)):
                    here.told(webhook)
                await asyncio.sleep(chance.random() / 20)
    helpdesk.all_well()
    async with working(helpdesk) as here:
        await here.until(lambda: all(map(here.notes, tickets)))
        for ticket in tickets:
            all_is_right(here, ticket)


# What the desk will not take must not cost the note, least of all in an emergency.
async def test_a_refused_priority_does_not_cost_the_note(helpdesk, working):
    async with working(helpdesk) as here:
        ticket = helpdesk.add_ticket(ABOUT_HER, EMERGENCY)
        helpdesk.hang(0, times=READS[helpdesk.name])
        helpdesk.fail_next(422)
        here.told(helpdesk.webhook("created", ticket))
        await here.until(lambda: here.notes(ticket))
    assert len(here.notes(ticket)) == 1


async def test_one_ticket_in_trouble_does_not_stop_the_others(zendesk_only, working):
    async with working(zendesk_only) as here:
        first = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        zendesk_only.fail_next(429, retry_after=30)
        here.told(zendesk_only.webhook("created", first))
        await until(lambda: zendesk_only.requests[-1].status == 429)
        later = [zendesk_only.webhook("created", text=EMERGENCY) for _ in range(3)]
        for webhook in later:
            here.told(webhook)
        await until(lambda: all(map(here.notes, zendesk_only.tickets[1:])))
    assert [len(here.notes(t)) for t in zendesk_only.tickets] == [0, 1, 1, 1]


async def test_a_long_ticket_of_zendesk_gets_one_note(working):
    """Its comments come a hundred at a time; the note stands on the last page."""
    with ZendeskInPages() as helpdesk:
        ticket = helpdesk.add_ticket(ABOUT_HER, "Thank you for ringing.")
        for number in range(120):
            text = f"Thank you again ({number})."
            helpdesk.write(ticket, text, LEAD, is_public=True)
        helpdesk.write(ticket, EMERGENCY, ticket.requester, is_public=True)
        async with working(helpdesk) as here:
            for _ in range(3):
                here.told(helpdesk.webhook("created", ticket))
                await here.settled()
        all_is_right(here, ticket)


@pytest.mark.parametrize("trouble", ["a wrong token", "nobody there"])
async def test_an_operator_is_told_that_the_desk_never_answered(
    working, caplog, trouble
):
    with ZendeskDesk() as helpdesk:
        token = "wrong" if trouble == "a wrong token" else helpdesk.token
        if trouble == "nobody there":
            helpdesk.go_away()
        with caplog.at_level(logging.INFO, logger="bot"):
            async with working(helpdesk, token=token) as here:
                pass
        assert here.work.is_ready is False
    assert "helpdesk." in caplog.text


async def test_a_desk_that_refuses_our_key_is_not_asked_on_and_on(working):
    """Ten seconds between tries, for ever, locks an account."""
    with ZendeskDesk() as helpdesk:
        async with working(helpdesk, token="wrong"):
            await asyncio.sleep(0.5)
        assert len(helpdesk.requests) <= 3


async def test_what_is_logged_says_nothing_of_a_ticket(zendesk_only, working, caplog):
    caplog.set_level(logging.DEBUG, logger="bot")
    async with working(zendesk_only) as here:
        ticket = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        zendesk_only.fail_next(500, times=2)
        zendesk_only.fail_next(400)
        here.told(zendesk_only.webhook("created", ticket))
        await here.settled()
        zendesk_only.all_well()
        here.told(zendesk_only.webhook("created", ticket))
        await here.until(lambda: here.notes(ticket))
    said = "\n".join(r.getMessage() for r in caplog.records if r.name[:3] == "bot")
    assert "helpdesk." in said
    for secret in (
        "overdose",
        ABOUT_HER,
        ticket.ref,
        zendesk_only.token,
        zendesk_only.secret,
    ):
        assert secret not in said
