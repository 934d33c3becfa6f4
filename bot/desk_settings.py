"""The settings of the school's helpdesk, checked. Read by `bot.settings`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, get_args
from typing import Literal as _Literal

from bot.errors import SettingError
from bot.terms import NATIONS, Nation

DeskName = _Literal[
    "django-helpdesk",
    "zendesk",
    "zammad",
    "freshdesk",
    "jira",
    "freescout",
    "generic",
]
DESKS: Final[tuple[DeskName, ...]] = get_args(DeskName)
# Short ones can be guessed; the address of a webhook holds some of them.
SECRET: Final = re.compile(r"[!-~]{16,256}")
# What may stand in a header.
TOKEN: Final = re.compile(r"[ -~]*")
SECRET_IN_ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
# Who we are at the desk, beside the token.
WITH_USER: Final = frozenset({*DESKS} - {"generic"})
# Where a new ticket must be put somewhere.
WITH_QUEUE: Final = frozenset(
    {"django-helpdesk", "zammad", "freshdesk", "jira", "freescout"}
)
# What must be a number, and for whom.
NUMBERS: Final = {
    "HELPDESK_LEAD": frozenset({*DESKS} - {"jira", "generic"}),
    "HELPDESK_QUEUE": frozenset({"django-helpdesk", "freshdesk", "freescout"}),
    "HELPDESK_USER": frozenset({"freescout"}),
}
# Where the words and who wrote them stand in a generic desk's webhook.
DEFAULT_PATHS: Final = {
    "TICKET": "id",
    "TEXT": "text",
    "TITLE": "subject",
    "BY_STAFF": "by_staff",
    "CLOSED": "closed",
}
PATH: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """A desk, and how to talk with it.

    Attributes:
        name: which vendor's.
        url: where its API is.
        secret: what makes a webhook the desk's own; also makes the marks in our notes.
        user: who we are at the desk: a name, an e-mail address or a number.
        token: signs us in.
        lead: the desk's id of the DSL, who is given what is urgent; may be empty.
        queue: where tickets that a parent asks for are put.
        nation: where the school is, for the routes that differ.
        note_path: of a generic desk, where notes are posted; `{ticket}` is its id.
        paths: of a generic desk, where its webhook says what.
    """

    name: DeskName
    url: str
    secret: str = field(repr=False)
    user: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    lead: str = ""
    queue: str = ""
    nation: Nation | None = None
    note_path: str = ""
    paths: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_PATHS))


def read_desk(given: Mapping[str, str], url: str | None) -> DeskSettings | None:
    """The desk's settings, or None where no desk is named.

    Args:
        given: all settings.
        url: HELPDESK_URL, known to be a web address.

    Raises:
        SettingError: a setting is missing or cannot be used; its sentence names it.
    """
    name = given.get("HELPDESK_DESK")
    if not name:
        return None
    if name not in DESKS:
        raise SettingError(f"HELPDESK_DESK must be one of {', '.join(DESKS)}.")
    settings = DeskSettings(
        name=name,
        url=(url or "").rstrip("/"),
        secret=_secret(given, name),
        user=given.get("HELPDESK_USER", ""),
        token=given.get("HELPDESK_TOKEN", ""),
        lead=given.get("HELPDESK_LEAD", ""),
        queue=given.get("HELPDESK_QUEUE", ""),
        nation=_nation(given),
        note_path=given.get("HELPDESK_NOTE_PATH", ""),
        paths=_paths(given),
    )
    needed = {
        "HELPDESK_URL": settings.url,
        "HELPDESK_TOKEN": settings.token,
        "HELPDESK_USER": settings.user or name not in WITH_USER,
        "HELPDESK_QUEUE": settings.queue or name not in WITH_QUEUE,
        "HELPDESK_NOTE_PATH": settings.note_path or name != "generic",
    }
    for setting, value in needed.items():
        if not value:
            raise SettingError(f"{setting} must be set where HELPDESK_DESK is {name}.")
    if not TOKEN.fullmatch(settings.user + settings.token):
        raise SettingError(
            "HELPDESK_TOKEN and HELPDESK_USER must be one line of letters from a to z, "
            "digits and signs."
        )
    for setting, desks in NUMBERS.items():
        value = given.get(setting, "")
        if value and name in desks and not (value.isascii() and value.isdecimal()):
            raise SettingError(
                f"{setting} must be a number where HELPDESK_DESK is {name}."
            )
    return settings


def _secret(given: Mapping[str, str], desk: str) -> str:
    """Without a secret anybody could make the bot write notes."""
    secret = given.get("HELPDESK_SECRET", "")
    # django-helpdesk signs nothing, so its secret is the end of the address.
    wanted = SECRET_IN_ADDRESS if desk == "django-helpdesk" else SECRET
    if not wanted.fullmatch(secret):
        kinds = "_ and -" if wanted is SECRET_IN_ADDRESS else "signs, no spaces,"
        raise SettingError(
            f"HELPDESK_SECRET must have 16 to 256 letters from a to z, digits, {kinds} "
            "where HELPDESK_DESK is set."
        )
    return secret


def _nation(given: Mapping[str, str]) -> Nation | None:
    nation = given.get("HELPDESK_NATION")
    if nation and nation not in NATIONS:
        raise SettingError(f"HELPDESK_NATION must be one of {', '.join(NATIONS)}.")
    return nation or None


def _paths(given: Mapping[str, str]) -> dict[str, str]:
    paths = {}
    for what, default in DEFAULT_PATHS.items():
        name = f"HELPDESK_{what}_PATH"
        paths[what] = given.get(name) or default
        if not PATH.fullmatch(paths[what]):
            raise SettingError(f"{name} must be names joined by dots, such as a.b.c.")
    return paths
