"""On Telegram a conversation is one visit, however it begins."""

from __future__ import annotations

import pytest

from tests.channels.counted import Counted
from tests.channels.telegram.test_conversations import OPENINGS, settled

pytestmark = [pytest.mark.model, pytest.mark.service]

VISIT = ("telegram", "visit", 0)


@pytest.fixture
def counted(asking):
    """What is counted from the start of this test on."""
    return Counted(asking[1])


@pytest.fixture
def person(asking, new_chat):
    """Somebody whom the bot has never seen."""
    api, _ = asking
    yield api.user(new_chat())
    assert api.complaints == []


BEGINNINGS = {
    "start": lambda person: person.says("/start"),
    "start with a code": lambda person: person.says("/start abc"),
    "start with words": lambda person: person.says("/start how do I report it"),
    "words": lambda person: person.says("my son is being bullied"),
    "another command": lambda person: person.says("/nation"),
    "a photo": lambda person: person.sends("photo"),
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_conversation_is_one_visit(person, counted, beginning):
    BEGINNINGS[beginning](person)
    settled(person)
    assert counted.conversations() == [[VISIT]]


def test_what_follows_is_the_same_visit(person, counted):
    person.says("/start")
    person.wait_for(OPENINGS)
    person.presses("human")
    for words in ("someone wants money or he posts my sons pictures", "/restart"):
        person.says(words)
    person.edits("someone wants money or he posts my daughters pictures")
    settled(person)
    assert counted.conversations() == [[VISIT]]


@pytest.mark.parametrize("ending", ["/start", "/forget"])
def test_a_new_conversation_is_another_visit(person, counted, ending):
    person.says("my son is being bullied")
    person.says(ending)
    person.says("my son is being bullied")
    settled(person)
    assert counted.conversations() == [[VISIT], [VISIT]]


def test_an_old_button_begins_a_visit(person, counted):
    person.says("/start")
    person.says("/forget")
    settled(person)
    person.says("/forget")
    person.wait_for(lambda now: len(now) == 1 and now[0].buttons)
    person.presses(person.messages[0].buttons[0][0].data)
    settled(person)
    # /start; /help of `settled`; the button.
    assert counted.conversations() == [[VISIT]] * 3


def test_a_group_is_no_visit(asking, new_chat, counted):
    api, _ = asking
    group = api.user(-new_chat(), "group")
    group.says("hello bot")
    group.wait_for(1)
    assert counted.conversations() == []
