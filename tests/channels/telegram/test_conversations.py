"""What people get on Telegram: the same cards, people and buttons as on the web."""

from __future__ import annotations

from html import unescape

import pytest

from bot.channels.telegram_words import TAG, parts_of
from tests.live_server import Chat

pytestmark = [pytest.mark.model, pytest.mark.service]

CONVERSATIONS = {
    "sextortion": [
        "someone on snapchat will send my sons photos round unless he pays",
        "should he pay?",
        {"press": "worry_sextortion.report"},
        {"press": "nation.scotland"},
    ],
    "an emergency": [
        "how long should he be on his xbox",
        "my daughter is stood on the railway bridge and she says she's going to jump",
        {"press": "human"},
    ],
    "a young person": [
        "im 14 and a man online wants me to send another pic or he tells my school",
        "will i get in trouble",
        {"press": "worry_sextortion.talk"},
    ],
}
NOT_WORDS = [
    *("photo", "voice", "video", "video_note", "document", "sticker", "animation"),
    *("audio", "location", "contact", "venue", "dice", "poll"),
]
# From the card of people to reach.
ENDS_HELP = "It cannot pass you on"
OPENINGS = 2  # what Telegram keeps, and the opening


def started(api, chat):
    """A person who has pressed Start."""
    person = api.user(chat)
    person.says("/start")
    person.wait_for(OPENINGS)
    return person


def settled(person):
    """What was sent, once all of it is: a chat's updates are answered in order."""
    person.says("/help")
    # Two cards, the second of which no other answer here has.
    messages = person.wait_for(lambda now: bool(now) and ENDS_HELP in now[-1].text)
    return messages[:-2]


def expected(reply):
    """What Telegram must show for an answer of the web chat: texts, and buttons."""
    parts = [part for message in reply.messages for part in parts_of(message)]
    texts = [unescape(TAG.sub("", part.html)) for part in parts]
    titles = [
        button.text
        for part in parts
        if part.keyboard
        for row in part.keyboard.inline_keyboard
        for button in row
    ]
    return texts, titles


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_same_as_on_the_web(talk, http, new_chat, name):
    person, web = started(talk, new_chat()), Chat(http)
    seen = OPENINGS
    for act in CONVERSATIONS[name]:
        if isinstance(act, dict):
            person.presses(act["press"])
            texts, titles = expected(web.press(act["press"]))
        else:
            person.says(act)
            texts, titles = expected(web.say(act))
        messages = person.wait_for(seen + len(texts))
        assert [message.text for message in messages[seen:]] == texts
        assert [t for message in messages[seen:] for t in message.titles] == titles
        seen = len(messages)


def test_start_says_first_what_it_is_and_what_is_kept(talk, new_chat):
    keeps, opening = started(talk, new_chat()).messages
    assert "Telegram keeps this chat" in keeps.text
    assert "This is a machine" in opening.text
    assert "999" in opening.text


def test_somebody_who_never_pressed_start_is_told_what_this_is(talk, new_chat):
    person = talk.user(new_chat())
    person.says("he wont come off his xbox")
    messages = person.wait_for(lambda there: len(there) > 1)
    assert "This is a machine" in messages[0].text
    person.says("its every night")
    later = person.wait_for(lambda there: len(there) > len(messages))
    assert not any("This is a machine" in m.text for m in later[len(messages) :])


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("/help", "Childline"),
        ("/nation", "England, Wales, Scotland or Northern Ireland"),
        ("/restart", ""),
        ("/HELP@a_test_bot", "Childline"),
    ],
)
def test_a_command_is_answered(talk, new_chat, command, wanted):
    person = started(talk, new_chat())
    person.says(command)
    messages = person.wait_for(OPENINGS + 1)
    person.wait_for(lambda there: any(wanted in m.text for m in there[OPENINGS:]))
    assert messages[OPENINGS].text


def test_an_unknown_command_is_words(talk, new_chat):
    person = started(talk, new_chat())
    person.says('/inform{"nation": "wales"}')
    person.wait_for(OPENINGS + 1)


def test_forget_deletes_the_conversation_and_says_what_may_be_left(talk, new_chat):
    person = started(talk, new_chat())
    person.says("should he pay?")
    person.wait_for(OPENINGS + 1)
    person.says("/forget")
    (last,) = person.wait_for(lambda there: len(there) == 1 and there[0])
    assert "has forgotten what you wrote" in last.text
    assert "Clear History" in last.text
    deleted = {
        number
        for request in talk.called("deleteMessages")
        for number in request.fields["message_ids"]
    }
    assert person._last.id in deleted


