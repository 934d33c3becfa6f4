"""A desk that does not take the priority: the note comes, and the raising goes on."""

from __future__ import annotations

import logging

import pytest

from bot.channels import helpdesk_work
from tests.helpdesk.clients.at_desk import (
    ABOUT_HER,
    EMERGENCY,
    HARMLESS,
    LOWEST,
    RAISED,
    is_raising,
    until,
)
from tests.helpdesk.desks.tickets import BOT, LEAD, OFFICE

pytestmark = pytest.mark.model

AWAY = "I am away until Monday."
RUNG = "I have rung her, all is well."
# What of the raising fails.
PARTS = {
    "all of it": is_raising,
    "the tag": lambda *asked: is_raising(*asked) and b"safeguarding" in asked[2],
    "all but the tag": lambda *asked: (
        is_raising(*asked) and b'"safeguarding' not in asked[2]
    ),
}


def is_raised(here, ticket):
    """Whether it stands out as an emergency."""
    return (
        ticket.priority == RAISED[here.helpdesk.name]["emergency"]
        and "safeguarding" in ticket.tags
        and ticket.assignee == LEAD
    )


def changes(helpdesk):
    """What of its requests would change something at the desk."""
    return [asked for asked in helpdesk.requests if asked.method != "GET"]


def failures(helpdesk):
    """How often it did not take what was asked."""
    return sum(asked.status == 500 for asked in helpdesk.requests)


async def noted_and_not_raised(here, part=is_raising, text=EMERGENCY):
    """A ticket with its note, at a desk that goes on not to take the priority."""
    here.helpdesk.fail_where(part)
    ticket = here.helpdesk.add_ticket(ABOUT_HER, text)
    here.told(here.helpdesk.webhook("created", ticket))
    await until(lambda: here.notes(ticket))
    assert len(here.notes(ticket)) == 1
    assert not is_raised(here, ticket)
    return ticket


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
async def test_it_is_finished_when_the_desk_is_well_again(helpdesk, working, part):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here, part)
        helpdesk.all_well()
        # Nobody tells of the ticket, and the next look is a minute away.
        await here.settled()
        assert is_raised(here, ticket)
        assert len(here.notes(ticket)) == 1
        assert len(here.counted) == 1


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
async def test_it_is_finished_after_a_start_anew(helpdesk, working, part):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here, part)
    helpdesk.all_well()
    async with working(helpdesk) as here:
        await here.settled()
        assert is_raised(here, ticket)
        assert here.judged == []
    assert len(here.notes(ticket)) == 1


async def test_a_desk_that_never_takes_it_still_has_the_note(
    helpdesk, working, short_pauses, caplog
):
    short_pauses.setattr(helpdesk_work, "MOST_TRIES", 5)
    with caplog.at_level(logging.INFO, logger="bot"):
        async with working(helpdesk) as here:
            ticket = await noted_and_not_raised(here)
            await here.settled()
            assert failures(helpdesk) == 5
    assert len(here.notes(ticket)) == 1
    assert "EMERGENCY" in here.notes(ticket)[0].text
    assert caplog.text.count("helpdesk.priority.refused") == 1


async def test_a_later_look_goes_on(helpdesk, working, short_pauses):
    """Also where nothing has changed on the ticket since the last one."""
    short_pauses.setattr(helpdesk_work, "MOST_TRIES", 4)
    short_pauses.setattr(helpdesk_work, "SECONDS_BETWEEN_LOOKS", 0.05)
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        await until(lambda: failures(helpdesk) > 8)
        helpdesk.all_well()
        await until(lambda: is_raised(here, ticket))
        assert is_raised(here, ticket)
    assert len(here.notes(ticket)) == 1


@pytest.mark.parametrize("is_anew", [True, False], ids=["anew", "at work"])
async def test_what_a_colleague_has_taken_over_is_left_alone(
    helpdesk, working, is_anew
):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        if not is_anew:
            helpdesk.write(ticket, RUNG, OFFICE, is_public=False)
            await here.settled()
            helpdesk.all_well()
            here.told(helpdesk.webhook("created", ticket))
            await here.settled()
            assert not is_raised(here, ticket)
    if is_anew:
        helpdesk.write(ticket, RUNG, OFFICE, is_public=False)
        helpdesk.all_well()
    asked = len(changes(helpdesk))
    async with working(helpdesk) as here:
        here.told(helpdesk.webhook("created", ticket))
        await here.settled()
    assert len(changes(helpdesk)) == asked
    assert not is_raised(here, ticket)
    assert len(here.notes(ticket)) == 1


