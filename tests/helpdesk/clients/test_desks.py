"""Each client reads tickets, leaves notes, raises, opens and looks back as told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.desk import Words
from bot.clients.desks import DESKS
from bot.clients.private_calls import DeskError, DeskRefusedError
from bot.desk_settings import DeskSettings
from bot.handover.marks import Marks
from tests.helpdesk.clients.at_desk import (
    HIGHEST,
    LOWEST,
    RAISED,
    client_of,
)
from tests.helpdesk.desks.asking import route
from tests.helpdesk.desks.tickets import BOT, LEAD, OFFICE
from tests.helpdesk.desks.zendesk import ONE, ZendeskDesk

WORDS = Words("Please <ring> her & him", "<p>Please &lt;ring&gt; her &amp; him</p>")
LOOK_BACK = timedelta(hours=48)


async def test_reads_who_wrote_what(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.write(ticket, "He has asked again.", ticket.requester, is_public=True)
    helpdesk.write(ticket, "I will ring her.", OFFICE, is_public=False)
    helpdesk.write(ticket, "Thank you, we will ring.", OFFICE, is_public=True)
    async with client_of(helpdesk) as (desk, _):
        found = await desk.ticket(ticket.ref)
        await desk.add_private_note(found, WORDS)
        found = await desk.ticket(ticket.ref)
    assert (found.id, found.title, found.is_open) == (ticket.ref, "Worried", True)
    assert [entry.by_reporter for entry in found.entries] == [
        True,
        True,
        False,
        False,
        False,
    ]
    for entry, said in zip(
        found.entries,
        ("asks my son", "asked again", "I will", "Thank", "Please"),
        strict=True,
    ):
        assert said in entry.text
    assert len({entry.id for entry in found.entries}) == 5


@pytest.mark.parametrize("is_html", [True, False], ids=["html", "text"])
async def test_reads_the_words_as_they_are(helpdesk, is_html):
    text = "<p>He is <b>17</b> &amp; asks</p>" if is_html else "He is <17 & asks"
    ticket = helpdesk.add_ticket("Worried", text, is_html=is_html)
    async with client_of(helpdesk) as (desk, _):
        [entry] = (await desk.ticket(ticket.ref)).entries
    if entry.is_html:
        assert "17" in entry.text
        assert "&amp; asks" in entry.text
    else:
        assert "17 & asks" in entry.text.replace("</b>", "")


async def test_a_ticket_that_is_not_there_is_none(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.tickets.clear()
    async with client_of(helpdesk) as (desk, _):
        assert await desk.ticket(ticket.ref) is None
    assert all("there is no ticket" in said for said in helpdesk.complaints)
    helpdesk.complaints.clear()


async def test_knows_a_closed_ticket(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.webhook("closed", ticket)
    async with client_of(helpdesk) as (desk, _):
        assert (await desk.ticket(ticket.ref)).is_open is False


async def test_reads_what_it_needs_to_raise(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    ticket.tags, ticket.assignee = ["year-9"], OFFICE
    async with client_of(helpdesk) as (desk, _):
        found = await desk.ticket(ticket.ref)
        assert (found.priority, found.tags, found.has_owner) == (
            ticket.priority,
            ("year-9",),
            True,
        )
        ticket.assignee = None
        assert (await desk.ticket(ticket.ref)).has_owner is False


async def test_the_note_is_private_and_its_mark_is_found(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    mark = Marks(helpdesk.secret).of_entry(ticket.ref, "1")
    words = Words(f"A note.\n\n{mark}", f"<p>A note.</p><p>{mark}</p>")
    async with client_of(helpdesk) as (desk, _):
        await desk.add_private_note(await desk.ticket(ticket.ref), words)
        found = await desk.ticket(ticket.ref)
    [note] = helpdesk.notes(ticket)
    assert note.public is False
    assert note.author == BOT
    assert Marks.stands_in(mark, found.entries[-1].text)
    assert not Marks.stands_in(mark, found.entries[0].text)


@pytest.mark.parametrize("urgency", ["emergency", "urgent"])
async def test_raises_what_is_grave(helpdesk, urgency):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    ticket.tags, ticket.priority = ["year-9"], LOWEST.get(helpdesk.name)
    async with client_of(helpdesk) as (desk, _):
        await desk.raise_priority(await desk.ticket(ticket.ref), urgency)
    assert ticket.priority == RAISED[helpdesk.name][urgency]
    assert {"year-9", "safeguarding"} <= set(ticket.tags)
    if helpdesk.name == "freescout":
        assert f"safeguarding-{urgency}" in ticket.tags
    assert ticket.assignee == LEAD
    assert helpdesk.notes(ticket) == []


@pytest.mark.parametrize("urgency", ["emergency", "urgent"])
async def test_takes_nothing_away(helpdesk, urgency):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    ticket.tags, ticket.assignee = ["year-9", "safeguarding", "vip"], OFFICE
    ticket.priority = HIGHEST.get(helpdesk.name)
    async with client_of(helpdesk) as (desk, _):
        for _ in range(2):
            await desk.raise_priority(await desk.ticket(ticket.ref), urgency)
    assert ticket.priority == HIGHEST.get(helpdesk.name)
    assert {"year-9", "safeguarding", "vip"} <= set(ticket.tags)
    assert len(ticket.tags) == len(set(ticket.tags))
    assert ticket.assignee == OFFICE


@pytest.mark.parametrize("urgency", ["concern", "information"])
async def test_leaves_the_rest_alone(helpdesk, urgency):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    async with client_of(helpdesk) as (desk, _):
        await desk.raise_priority(await desk.ticket(ticket.ref), urgency)
    assert {asked.method for asked in helpdesk.requests} == {"GET"}


async def test_without_a_lead_nobody_is_assigned(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    async with client_of(helpdesk, lead="") as (desk, _):
        await desk.raise_priority(await desk.ticket(ticket.ref), "emergency")
    assert ticket.assignee is None
    assert "safeguarding" in ticket.tags


@pytest.mark.parametrize("urgency", ["emergency", "urgent", "concern"])
@pytest.mark.parametrize("lead", [True, False], ids=["lead", "no lead"])
async def test_opens_a_ticket_for_staff(helpdesk, urgency, lead):
    marks = Marks(helpdesk.secret)
    mark = marks.of_new_ticket()
    words = Words(f"Ring <them> & say.\n\n{mark}", f"<p>Ring &lt;them&gt;</p>{mark}")
    other = {} if lead else {"lead": ""}
    async with client_of(helpdesk, **other) as (desk, _):
        reference = await desk.open_ticket("Please contact a parent", words, urgency)
        [opened] = helpdesk.tickets
        found = await desk.ticket(opened.ref)
    assert reference in (opened.ref, str(opened.id), f"22{opened.id}")
    assert opened.subject == found.title == "Please contact a parent"
    assert opened.assignee == (LEAD if lead else None)
    assert "safeguarding" in opened.tags
    if urgency in ("emergency", "urgent"):
        assert opened.priority == RAISED[helpdesk.name][urgency]
    assert opened.requester == BOT
    assert marks.is_own_ticket(found.entries[0].text)
    assert helpdesk.notes(opened) == []


async def test_finds_what_changed_lately(helpdesk):
    old = helpdesk.add_ticket("Old", "Long ago.")
    old.created = old.updated = helpdesk.now() - timedelta(days=9)
    again = helpdesk.add_ticket("Again", "Long ago, and again.")
    again.created = helpdesk.now() - timedelta(days=40)
    new = helpdesk.add_ticket("New", "Today.")
    async with client_of(helpdesk) as (desk, _):
        since = datetime.now(UTC) - LOOK_BACK
        first = {c.id: c.at async for c in desk.changed_since(since)}
        helpdesk.pass_time(5)
        helpdesk.write(new, "And again.", new.requester, is_public=True)
        then = {c.id: c.at async for c in desk.changed_since(since)}
    assert set(first) == set(then) == {again.ref, new.ref}
    assert first[again.ref] == then[again.ref]
    assert first[new.ref] < then[new.ref]


@pytest.mark.parametrize("how_many", [0, 100, 230])
async def test_looks_at_every_page(helpdesk, how_many):
    added = [helpdesk.add_ticket(f"No. {n}", "Today.") for n in range(how_many)]
    async with client_of(helpdesk) as (desk, _):
        since = datetime.now(UTC) - LOOK_BACK
        found = [changed.id async for changed in desk.changed_since(since)]
    assert sorted(found) == sorted(ticket.ref for ticket in added)


class ZendeskInPages(ZendeskDesk):
    """As the real one: a hundred comments at a time."""

    @route(
        "GET",
        ONE + r"/comments(?:\.json)?",
        "include sort sort_order page per_page page[size] page[after]",
    )
    def comments(self, call):
        answer = super().comments(call)
        found, here = answer.body["comments"], f"{self.base_url}{call.path}"
        by_cursor = "page[size]" in call.query
        size = int(call.query.get("page[size]", call.query.get("per_page", 100)))
        start = int(call.query.get("page[after]", 0))
        start = start or (int(call.query.get("page", 1)) - 1) * size
        end = start + size
        has_more = end < len(found)
        answer.body["comments"] = found[start:end]
        if by_cursor:
            next_page = f"{here}?page[size]={size}&page[after]={end}"
            meta = {"has_more": has_more, "after_cursor": str(end)}
            answer.body["meta"] = meta
            answer.body["links"] = {"next": next_page if has_more else None}
        else:
            next_page = f"{here}?page={end // size + 1}&per_page={size}"
            answer.body["next_page"] = next_page if has_more else None
        return answer


async def test_reads_a_long_ticket_to_its_end(helpdesk):
    await all_is_read(helpdesk)


async def test_reads_a_long_ticket_of_zendesk_to_its_end():
    with ZendeskInPages() as helpdesk:
        await all_is_read(helpdesk)
        assert helpdesk.complaints == []


async def all_is_read(helpdesk):
    ticket = helpdesk.add_ticket("Worried", "No. 0 of many.")
    for number in range(1, 231):
        text = f"No. {number} of many."
        helpdesk.write(ticket, text, ticket.requester, is_public=True)
    async with client_of(helpdesk) as (desk, _):
        found = await desk.ticket(ticket.ref)
    assert len(found.entries) == 231
    assert "No. 230 of" in found.entries[-1].text


@pytest.mark.parametrize("status", [500, 429])
async def test_a_desk_that_is_away_says_when_to_come_back(helpdesk, status):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.fail_next(status, retry_after=7)
    async with client_of(helpdesk) as (desk, _):
        with pytest.raises(DeskError) as caught:
            await desk.ticket(ticket.ref)
    assert not isinstance(caught.value, DeskRefusedError)
    assert caught.value.wait == 7


@pytest.mark.parametrize("status", [302, 401, 422])
async def test_a_desk_that_refuses(helpdesk, status):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.fail_next(status)
    async with client_of(helpdesk) as (desk, _):
        with pytest.raises(DeskRefusedError) as caught:
            await desk.ticket(ticket.ref)
    assert helpdesk.token not in caught.value.sentence


async def test_nobody_is_there(helpdesk):
    helpdesk.go_away()
    async with client_of(helpdesk) as (desk, _):
        with pytest.raises(DeskError):
            await desk.ticket("SAFE-1" if helpdesk.name == "jira" else "1001")


async def look(desk):
    return [one async for one in desk.changed_since(datetime.now(UTC) - LOOK_BACK)]


# A gateway's page with the status 200, say: the caller knows only DeskError.
DOINGS = {
    "reading": lambda desk, ref: desk.ticket(ref),
    "looking": lambda desk, ref: look(desk),
    "opening": lambda desk, ref: desk.open_ticket("Please contact", WORDS, "urgent"),
}


@pytest.mark.parametrize("doing", DOINGS.values(), ids=DOINGS)
async def test_a_page_instead_of_an_answer_is_a_desk_error(helpdesk, doing):
    ticket = helpdesk.add_ticket("Worried", "Someone asks my son for photos.")
    helpdesk.fail_next(200)
    async with client_of(helpdesk) as (desk, _):
        with pytest.raises(DeskError):
            await doing(desk, ticket.ref)


async def test_a_ticket_that_stands_is_not_called_failed(helpdesk):
    """The person would ask again, and the school would have it twice."""
    helpdesk.hang(0)  # the first request is well
    helpdesk.fail_next(500)
    async with client_of(helpdesk) as (desk, _):
        assert await desk.open_ticket("Please contact", WORDS, "urgent")
    assert len(helpdesk.tickets) == 1


# desk, body, ticket; what is no ticket's name must not become part of an address.
NAMED = {
    "zendesk": ("zendesk", {"ticket_id": "1001"}, "1001"),
    "zendesk, a number": ("zendesk", {"ticket_id": 1001}, "1001"),
    "zendesk, an event": ("zendesk", {"detail": {"id": "1001"}}, "1001"),
    "zammad": ("zammad", {"ticket": {"id": 1001}}, "1001"),
    "freshdesk": ("freshdesk", {"ticket_id": "1001"}, "1001"),
    "freshdesk, simple": (
        "freshdesk",
        {"freshdesk_webhook": {"ticket_id": 1001}},
        "1001",
    ),
    "jira": ("jira", {"issue": {"key": "SAFE-1"}}, "SAFE-1"),
    "freescout": ("freescout", {"id": 1001}, "1001"),
    "django-helpdesk": ("django-helpdesk", {"ticket": {"id": 7}}, "7"),
    "generic": ("generic", {"id": "A 7", "text": "Worried"}, "A 7"),
}
NO_TICKETS = (
    None,
    True,
    1.5,
    "",
    "1001/../1",
    "-1",
    "1 001",
    "٣",
    [],
    {},
    "SAFE-1/x",
    "9" * 30,
)


def desk_called(name):
    return DESKS[name](DeskSettings(name, "http://127.0.0.1:9", "s" * 16), None)


@pytest.mark.parametrize(("name", "body", "ticket"), NAMED.values(), ids=NAMED)
def test_which_ticket_a_webhook_names(name, body, ticket):
    assert desk_called(name).ticket_named(body) == ticket


@pytest.mark.parametrize("name", [n for n in DESKS if n != "generic"])
def test_what_names_no_ticket(name):
    desk = desk_called(name)
    for odd in NO_TICKETS:
        for body in (
            {"ticket_id": odd, "id": odd, "ticket": odd, "issue": odd, "detail": odd},
            {"ticket": {"id": odd}, "issue": {"key": odd}, "detail": {"id": odd}},
            {"freshdesk_webhook": odd},
            {"freshdesk_webhook": {"ticket_id": odd}},
        ):
            assert desk.ticket_named(body) is None, body
    assert desk.ticket_named({}) is None


# A desk that cuts a text off can cut an emoji in two.
@pytest.mark.parametrize("where", ["id", "text", "subject"])
def test_half_an_emoji_is_no_trouble_to_a_generic_desk(where):
    body = {"id": "7", "text": "Worried", "subject": "About her"}
    named = desk_called("generic").ticket_named({**body, where: "She said \ud83d"})
    assert named is None or named.encode()
