"""Nothing that a person types is a command to Rasa."""

import pytest
from rasa.shared.core.training_data.story_reader.yaml_story_reader import (
    YAMLStoryReader,
)
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.channels.reception import ChoiceUnknownError, Reception
from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library


@pytest.fixture(scope="module")
def library():
    return load_library()


@pytest.fixture
def handed_on():
    """The messages that reach Rasa."""
    return []


@pytest.fixture
def reception(library, handed_on):
    async def take(message):
        handed_on.append(message)

    return Reception("webchat", take, library, Menu(library, load_titles()))


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "//restart",
        " /restart",
        "/ /restart",
        "\n/restart",
        "/\n/restart",
        "/\t/restart",
        "/\u2028/restart",
        "\u00a0/restart",
        "/\u00a0/restart",
        "/\u3000/restart",
        "\u200b/restart",
        "/\u200b/restart",
        "\x00/restart",
        "／restart",
        '/inform_nation{"nation": "wales"}',
        "/\x1f/restart",
        "/\x85/restart",
        "/\r\n \x0b\x0c/restart",
    ],
    ids=ascii,
)
async def test_a_typed_command_is_only_words(reception, handed_on, typed):
    await reception.take_text("conversation", typed)
    (message,) = handed_on
    # Rasa's own reader decides what is a command.
    read = YAMLStoryReader.unpack_regex_message(Message({TEXT: message.text}))
    assert read.get(INTENT) is None
    assert message.parse_data is None


@pytest.mark.parametrize(
    "typed",
    ["", " ", "/", "//", "\n", "\u200b", "...", "??", "🙂", "a" * 4001],
    ids=lambda typed: ascii(typed)[:12],
)
async def test_what_cannot_be_read_never_reaches_rasa(reception, handed_on, typed):
    reply = await reception.take_text("conversation", typed)
    assert reply.messages[0]["card"]["id"] == "message_unreadable"
    assert handed_on == []


@pytest.mark.parametrize("key", ["/restart", "nation.france", "restart ", ""])
async def test_a_button_that_does_not_exist_is_refused(reception, handed_on, key):
    with pytest.raises(ChoiceUnknownError):
        await reception.take_choice("conversation", key)
    assert handed_on == []
