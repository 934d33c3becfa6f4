"""`make chat`: a conversation in the terminal, with the same answers as everywhere."""

from __future__ import annotations

import asyncio
import secrets
import sys
import textwrap
from types import SimpleNamespace

import bot.quick_start  # noqa: F401  before anything imports Rasa
from bot.agent import load_agent
from bot.channels.acts import count_act
from bot.channels.reception import Reception, Reply
from bot.channels.school_requests import school_of
from bot.errors import BotError
from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library
from bot.guidance.render import as_text
from bot.privacy.quiet_logs import log_quietly
from bot.settings import read_settings

# A link must stay whole: a terminal makes it clickable.
WRAPPER = textwrap.TextWrapper(
    78, subsequent_indent="   ", break_on_hyphens=False, break_long_words=False
)
GOODBYE = ("/bye", "/quit", "/exit")


async def converse() -> None:
    """Asks and answers until the input ends.

    Raises:
        BotError: the bot cannot start.
    """
    settings = read_settings()
    print("Loading the model...")
    agent = load_agent(settings)
    library = load_library()
    app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))
    school = school_of(settings, library, "terminal")
    if school:
        school.begin(app)
    reception = Reception(
        "terminal",
        agent.handle_message,
        library,
        Menu(library, load_titles(), school is not None),
        school=school,
    )
    conversation = secrets.token_hex(16)
    count_act(app, conversation, "terminal", "visit")
    reply = reception.opening()
    show(reply)
    print("Type a message, or the number of a button. Ctrl-D ends the chat.")
    while (line := await asyncio.to_thread(_read_line)) is not None:
        if line.strip() in GOODBYE:
            break
        choices = [b["choice"] for m in reply.messages for b in m["buttons"]]
        number = int(line) - 1 if line.strip().isdigit() and len(line) < 3 else -1
        if 0 <= number < len(choices):
            reply = await reception.take_choice(conversation, choices[number])
        else:
            reply = await reception.take_text(conversation, line)
        show(reply)
    broker = agent.tracker_store.event_broker
    if broker:
        await broker.close()


def _read_line() -> str | None:
    try:
        return input("\nyou> ")
    except EOFError:
        return None


def show(reply: Reply) -> None:
    """Prints a reply with its buttons numbered."""
    number = 0
    for message in reply.messages:
        print()
        for line in as_text(message).splitlines():
            print(WRAPPER.fill(line))
        for button in message["buttons"]:
            number += 1
            print(f"   [{number}] {button['title']}")


def main() -> int:
    """Chats until the end of the input; 1 and a sentence if it cannot start."""
    log_quietly()
    try:
        asyncio.run(converse())
    except BotError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
