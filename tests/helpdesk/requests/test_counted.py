"""A hand-over is counted when the school has the request, and only then."""

from __future__ import annotations

import pytest

from tests.channels.counted import Counted
from tests.helpdesk.requests.walking import walk_to

pytestmark = [pytest.mark.model, pytest.mark.service]

VISIT = ("webchat", "visit", 0)
HANDOVER = ("webchat", "handover", 0)


@pytest.fixture
def counted(connected, desk):
    """What is counted from the start of this test on."""
    return Counted(connected[1])


def test_a_request_that_was_sent_is_a_handover(counted, parent, desk):
    walk_to(parent, "check")
    parent.press("school.send")
    assert len(desk.tickets) == 1
    assert counted.conversations() == [[HANDOVER, VISIT]]


def test_sending_twice_is_one_handover(counted, parent, desk):
    walk_to(parent, "check")
    parent.press("school.send")
    parent.press("school.send")
    assert counted.conversations() == [[HANDOVER, VISIT]]


@pytest.mark.parametrize("step", ["consent", "name", "way", "check"])
def test_a_request_that_was_stopped_is_none(counted, parent, step):
    walk_to(parent, step)
    parent.press("school.stop")
    parent.press("school.send")
    assert counted.conversations() == [[VISIT]]


def test_a_request_that_the_desk_did_not_take_is_none(counted, parent, desk):
    walk_to(parent, "check")
    desk.go_away()
    try:
        assert parent.press("school.send").cards == ["school_contact_failed"]
    finally:
        desk.come_back()
    assert counted.conversations() == [[VISIT]]
