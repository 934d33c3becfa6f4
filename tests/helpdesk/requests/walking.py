"""How a parent walks through "Ask my school to contact me", and what the desk holds."""

from __future__ import annotations

from html import unescape

from bot.channels.telegram_talk import HELP
from bot.guidance.load import Library
from tests.helpdesk.desks.server import DeskServer
from tests.live_server import Chat, Reply
from tests.telegram.users import User

# A worry with words that stand nowhere else.
WORRY = (
    "someone on snapchat called zorblatt is threatening to send my sons photos "
    "round quimperly school unless he pays"
)
STEPS = ("consent", "name", "way", "check")
NAME, WAY = "Philippa Quillfeather", "07700 900123"


def desk_settings(desk: DeskServer) -> dict[str, str]:
    """The operator's settings for this desk."""
    return {
        "HELPDESK_DESK": desk.name,
        "HELPDESK_URL": desk.base_url,
        "HELPDESK_SECRET": desk.secret,
        "HELPDESK_USER": desk.user,
        "HELPDESK_TOKEN": desk.token,
    }


def walk_to(chat: Chat, step: str, name: str = NAME, way: str = WAY) -> Reply:
    """Goes as far as this step; what the bot asks there."""
    reply = chat.press("school.ask")
    if step != "consent":
        reply = chat.press("school.yes")
    if step in ("way", "check"):
        reply = chat.say(name)
    if step == "check":
        reply = chat.say(way)
    assert reply.cards == [f"school_contact_{step}"], reply
    return reply


def ticket_words(desk: DeskServer) -> str:
    """The newest ticket as staff read it."""
    ticket = desk.tickets[-1]
    return unescape(f"{ticket.subject}\n{ticket.opening.text}")


def settle(person: User, library: Library) -> None:
    """Waits until all is answered on Telegram: what comes after it is, too."""
    asked = library.cards[HELP].says[:40]
    ends = library.cards["human_routes"].says[:40]

    def helped(messages):
        return sum(asked in message.text for message in messages)

    before = helped(person.messages)
    person.says("/help")
    person.wait_for(lambda now: helped(now) > before and ends in now[-1].text)
