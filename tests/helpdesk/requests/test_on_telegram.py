"""The same on Telegram."""

from __future__ import annotations

import pytest

from tests.channels.counted import Counted
from tests.channels.telegram.test_conversations import started
from tests.helpdesk.requests.walking import NAME, WAY, WORRY, ticket_words

pytestmark = [pytest.mark.model, pytest.mark.service]


# A machine that is busy with something else.
SECONDS = 15


@pytest.fixture
def person(connected, desk, new_chat):
    api, _ = connected
    yield started(api, new_chat())
    assert api.complaints == []


@pytest.fixture
def sees(person, library):
    """Waits until the newest message is of this card."""

    def wait(card):
        words = library.cards[card].says[:40]
        return person.wait_for(
            lambda now: bool(now) and words in " ".join(m.text for m in now[-2:]),
            SECONDS,
        )

    return wait


def walk(person, sees, step, name=NAME, way=WAY):
    person.says(WORRY)
    person.wait_for(lambda now: has_button(now[-2:], "school.ask"))
    person.presses("school.ask")
    sees("school_contact_consent")
    if step == "consent":
        return
    person.presses("school.yes")
    sees("school_contact_name")
    if step == "name":
        return
    person.says(name)
    sees("school_contact_way")
    if step == "way":
        return
    person.says(way)
    sees("school_contact_check")


def has_button(messages, key):
    return key in [b.data for m in messages for row in m.buttons for b in row]


def test_the_whole_way(person, sees, desk):
    walk(person, sees, "check", name="Anna O'Brien & Co")
    shown = person.messages[-1]
    assert "Anna O'Brien & Co" in shown.text
    assert WAY in shown.text
    assert has_button([shown], "school.send")
    assert has_button([shown], "school.stop")
    assert desk.tickets == []
    person.presses("school.send")
    sees("school_contact_sent")
    (ticket,) = desk.tickets
    said = " ".join(person.texts[-2:])
    assert ticket.ref in said
    assert "999" in said
    words = ticket_words(desk)
    assert "Anna O'Brien & Co" in words
    assert WAY in words
    assert "zorblatt" not in words
    assert str(person.chat_id) not in words
    assert "Sam" not in words  # what Telegram says they are called


@pytest.fixture
def counted(connected, desk):
    """What is counted from the start of this test on."""
    return Counted(connected[1])


def test_what_was_sent_is_counted_as_a_handover(counted, person, sees, desk):
    walk(person, sees, "check")
    person.presses("school.send")
    sees("school_contact_sent")
    assert counted.conversations() == [
        [("telegram", "handover", 0), ("telegram", "visit", 0)]
    ]


@pytest.mark.parametrize("step", ["consent", "name", "way", "check"])
@pytest.mark.parametrize("how", ["typed", "pressed"])
def test_stop(person, sees, desk, step, how):
    walk(person, sees, step)
    if how == "typed":
        person.says("stop")
    else:
        person.presses("school.stop")
    sees("school_contact_stopped")
    assert desk.tickets == []


@pytest.mark.parametrize("step", ["name", "way", "check"])
def test_danger_is_answered_first(person, sees, desk, step):
    walk(person, sees, step)
    before = len(person.messages)
    person.says("a man is at our door with a knife")
    answer = person.wait_for(before + 1)[before:]
    assert "999" in answer[0].text
    assert not has_button(answer, "school.stop")
    assert desk.tickets == []


@pytest.mark.parametrize("command", ["/forget", "/start", "/restart"])
def test_a_command_ends_it(person, sees, desk, command):
    walk(person, sees, "way")
    before = person.messages[-1].id
    person.says(command)
    person.wait_for(lambda now: bool(now) and now[-1].id > before)
    person.says("07700 900456")
    person.says("/help")
    person.wait_for(lambda now: "It cannot pass you on" in now[-1].text)
    assert not has_button(person.messages, "school.send")
    assert desk.tickets == []


def test_a_bad_number_is_asked_again(person, sees):
    walk(person, sees, "way")
    person.says("07700 9oo123")
    sees("school_contact_way_again")
    assert has_button(person.messages[-1:], "school.stop")


def test_an_old_button_after_sending_does_not_say_that_nothing_was_sent(
    person, sees, desk, library
):
    walk(person, sees, "check")
    person.presses("school.send")
    sees("school_contact_sent")
    before = person.messages[-1].id
    person.presses("school.stop")
    answer = person.wait_for(lambda now: now[-1].id > before)
    said = " ".join(m.text for m in answer if m.id > before)
    assert library.cards["school_contact_stopped"].says[:17] not in said
    assert len(desk.tickets) == 1


def test_a_desk_that_is_down(person, sees, desk):
    walk(person, sees, "check")
    desk.go_away()
    person.presses("school.send")
    try:
        sees("school_contact_failed")
    finally:
        desk.come_back()
    assert "999" in " ".join(person.texts[-2:])
    assert desk.tickets == []


def test_who_corrects_a_message_has_not_answered_the_next_step(person, sees):
    """Telegram hands an edited message on; it is the step before that is corrected."""
    walk(person, sees, "way", name="Philippa Quilfeather")
    person.edits(NAME)
    person.says(WAY)
    sees("school_contact_check")
    assert WAY in person.messages[-1].text


def test_it_is_not_said_that_all_is_forgotten_where_telegram_keeps_it(library):
    """The name and the number stand in the chat above until they are deleted."""
    card = library.cards["school_contact_sent"]
    said = " ".join((card.says, *card.next_steps)).lower()
    assert "forgotten" not in said or "still show on your screen" in said
