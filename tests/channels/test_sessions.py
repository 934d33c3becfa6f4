"""Web sessions: bounded, expiring, and telling nothing about the conversation."""

import pytest

from bot.channels.sessions import Sessions


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
def sessions(clock, forgotten):
    return Sessions(60, forgotten.append, most=3, clock=clock)


def test_a_token_leads_to_one_conversation(sessions):
    token = sessions.start()
    assert sessions.conversation(token) == sessions.conversation(token)


def test_two_sessions_have_two_conversations(sessions):
    one, other = sessions.start(), sessions.start()
    assert sessions.conversation(one) != sessions.conversation(other)


def test_a_token_is_not_the_conversation(sessions):
    token = sessions.start()
    assert sessions.conversation(token) not in token


def test_a_token_cannot_be_guessed(sessions):
    assert len(sessions.start()) >= 32


@pytest.mark.parametrize("token", ["", "made up", "None", "0"])
def test_a_made_up_token_leads_nowhere(sessions, token):
    sessions.start()
    assert sessions.conversation(token) is None


def test_a_session_is_there_until_it_was_quiet_too_long(sessions, clock):
    token = sessions.start()
    clock.now += 60
    assert sessions.conversation(token)


def test_a_quiet_session_ends(sessions, clock):
    token = sessions.start()
    clock.now += 61
    assert sessions.conversation(token) is None


def test_a_message_keeps_a_session_open(sessions, clock):
    token = sessions.start()
    for _ in range(5):
        clock.now += 50
        assert sessions.conversation(token)


def test_a_session_that_ends_is_forgotten_everywhere(sessions, clock, forgotten):
    conversation = sessions.conversation(sessions.start())
    clock.now += 61
    sessions.end_old()
    assert forgotten == [conversation]
    assert len(sessions) == 0


def test_a_session_ended_by_its_owner_is_forgotten_at_once(sessions, forgotten):
    token = sessions.start()
    conversation = sessions.conversation(token)
    sessions.end(token)
    assert (sessions.conversation(token), forgotten) == (None, [conversation])


def test_ending_twice_forgets_once(sessions, forgotten):
    token = sessions.start()
    sessions.end(token)
    sessions.end(token)
    assert len(forgotten) == 1


def test_ending_a_made_up_session_is_fine(sessions, forgotten):
    sessions.end("made up")
    assert forgotten == []


def test_the_quietest_session_makes_room(sessions, clock):
    tokens = [sessions.start() for _ in range(3)]
    clock.now += 1
    sessions.conversation(tokens[0])
    sessions.start()
    assert [bool(sessions.conversation(token)) for token in tokens] == [
        True,
        False,
        True,
    ]


def test_there_are_never_too_many_sessions(sessions):
    for _ in range(50):
        sessions.start()
    assert len(sessions) == 3
