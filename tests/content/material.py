"""The content files as they are written, for the tests here."""

import re
from datetime import date

from bot.guidance.checks import card_text
from bot.guidance.load import CONTENT_FOLDER
from bot.yaml_file import read_yaml

CARDS = {
    path.stem: read_yaml(path)
    for path in sorted((CONTENT_FOLDER / "cards").glob("*.yml"))
}
CONTACTS = {c["id"]: c for c in read_yaml(CONTENT_FOLDER / "contacts.yml")["contacts"]}
SOURCES = {s["id"]: s for s in read_yaml(CONTENT_FOLDER / "sources.yml")["sources"]}
# No real clock: the day on which the youngest card was reviewed. `make content` uses
# today.
DAY = max(date.fromisoformat(card["reviewed_on"]) for card in CARDS.values())


def sentences(card):
    """What a person reads of a card, sentence by sentence, its title included."""
    text = f"{card['title']}. {card_text(card)}"
    return re.split(r"(?<=[.!?;:])[\"”']?\s+", text)