def test_forget_does_not_try_messages_that_are_too_old(talk, new_chat):
    person = started(talk, new_chat())
    talk.pass_time(49 * 3600)
    person.says("/forget")
    person.wait_for(lambda there: "has forgotten" in there[-1].text)
    talk.pass_time(-49 * 3600)


def test_words_after_a_command_are_answered(talk, new_chat):
    person = started(talk, new_chat())
    person.says("/help she has swallowed all my tablets")
    messages = person.wait_for(lambda there: "Call 999 now" in there[-1].text)
    assert any(ENDS_HELP in message.text for message in messages)


def test_an_album_is_refused_once(talk, new_chat):
    person = started(talk, new_chat())
    for _ in range(5):
        person.sends("photo", media_group_id="album")
    assert len(settled(person)) == OPENINGS + 1


def test_a_first_press_is_greeted_too(talk, new_chat):
    person = started(talk, new_chat())
    person.blocks()
    person.unblocks()
    person.presses("human")
    messages = person.wait_for(OPENINGS + 2)
    assert "This is a machine" in messages[OPENINGS].text


@pytest.mark.parametrize("kind", NOT_WORDS)
def test_what_is_not_words_is_never_downloaded(talk, new_chat, kind):
    person = started(talk, new_chat())
    person.sends(kind)
    *_, last = person.wait_for(OPENINGS + 1)
    assert "Please do not send pictures" in last.text
    assert "Report Remove" in last.text
    assert "999" in last.text
    assert talk.called("getFile") == []


def test_words_below_a_picture_are_answered(talk, new_chat):
    person = started(talk, new_chat())
    person.sends_photo("she has swallowed all my tablets")
    messages = person.wait_for(OPENINGS + 2)
    assert "999" in messages[OPENINGS].text.split("\n")[0]
    person.wait_for(lambda there: "do not send pictures" in there[-1].text)


def test_an_edited_message_is_answered_once_more(talk, new_chat):
    sent = []
    for edits in ([], ["goodbye"], ["goodbye", "good night"]):
        person = started(talk, new_chat())
        person.says("hello")
        for text in edits:
            person.edits(text)
        sent.append(len(settled(person)))
    never, once, twice = sent
    assert never < once == twice


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_a_group_is_told_once_and_then_nothing(talk, new_chat, kind):
    group = talk.user(-new_chat(), kind)
    for _ in range(3):
        group.says("hello everybody")
    group.wait_for(1)
    person = started(talk, new_chat())
    assert len(group.messages) == 1
    assert "private chat" in group.texts[0]
    assert person.messages


def test_somebody_who_blocks_the_bot_is_forgotten_in_silence(talk, new_chat):
    chat = new_chat()
    person = started(talk, chat)
    person.says("someone is threatening to share my sons pictures")
    settled(person)
    seen = len(person.messages)
    person.blocks()
    person.unblocks()
    person.says("he wont come off his xbox")
    messages = person.wait_for(seen + 2)
    assert "This is a machine" in messages[seen].text


def test_a_blocked_answer_disturbs_nobody(talk, new_chat):
    chat = new_chat()
    person = started(talk, chat)
    talk.block(chat)
    person.says("should he pay?")
    other = started(talk, new_chat())
    other.says("should he pay?")
    other.wait_for(OPENINGS + 1)


def test_previews_are_off_and_typing_is_shown(talk, new_chat):
    person = started(talk, new_chat())
    person.says("what are com networks")
    person.wait_for(OPENINGS + 1)
    sent = talk.called("sendMessage")[-1].fields
    assert sent["link_preview_options"]["is_disabled"] is True
    assert sent["parse_mode"] == "HTML"
    assert talk.called("sendChatAction")


def test_commands_are_registered(talk):
    (registered,) = talk.called("setMyCommands")
    names = [command["command"] for command in registered.fields["commands"]]
    assert names == ["start", "help", "nation", "restart", "forget"]


@pytest.mark.parametrize(
    "text",
    ["🙂🙂🙂", "a" * 4096, "<b>he</b> & she", "مرحبا", "/", "' OR 1=1; --"],
    ids=["emoji", "long", "markup", "right to left", "slash", "sql"],
)
def test_whatever_is_written_is_answered(talk, new_chat, text):
    person = started(talk, new_chat())
    person.says(text)
    person.wait_for(OPENINGS + 1)
