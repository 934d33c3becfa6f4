"""The whole way: what is shown, what is sent, and what else may happen on it."""

from __future__ import annotations

import inspect

import pytest

from bot.handover.request import ContactRequest
from tests.helpdesk.requests.walking import (
    NAME,
    STEPS,
    WAY,
    WORRY,
    ticket_words,
    walk_to,
)
from tests.live_server import Chat

pytestmark = [pytest.mark.model, pytest.mark.service]

OUT_OF_HOURS = ("emergency_999", "nspcc_helpline", "police_101")


def test_the_whole_way(parent, desk, library):
    parent.say(WORRY)
    consent = walk_to(parent, "consent")
    assert consent.buttons == ["school.yes", "school.stop"]
    assert consent.contacts[0] == "emergency_999"
    check = walk_to(parent, "check")
    assert check.buttons == ["school.send", "school.stop", "emergency"]
    shown = check.messages[-1]["text"]
    about = library.cards["sextortion_now"].title
    assert "picture" in about.lower()
    for part in (NAME, WAY, about):
        assert part in shown
    assert desk.tickets == []

    sent = parent.press("school.send")
    assert sent.cards == ["school_contact_sent"]
    (ticket,) = desk.tickets
    assert ticket.ref in sent.messages[-1]["text"]
    assert sent.contacts[0] == "emergency_999"
    assert {*OUT_OF_HOURS} <= {*sent.contacts}
    words = ticket_words(desk)
    for part in (NAME, WAY, about):
        assert part in words
    for told in ("zorblatt", "quimperly", "snapchat", "unless"):
        assert told not in words.lower()
    assert not ticket.opening.public
    assert ticket.requester.is_staff
    # Neither the name nor the way stands where lists of tickets show it.
    assert NAME not in ticket.subject
    assert WAY not in ticket.subject


URGENCIES = {
    "urgent": (WORRY, "urgent", "high"),
    "emergency": ("he has taken an overdose and is not waking up", "EMERGENCY", None),
}


@pytest.mark.parametrize("urgency", URGENCIES)
def test_the_ticket_is_as_urgent_as_the_worry(parent, desk, urgency):
    told, word, priority = URGENCIES[urgency]
    assert parent.say(told).urgency == urgency
    walk_to(parent, "check")
    parent.press("school.send")
    assert f"Urgency: {word}" in ticket_words(desk)
    assert desk.tickets[-1].priority == (priority or "urgent")


def test_the_gravest_urgency_is_not_forgotten_over_a_few_questions(parent, desk):
    assert parent.say(WORRY).urgency == "urgent"
    for question in ("should he pay?", "how do i talk to him", "thank you", "ok"):
        parent.say(question)
    walk_to(parent, "check")
    parent.press("school.send")
    assert "Urgency: urgent" in ticket_words(desk)


def test_the_person_sees_how_urgent_it_is_said_to_be(parent, desk):
    """All that is sent is in the summary, the urgency too."""
    parent.say(WORRY)
    assert "urgen" in walk_to(parent, "check").messages[-1]["text"].lower()


def test_without_a_worry_the_ticket_says_so(parent, desk):
    parent.press("human")
    assert "not said" in walk_to(parent, "check").messages[-1]["text"]
    parent.press("school.send")
    assert "not said" in ticket_words(desk)


def test_nothing_is_asked_of_the_desk_before_the_end(parent, desk):
    before = len(desk.requests)
    parent.say(WORRY)
    walk_to(parent, "check")
    parent.press("school.stop")
    assert desk.requests[before:] == []


KEPT = [
    "John Smith III",
    "Anna O'Brien & Sons",
    'Jo "Mo" Brown',
    "Łukasz Wójcik",
    "محمد علي",
    "Siân ap Rhys",
]


@pytest.mark.parametrize("name", KEPT, ids=ascii)
def test_a_name_arrives_as_typed(parent, desk, name):
    assert name in walk_to(parent, "check", name=name).messages[-1]["text"]
    parent.press("school.send")
    assert name in ticket_words(desk)


@pytest.mark.parametrize(
    "way",
    ["aaa.jones@example.org", "billlee@example.org", "+44 (0)20 7946 0018"],
)
def test_a_way_arrives_as_typed(parent, desk, way):
    """One letter less, and the school writes to nobody, or to somebody else."""
    assert way in walk_to(parent, "check", way=way).messages[-1]["text"]
    parent.press("school.send")
    assert way in ticket_words(desk)


