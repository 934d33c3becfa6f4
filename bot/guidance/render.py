"""Turns an answer into messages: one structure that every channel shows in its way.

The structure is the web chat's contract (docs/tasks/connect-a-client.md); `as_text`
is the same content for channels that only have plain text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from bot.guidance.card import Card, Contact
from bot.guidance.choices import DANGER_NOW, NOBODY_IN_DANGER, Choice, Menu
from bot.guidance.choose import ASK_NATION, DANGER_CHECK, Answer
from bot.guidance.load import Library
from bot.terms import NATIONS, Audience, Nation

MOST_CONTACTS = 5
# Cards that ask something, and the buttons that answer it.
OWN_BUTTONS: Mapping[str, tuple[str, ...]] = {
    DANGER_CHECK: (DANGER_NOW, NOBODY_IN_DANGER),
    ASK_NATION: tuple(f"nation.{nation}" for nation in NATIONS),
}
NATION_NAMES: Mapping[Nation, str] = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern_ireland": "Northern Ireland",
}


class Button(TypedDict):
    """A quick reply: what stands on it, and the key to send back."""

    title: str
    choice: str


class ShownContact(TypedDict):
    """A contact as a person sees it. Missing routes are None."""

    id: str
    name: str
    for_what: str
    what_happens: str | None
    phone: str | None
    phone_note: str | None
    text: str | None
    text_note: str | None
    email: str | None
    url: str | None
    hours: str | None
    where: str | None


class ShownSource(TypedDict):
    """The body a card relies on, and its page."""

    name: str
    url: str | None


class ShownCard(TypedDict):
    """Which reviewed card was shown, on what it rests and when it was reviewed."""

    id: str
    title: str
    sources: list[ShownSource]
    reviewed_on: str


class Message(TypedDict):
    """One message to a person."""

    text: str
    buttons: list[Button]
    contacts: list[ShownContact]
    card: ShownCard | None


def render(
    answer: Answer,
    audience: Audience,
    nation: Nation | None,
    library: Library,
    menu: Menu,
) -> list[Message]:
    """The messages of an answer, in order.

    The danger check and the question for the nation have buttons of their own; what to
    do next stands under the last of the others.
    """
    messages = []
    already_shown: set[str] = set()
    for card in answer.cards:
        contacts = [
            contact
            for contact in contacts_for(card, audience, nation, library)
            if contact.id not in already_shown
        ]
        already_shown |= {contact.id for contact in contacts}
        message = message_of(card, contacts, library)
        message["buttons"] = buttons(
            menu.titled(OWN_BUTTONS.get(card.id, ()), audience)
        )
        messages.append(message)
    last = max(
        (
            place
            for place, card in enumerate(answer.cards)
            if card.id not in OWN_BUTTONS
        ),
        default=len(messages) - 1,
    )
    if messages:
        messages[last]["buttons"] += buttons(menu.offer(answer, audience))
    return messages


def message_of(card: Card, contacts: Iterable[Contact], library: Library) -> Message:
    """One card as a message without buttons."""
    return Message(
        text=text_of(card),
        buttons=[],
        contacts=[_shown(contact) for contact in contacts],
        card=ShownCard(
            id=card.id,
            title=card.title,
            sources=[
                ShownSource(name=source.name, url=source.url)
                for source in (library.sources[name] for name in card.sources)
            ],
            reviewed_on=card.reviewed_on.isoformat(),
        ),
    )


def text_of(card: Card) -> str:
    """The words of a card: the opening, then each step on its own line."""
    numbered = card.part in ("now", "emergency", "report")
    steps = [
        f"{number}. {step}" if numbered else f"• {step}"
        for number, step in enumerate(card.next_steps, 1)
    ]
    return "\n".join([card.says, *steps])


def contacts_for(
    card: Card, audience: Audience | None, nation: Nation | None, library: Library
) -> list[Contact]:
    """The card's contacts for this person, most useful first.

    Where the audience is not known, contacts for anyone are shown. Where the nation is
    not known, routes that exist everywhere are shown; a card whose routes all differ
    shows them all, each with its nations.
    """
    fitting = [
        contact
        for contact in (library.contacts[name] for name in card.contacts)
        if audience is None or audience in contact.audiences
    ]
    if nation:
        here = [contact for contact in fitting if nation in contact.nations]
        # A nation's own route comes instead of the general one with its number.
        own = {contact.phone for contact in here if contact.nations != NATIONS}
        return [
            contact
            for contact in here
            if contact.nations != NATIONS
            or contact.phone is None
            or contact.phone not in own
        ][:MOST_CONTACTS]
    everywhere = [contact for contact in fitting if contact.nations == NATIONS]
    return (everywhere or fitting)[:MOST_CONTACTS]


def _shown(contact: Contact) -> ShownContact:
    text = contact.text
    if text and contact.text_message:
        text = f"{contact.text_message} to {contact.text}"
    local = "; ".join(f"{area} {phone}" for area, phone in contact.local_numbers)
    where = " ".join(filter(None, [contact.how_to_find, local]))
    if contact.nations != NATIONS:
        names = ", ".join(NATION_NAMES[nation] for nation in contact.nations)
        where = f"{names}. {where}".strip()
    return ShownContact(
        id=contact.id,
        name=contact.name,
        for_what=contact.for_what,
        what_happens=contact.what_happens,
        phone=contact.phone,
        phone_note=contact.phone_note,
        text=text,
        text_note=contact.text_note,
        email=contact.email,
        url=contact.url,
        hours=contact.hours,
        where=where or None,
    )


def buttons(choices: Iterable[Choice]) -> list[Button]:
    """Choices as a channel sends them."""
    return [Button(title=choice.title, choice=choice.key) for choice in choices]


def as_text(message: Message) -> str:
    """A whole message as plain text, for the terminal and other text-only channels."""
    lines = [message["text"]]
    lines += [_contact_line(contact) for contact in message["contacts"]]
    card = message["card"]
    if card and any(source["url"] for source in card["sources"]):
        names = "; ".join(source["name"] for source in card["sources"])
        lines.append(f"Source: {names}. Reviewed {card['reviewed_on']}.")
    return "\n".join(lines)


def _contact_line(contact: ShownContact) -> str:
    phone = " ".join(filter(None, [contact["phone"], contact["phone_note"]]))
    routes = [
        f"call {phone}" if phone else "",
        f"text {contact['text']}" if contact["text"] else "",
        contact["text_note"] or "",
        f"e-mail {contact['email']}" if contact["email"] else "",
        contact["url"] or "",
        contact["where"] or "",
    ]
    hours = f" ({contact['hours']})" if contact["hours"] else ""
    return f"→ {contact['name']}: " + ", ".join(filter(None, routes)) + hours
