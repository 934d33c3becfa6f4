"""Makes valid updates of every kind out of `api.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.telegram.checking import ARRAY, TYPES, UNIONS, UPDATE_KINDS

# Where "any string" or "any number" would not be valid: by type and field, or by field.
EXAMPLES: Final[dict[tuple[str, str] | str, Any]] = {
    ("Chat", "type"): "private",
    ("MessageEntity", "type"): "bold",
    ("Poll", "type"): "regular",
    ("Sticker", "type"): "regular",
    ("EncryptedPassportElement", "type"): "passport",
    ("UniqueGiftInfo", "origin"): "upgrade",
    ("User", "is_bot"): False,
    ("User", "first_name"): "Sam",
    "country_codes": ["GB"],
    "currency": "GBP",
    "emoji": "👍",
    "email": "sam@example.org",
    "latitude": 51.5,
    "longitude": -0.1,
    "phone_number": "+441632960000",  # of the range that Ofcom keeps for fiction
    "url": "https://example.org/",
    "text": "hello",
}


class Sampler:
    """Fills types with their required fields, recursively.

    Args:
        person: the id of every person and chat.
        date: every date.
    """

    def __init__(self, person: int, date: int) -> None:
        self.person = person
        self.date = date

    def of_types(self, types: list[str], name: str = "") -> Any:
        """A value of the first of the types; the field's name helps to choose it."""
        kind = types[0]
        if kind in UNIONS:
            return self.of_types(UNIONS[kind], name)
        if kind.startswith(ARRAY):
            return [self.of_types([kind.removeprefix(ARRAY)], name)]
        match kind:
            case "Integer":
                return self._integer(name)
            case "Float":
                return 1.5
            case "Boolean":
                return True
            case "String":
                return name or "text"
        return self.of_type(kind)

    def of_type(self, kind: str) -> dict[str, Any]:
        """An object with all that is required and nothing else."""
        return {
            name: self._field(kind, name, field)
            for name, field in TYPES[kind].items()
            if field["required"]
        }

    def of_field(self, kind: str, name: str) -> Any:
        """What this field of the type may hold."""
        return self._field(kind, name, TYPES[kind][name])

    def _field(self, kind: str, name: str, field: dict[str, Any]) -> Any:
        if "value" in field:
            return field["value"]
        if kind in ("User", "Chat") and name == "id":
            return self.person
        for key in ((kind, name), name):
            if key in EXAMPLES:
                return EXAMPLES[key]
        return self.of_types(field["types"], name)

    def _integer(self, name: str) -> int:
        if name == "date" or name.endswith("_date"):
            return self.date
        return self.person if name.endswith(("user_id", "chat_id")) else 1


def update_of_each_kind(person: int, date: int) -> Iterator[dict[str, Any]]:
    """One update for every kind, with what is required only and no id yet."""
    sampler = Sampler(person, date)
    for kind in UPDATE_KINDS:
        yield {kind: sampler.of_field("Update", kind)}


def message_of_each_kind(person: int, date: int) -> Iterator[dict[str, Any]]:
    """One private message for every optional field that a message may have."""
    sampler = Sampler(person, date)
    plain = sampler.of_type("Message") | {"from": sampler.of_type("User")}
    for name in TYPES["Message"]:
        if name not in plain:
            yield {"message": plain | {name: sampler.of_field("Message", name)}}
