"""Promises 3, 8 and 9: the same answer each time, from a reviewed card, with a person
one step away; and what is not understood is said to be so.
"""

from __future__ import annotations

from datetime import date

import pytest

from bot.guidance.choices import Menu, load_titles
from bot.guidance.choose import Question, choose
from bot.guidance.render import as_text, render, text_of
from bot.terms import AUDIENCES, NATIONS
from tests.live_server import Chat, Server
from tests.promises.conftest import WORRY

pytestmark = pytest.mark.model

MESSAGES = (
    WORRY,
    "should he pay?",
    "hello",
    "my son has taken an overdose",
    "im 13 and someone wants pictures of me",
    "what did the NCA say about com networks",
    "we live in Aberdeen",
    "what's the weather like",
    "blarg wibble quonk",
    "asdf",
    "",
    "😭😭",
    "A" * 5_000,
    "she keeps saying there's no point any more",
    "talk to a person",
    "thanks",
)


@pytest.mark.parametrize("text", MESSAGES, ids=lambda text: text[:40] or "nothing")
def test_the_same_message_gets_the_same_answer(http, text: str) -> None:
    assert Chat(http).say(text) == Chat(http).say(text)


def test_a_whole_conversation_goes_the_same_way_twice(http) -> None:
    one, other = Chat(http), Chat(http)
    assert [one.say(text) for text in MESSAGES] == [other.say(t) for t in MESSAGES]


def test_the_terminal_says_what_the_web_says(terminal, chat: Chat) -> None:
    """Another process and another channel, the same words."""
    for message in chat.say(WORRY).messages:
        assert terminal.shows(as_text(message))


@pytest.mark.parametrize("text", MESSAGES, ids=lambda text: text[:40] or "nothing")
def test_nothing_is_said_but_reviewed_cards(chat: Chat, library, text: str) -> None:
    for message in [*chat.opening.messages, *chat.say(text).messages]:
        shown = message["card"]
        card = library.cards[shown["id"]]
        assert message["text"] == text_of(card)
        assert shown["title"] == card.title
        assert [source["name"] for source in shown["sources"]] == [
            library.sources[name].name for name in card.sources
        ]
        assert shown["sources"]
        assert date.fromisoformat(shown["reviewed_on"]) == card.reviewed_on


def test_nothing_is_said_of_a_contact_but_its_entry(http, library) -> None:
    """Every number and link comes from contacts.yml."""
    menu = Menu(library, load_titles())
    chat = Chat(http)
    for choice in list(menu._meanings)[::3]:
        for message in chat.press(choice).messages:
            for shown in message["contacts"]:
                contact = library.contacts[shown["id"]]
                assert (
                    shown["name"],
                    shown["phone"],
                    shown["url"],
                    shown["hours"],
                ) == (
                    contact.name,
                    contact.phone,
                    contact.url,
                    contact.hours,
                )


# Promise 8.


@pytest.mark.parametrize("text", MESSAGES, ids=lambda text: text[:40] or "nothing")
def test_a_person_is_one_step_away(chat: Chat, text: str) -> None:
    reply = chat.say(text)
    assert "human" in reply.buttons or reply.cards[-1].startswith("human_routes")


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("nation", [None, *NATIONS])
def test_people_can_be_reached_by_phone_text_and_chat(
    library, audience, nation
) -> None:
    """And somebody says what happens when you contact them."""
    menu = Menu(library, load_titles())
    question = Question("ask_human", audience=audience, nation=nation)
    answer = choose(question, library)
    (message,) = render(answer, audience, nation, library, menu)
    contacts = message["contacts"]
    assert any(contact["phone"] for contact in contacts)
    assert any(contact["text"] for contact in contacts) or audience == "school_staff"
    assert any(contact["url"] for contact in contacts)
    assert any(contact["what_happens"] for contact in contacts)


@pytest.mark.parametrize("nation", [None, *NATIONS])
def test_whoever_is_not_known_is_shown_childline_too(library, nation) -> None:
    """A child whose words were not understood has not said that they are a child."""
    menu = Menu(library, load_titles())
    question = Question("nlu_fallback", nation=nation, misses=1)
    (message,) = render(choose(question, library), "parent", nation, library, menu)
    assert "childline" in [contact["id"] for contact in message["contacts"]]


# Promise 9.


def not_understood(server: Server, agent, times: int) -> list:
    """The guidance of a number of messages in a row that the model could not read."""
    import asyncio

    from rasa.core.channels.channel import UserMessage

    from bot.channels.reception import _Collector

    async def talk() -> list:
        said = []
        for _ in range(times):
            collector = _Collector("webchat")
            read = {"intent": {"name": "nlu_fallback", "confidence": 0.1}}
            parsed = {**read, "entities": [], "urgency": "information"}
            message = UserMessage("...", collector, f"misses-{times}", parsed)
            await agent.handle_message(message)
            said.append(collector.guidance[-1]["message"])
        return said

    return asyncio.run(talk())


def test_a_first_miss_says_so_and_offers_choices(server, agent) -> None:
    (message,) = not_understood(server, agent, 1)
    assert message["card"]["id"] == "not_understood"
    choices = [button["choice"] for button in message["buttons"]]
    assert len([choice for choice in choices if choice.startswith("worry_")]) >= 5
    assert {"human", "emergency"} <= set(choices)


def test_a_second_miss_gives_the_human_routes(server, agent) -> None:
    first, second, third = not_understood(server, agent, 3)
    assert first["card"]["id"] == "not_understood"
    assert second["card"]["id"] == "human_routes"
    assert third["card"]["id"] == "human_routes"


def test_gibberish_is_not_understood(chat: Chat) -> None:
    """With the real model, that no fallback was forced upon."""
    assert chat.say("xqzv bnmr wplk").cards == ["not_understood"]