@pytest.mark.parametrize("typed", ["stop", "Stop", "STOP", "cancel", "no", "No, stop"])
@pytest.mark.parametrize("step", STEPS)
def test_a_typed_stop_ends_it(parent, desk, step, typed):
    walk_to(parent, step)
    assert parent.say(typed).cards == ["school_contact_stopped"]
    assert parent.press("school.send").cards == ["school_contact_stopped"]
    assert desk.tickets == []


@pytest.mark.parametrize("typed", ["stop.", "stop please", "no thanks", "no thank you"])
@pytest.mark.parametrize("step", ["name", "way"])
def test_a_no_in_other_words_ends_it_and_is_no_name(parent, step, typed):
    walk_to(parent, step)
    reply = parent.say(typed)
    assert reply.cards != ["school_contact_way"]
    assert reply.cards == ["school_contact_stopped"] or "school.stop" in reply.buttons


@pytest.mark.parametrize("step", STEPS)
def test_a_pressed_stop_ends_it(parent, desk, step):
    walk_to(parent, step)
    stopped = parent.press("school.stop")
    assert stopped.cards == ["school_contact_stopped"]
    assert stopped.contacts[0] == "emergency_999"
    parent.press("school.send")
    assert desk.tickets == []


@pytest.mark.parametrize("other", ["human", "worry_sextortion.report", "emergency"])
@pytest.mark.parametrize("step", STEPS)
def test_another_button_leaves_it(parent, desk, step, other):
    walk_to(parent, step)
    assert not parent.press(other).cards[0].startswith("school_contact")
    assert not parent.say("Karen Hughes").cards[0].startswith("school_contact")
    parent.press("school.send")
    assert desk.tickets == []


@pytest.mark.parametrize("step", ["none", "consent", "name", "way"])
def test_sending_too_early_sends_nothing(parent, desk, step):
    if step != "none":
        walk_to(parent, step)
    reply = parent.press("school.send")
    assert desk.tickets == []
    if step != "none":
        assert reply.cards[0].startswith(f"school_contact_{step}")
        assert "school.stop" in reply.buttons


@pytest.mark.parametrize("step", ["none", "name", "way", "check"])
def test_agreeing_out_of_turn_sends_nothing(parent, desk, step):
    if step != "none":
        walk_to(parent, step)
    parent.press("school.yes")
    assert desk.tickets == []


def test_sending_twice_makes_one_ticket(parent, desk):
    walk_to(parent, "check")
    parent.press("school.send")
    parent.press("school.send")
    assert len(desk.tickets) == 1


@pytest.mark.parametrize("late", ["school.send", "school.stop", "school.yes"])
def test_after_sending_nobody_is_told_that_nothing_was_sent(parent, desk, late):
    """A second tap, or an old button further up."""
    walk_to(parent, "check")
    assert parent.press("school.send").cards == ["school_contact_sent"]
    assert parent.press(late).cards != ["school_contact_stopped"]


@pytest.mark.parametrize("typed", ["yes", "yes, send it", "Yes please"])
def test_a_typed_yes_at_the_end_does_not_lose_the_request(parent, desk, typed):
    """Who typed it must not believe that it was sent when it was dropped."""
    walk_to(parent, "check")
    reply = parent.say(typed)
    assert reply.cards[0].startswith("school_contact")


def test_a_typed_yes_at_the_start_does_not_lose_the_request(parent):
    walk_to(parent, "consent")
    assert parent.say("yes").cards[0].startswith("school_contact")


def test_two_people_at_once_are_not_mixed(school_http, desk):
    one, two = Chat(school_http), Chat(school_http)
    one.say(WORRY)
    for chat in (one, two):
        chat.press("school.ask")
        chat.press("school.yes")
    one.say("Anna One")
    two.say("Berta Two")
    two.say("two@example.org")
    shown = one.say("one@example.org").messages[-1]["text"]
    assert "Anna One" in shown
    assert "wo@example" not in shown
    two.press("school.send")
    words = ticket_words(desk)
    assert "Berta Two" in words
    assert "not said" in words
    assert "Anna" not in words
    one.press("school.send")
    words = ticket_words(desk)
    assert "one@example.org" in words
    assert "Berta" not in words
    assert len(desk.tickets) == 2


def test_asking_again_begins_anew(parent, desk):
    walk_to(parent, "check")
    walk_to(parent, "check", name="Second Try", way="second@example.org")
    parent.press("school.send")
    words = ticket_words(desk)
    assert "Second Try" in words
    assert NAME not in words


def test_a_request_has_no_place_for_what_was_said():
    fields = inspect.signature(ContactRequest).parameters
    assert [*fields] == ["step", "name", "way", "doubted"]
