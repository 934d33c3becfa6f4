"""After the conversations nothing of a person is left: no id, no name, no word."""

from __future__ import annotations

import pytest

from tests.channels.telegram.conftest import on_telegram
from tests.channels.telegram.test_conversations import settled, started

pytestmark = [pytest.mark.model, pytest.mark.service]

NAME, ACCOUNT = "Zebedia", "zebedia_quillfeather"
SAID = "my son Quentilian is being blackmailed, ring me on 07700 900123"


@pytest.mark.parametrize("by", ["asking", "being called"])
def test_nothing_of_a_person_is_left(trained_model, tmp_path, new_chat, by):
    chat = new_chat()
    with on_telegram(tmp_path, by) as (api, _):
        person = api.user(chat, first_name=NAME, username=ACCOUNT)
        started(api, chat)
        person.says(SAID)
        person.sends_photo(SAID)
        person.edits(SAID + ".")
        person.presses("human")
        settled(person)
        api.block(chat)
        person.says(SAID)
        person.blocks()
        assert started(api, new_chat()).messages
    left = b"".join(
        file.read_bytes() for file in sorted(tmp_path.rglob("*")) if file.is_file()
    )
    assert b"telegram" in left  # the channel is counted
    for trace in (str(chat), NAME, ACCOUNT, "Quentilian", "07700", api.token):
        assert trace.encode() not in left
