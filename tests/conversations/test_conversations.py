"""Conversations that read like chats, held with the real server and the real model.

Each `.yml` file beside this module is a list of conversations; one is one test:

    - conversation: what it shows
      chat:
        - you: what a person types        (or `press:` with the key of a button)
        - bot: the id of the card shown   (one line for each card, in order)
          urgency: of the whole answer
          danger_check: true or false, of the whole answer
          contacts: [ids that stand on this card, among others]
          without: [ids that do not stand on this card]
          buttons: [keys that stand under this card, among others]

`a or b` allows either card; `...` allows any further cards. Wording is never checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_file import read_yaml
from tests.live_server import Chat, Reply

HERE = Path(__file__).parent
# Conversations that the bot does not yet hold as written, with the reason. One that
# passes fails the run until it is taken off: the list can only shrink.
KNOWN_MISSES = dict(read_yaml(HERE / "_known_misses.yml") or {})
PERSON_LINES = {"you", "press"}
BOT_LINE = {
    "bot",
    "urgency",
    "danger_check",
    "contacts",
    "without",
    "buttons",
}
ANY_MORE = "..."

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Turn:
    """What a person does, and the lines that say what the bot must answer."""

    act: str
    words: str
    expected: list[dict[str, Any]]


def conversations() -> Iterator[Any]:
    """A test case for each conversation in the folder."""
    for path in sorted(HERE.glob("[!_]*.yml")):
        for entry in read_yaml(path):
            assert entry.keys() == {"conversation", "chat"}, (path.name, entry.keys())
            name = f"{path.stem}: {entry['conversation']}"
            known = KNOWN_MISSES.pop(name, None)
            marks = [pytest.mark.xfail(reason=known, strict=True)] if known else []
            yield pytest.param(turns_of(entry["chat"], name), id=name, marks=marks)


def turns_of(lines: list[dict[str, Any]], name: str) -> list[Turn]:
    """The turns of a chat, its lines checked."""
    turns: list[Turn] = []
    for line in lines:
        if line.keys() <= PERSON_LINES and len(line) == 1:
            ((act, words),) = line.items()
            turns.append(Turn(act, words, []))
        else:
            assert {"bot"} <= line.keys() <= BOT_LINE, (name, line)
            assert turns, (name, "a chat begins with a person")
            turns[-1].expected.append(line)
    assert all(turn.expected for turn in turns), name
    return turns


@pytest.mark.parametrize("turns", conversations())
def test_the_conversation_goes_as_written(turns: list[Turn], chat: Chat) -> None:
    """Holds the conversation and compares each answer with the lines below it."""
    told = []
    for turn in turns:
        reply = chat.say(turn.words) if turn.act == "you" else chat.press(turn.words)
        told.append(f"{turn.act}: {turn.words}\n{as_lines(reply)}")
        wrong = list(differences(turn.expected, reply))
        assert not wrong, "\n".join([*wrong, "", "The conversation so far:", *told])


def as_lines(reply: Reply) -> str:
    """An answer in the form of the files, for whoever reads a failure."""
    return "".join(
        f"  bot: {message['card']['id']}  ({reply.urgency}"
        f"{', danger check' if reply.danger_check else ''}) contacts "
        f"{[c['id'] for c in message['contacts']]} buttons "
        f"{[b['choice'] for b in message['buttons']]}\n"
        for message in reply.messages
    )


def differences(expected: list[dict[str, Any]], reply: Reply) -> Iterator[str]:
    """What of the answer is not as written."""
    wanted = [line["bot"] for line in expected]
    # Doubt goes upwards: whether anyone is in danger may always be asked first.
    if reply.cards[0] == "danger_check" and "danger_check" not in wanted[0]:
        reply = replace(reply, messages=reply.messages[1:])
    open_end = wanted[-1] == ANY_MORE
    if open_end:
        wanted = wanted[:-1]
    if len(reply.cards) < len(wanted) or (
        len(reply.cards) > len(wanted) and not open_end
    ):
        yield f"cards {reply.cards}, wanted {wanted}"
    for line, message in zip(expected, reply.messages, strict=False):
        yield from line_differences(line, message, reply)


def line_differences(
    line: dict[str, Any], message: dict[str, Any], reply: Reply
) -> Iterator[str]:
    """What of one message is not as its line says."""
    card = message["card"]["id"]
    contacts = {contact["id"] for contact in message["contacts"]}
    buttons = {button["choice"] for button in message["buttons"]}
    if line["bot"] != ANY_MORE and card not in line["bot"].split(" or "):
        yield f"card {card}, wanted {line['bot']}"
    if line.get("urgency", reply.urgency) != reply.urgency:
        yield f"urgency {reply.urgency}, wanted {line['urgency']}"
    if line.get("danger_check", reply.danger_check) != reply.danger_check:
        yield f"danger_check {reply.danger_check}, wanted {line['danger_check']}"
    if missing := set(line.get("contacts", ())) - contacts:
        yield f"{card} lacks the contacts {sorted(missing)}"
    if unwanted := set(line.get("without", ())) & contacts:
        yield f"{card} shows the contacts {sorted(unwanted)}"
    if missing := set(line.get("buttons", ())) - buttons:
        yield f"{card} lacks the buttons {sorted(missing)}"
