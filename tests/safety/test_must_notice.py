"""What must never be missed: each wording is answered as an emergency, 999 first."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.yaml_file import read_yaml
from tests.live_server import Chat

WORDINGS = [
    wording
    for wordings in read_yaml(Path(__file__).with_name("must_notice.yml")).values()
    for wording in wordings
]

pytestmark = pytest.mark.model


@pytest.mark.parametrize("wording", WORDINGS, ids=WORDINGS)
def test_it_is_an_emergency_and_999_comes_first(wording: str, chat: Chat) -> None:
    """In a new conversation, and whatever the top intent."""
    reply = chat.say(wording)
    assert reply.is_emergency_first, (reply.urgency, reply.danger_check, reply.cards)


def test_the_family_has_many_members() -> None:
    """A wording that fails must not be removed to make the tests pass."""
    assert len(set(WORDINGS)) >= 60