async def test_who_answers_the_note_with_its_words_has_taken_over(helpdesk, working):
    """A desk mails notes to staff, and keeps what they answer with what they quote."""
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
    [note] = here.notes(ticket)
    helpdesk.write(ticket, f"{RUNG}\n\n{note.text}", OFFICE, is_public=False)
    helpdesk.all_well()
    async with working(helpdesk) as here:
        await here.settled()
        assert not is_raised(here, ticket)


async def test_a_note_that_stands_there_twice_is_no_colleague(helpdesk, working):
    """A desk may lose its answer, and do what it was asked later."""
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
    [note] = here.notes(ticket)
    helpdesk.write(ticket, note.text, BOT, is_public=False, is_html=note.is_html)
    helpdesk.all_well()
    async with working(helpdesk) as here:
        await here.settled()
        assert is_raised(here, ticket)


async def test_what_is_done_is_not_done_again(helpdesk, working):
    """Staff may lower it without a word."""
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        helpdesk.all_well()
        await here.settled()
        assert is_raised(here, ticket)
        ticket.priority, ticket.tags = LOWEST.get(helpdesk.name), []
        here.told(helpdesk.webhook("created", ticket))
        await here.settled()
        assert ticket.tags == []


async def test_what_is_refused_is_not_tried_again(helpdesk, working):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        helpdesk.fail_where(is_raising, 422)
        await here.settled()
        helpdesk.all_well()
        here.told(helpdesk.webhook("created", ticket))
        await here.settled()
        assert not is_raised(here, ticket)
    assert len(here.notes(ticket)) == 1


@pytest.mark.parametrize("text", [EMERGENCY, HARMLESS], ids=["grave", "harmless"])
async def test_a_follow_up_forgets_nothing(helpdesk, working, text):
    """Its note is the last, and says what the first one said was left."""
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        here.told(helpdesk.webhook("reporter_reply", ticket, text))
        await until(lambda: len(here.notes(ticket)) == 2)
        assert not is_raised(here, ticket)
    helpdesk.all_well()
    async with working(helpdesk) as here:
        await here.settled()
        assert is_raised(here, ticket)
    assert len(here.notes(ticket)) == 2


async def test_an_emergency_after_a_raised_ticket_is_raised(helpdesk, working):
    """What was left once is no word on what comes later."""
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        helpdesk.all_well()
        await here.settled()
        ticket.priority, ticket.tags = LOWEST.get(helpdesk.name), []
        here.told(helpdesk.webhook("reporter_reply", ticket, EMERGENCY))
        await here.until(lambda: len(here.notes(ticket)) == 2)
        assert is_raised(here, ticket)
    assert len(here.notes(ticket)) == 2


async def test_an_automatic_reply_stops_nothing(helpdesk, working):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        here.told(helpdesk.webhook("auto_reply", ticket, AWAY))
        helpdesk.all_well()
        await here.settled()
        assert is_raised(here, ticket)
    assert len(here.notes(ticket)) == 1


async def test_a_closed_ticket_is_left_alone(helpdesk, working):
    async with working(helpdesk) as here:
        ticket = await noted_and_not_raised(here)
        here.told(helpdesk.webhook("closed", ticket))
        await here.settled()
        helpdesk.all_well()
        here.told(helpdesk.webhook("closed", ticket))
        await here.settled()
        assert not is_raised(here, ticket)


async def test_a_desk_that_cannot_be_read_uses_up_no_try_to_raise(
    zendesk_only, working
):
    """The note waits for the priority as long as if the desk had been well."""
    async with working(zendesk_only) as here:
        ticket = zendesk_only.add_ticket(ABOUT_HER, EMERGENCY)
        zendesk_only.fail_next(500, times=6)
        for _ in range(2):
            zendesk_only.hang(0, times=2)  # the ticket and its comments are read
            zendesk_only.fail_next(500)
        here.told(zendesk_only.webhook("created", ticket))
        await here.until(lambda: here.notes(ticket))
        assert is_raised(here, ticket)
    *_, last = changes(zendesk_only)
    assert "comment" in last.fields["ticket"]
