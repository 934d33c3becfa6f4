"""When the button is there, and that its keys mean nothing where it cannot be."""

from __future__ import annotations

import pytest

from bot.handover.request import KEYS
from tests.channels.telegram.conftest import on_telegram
from tests.channels.telegram.test_conversations import started
from tests.helpdesk.requests.walking import WORRY, settle

pytestmark = [pytest.mark.model, pytest.mark.service]

EMERGENCY = "he has taken an overdose and is not waking up"
MAYBE_DANGER = "she said goodbye to everyone in a strange way"
CHILD = "im 14 and a man online wants me to send another pic or he tells my school"


def pressed_anyway(api, person, key):
    """Presses a button that nobody was shown."""
    api.inject(
        {
            "callback_query": {
                "id": f"{person.chat_id}{KEYS.index(key)}",
                "from": person.person,
                "message": person.messages[-1].as_api(),
                "chat_instance": str(person.chat_id),
                "data": key,
            }
        }
    )


@pytest.mark.parametrize("key", KEYS)
def test_without_a_desk_the_web_chat_refuses_the_keys(chat, key):
    answer = chat.send(choice=key)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "CHOICE_UNKNOWN"


def test_without_a_desk_the_web_chat_never_offers_it(chat):
    shown = [chat.opening, chat.say(WORRY), chat.press("human"), chat.say("thanks")]
    for reply in shown:
        assert not {*KEYS} & {*reply.buttons}


def test_without_a_desk_telegram_neither_offers_nor_takes_it(
    trained_model, tmp_path, new_chat, library
):
    with on_telegram(tmp_path) as (api, _):
        person = started(api, new_chat())
        person.says(WORRY)
        settle(person, library)
        person.presses("human")
        settle(person, library)
        for key in KEYS:
            before = person.messages[-1].id
            pressed_anyway(api, person, key)
            settle(person, library)
            answer = " ".join(m.text for m in person.messages if m.id > before)
            assert library.cards["opening"].says[:30] in answer
        data = {b.data for m in person.messages for row in m.buttons for b in row}
        assert not {*KEYS} & data


def test_a_parent_with_a_worry_is_offered_it(parent):
    assert "school.ask" not in parent.opening.buttons
    assert "school.ask" in parent.say(WORRY).buttons


def test_it_is_offered_beside_the_people_to_talk_to(parent):
    reply = parent.press("human")
    assert reply.cards == ["human_routes"]
    assert "school.ask" in reply.buttons


def test_it_is_offered_once_in_an_answer(parent):
    assert parent.say(WORRY).buttons.count("school.ask") == 1


@pytest.mark.parametrize("said", [EMERGENCY, MAYBE_DANGER])
def test_it_is_not_offered_in_danger(parent, said):
    parent.say(WORRY)
    reply = parent.say(said)
    assert reply.urgency == "emergency" or reply.danger_check
    assert "school.ask" not in reply.buttons


@pytest.mark.parametrize("act", ["says", "presses"])
def test_a_young_person_is_not_offered_it(parent, act):
    if act == "says":
        replies = [parent.say(CHILD)]
    else:
        replies = [parent.press("audience.young_person"), parent.say(WORRY)]
    replies += [parent.press("human"), parent.say("will i get in trouble")]
    for reply in replies:
        assert "school.ask" not in reply.buttons


def test_school_staff_are_not_offered_it(parent):
    replies = [parent.press("audience.school_staff"), parent.say(WORRY)]
    for reply in [*replies, parent.press("human")]:
        assert "school.ask" not in reply.buttons
