"""A helpdesk's setting that is missing or wrong stops the start and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.desk_settings import DESKS, DeskSettings
from bot.errors import SettingError
from bot.settings import read_settings

NOWHERE = Path("/nonexistent/.env")
RIGHT = {
    "HELPDESK_URL": "https://desk.example",
    "HELPDESK_SECRET": "a-secret-for-tests-only",
    "HELPDESK_TOKEN": "the-token-for-tests",
    "HELPDESK_USER": "17",
    "HELPDESK_LEAD": "18",
    "HELPDESK_QUEUE": "19",
    "HELPDESK_NOTE_PATH": "/tickets/{ticket}/notes",
}
SECRETS = ("a-secret-for-tests-only", "the-token-for-tests")
NEEDED = {
    "HELPDESK_URL": DESKS,
    "HELPDESK_SECRET": DESKS,
    "HELPDESK_TOKEN": DESKS,
    "HELPDESK_USER": [name for name in DESKS if name != "generic"],
    "HELPDESK_QUEUE": ["django-helpdesk", "zammad", "freshdesk", "jira", "freescout"],
    "HELPDESK_NOTE_PATH": ["generic"],
}
WITHOUT = [(setting, desk) for setting, desks in NEEDED.items() for desk in desks]
WRONG = {
    "a desk that nobody makes": ("HELPDESK_DESK", "otrs"),
    "a desk in capitals": ("HELPDESK_DESK", "Zendesk"),
    "an address without http": ("HELPDESK_URL", "desk.example"),
    "an address of a file": ("HELPDESK_URL", "file:///etc/passwd"),
    "a secret that can be guessed": ("HELPDESK_SECRET", "short"),
    "a secret without end": ("HELPDESK_SECRET", "x" * 257),
    "a secret of spaces": ("HELPDESK_SECRET", " " * 20),
    "a nation that is none": ("HELPDESK_NATION", "cornwall"),
    "a path that is none": ("HELPDESK_TICKET_PATH", "ticket..id"),
    "a path with a star": ("HELPDESK_TEXT_PATH", "a.*.b"),
    # It is sent as a header, and headers are ASCII.
    "a token beyond ASCII": ("HELPDESK_TOKEN", "tokén–😟-for-tests"),
    "a token on two lines": ("HELPDESK_TOKEN", "the-token\nfor-tests"),
}
# The desks that know people, groups and queues by their numbers only.
NUMBERS = {
    "HELPDESK_LEAD": ["django-helpdesk", "zendesk", "zammad", "freshdesk", "freescout"],
    "HELPDESK_QUEUE": ["django-helpdesk", "freshdesk", "freescout"],
    "HELPDESK_USER": ["freescout"],
}
NOT_NUMBERS = [(setting, desk) for setting, desks in NUMBERS.items() for desk in desks]


def read(desk: str, **changed: str) -> DeskSettings | None:
    given = {"HELPDESK_DESK": desk, **RIGHT, **changed}
    return read_settings({k: v for k, v in given.items() if v}, NOWHERE).desk


@pytest.mark.parametrize("desk", DESKS)
def test_right_settings_are_read(desk):
    settings = read(desk, HELPDESK_URL="https://desk.example/", HELPDESK_NATION="wales")
    assert settings.name == desk
    assert settings.url == "https://desk.example"
    assert (settings.user, settings.lead, settings.queue) == ("17", "18", "19")
    assert settings.nation == "wales"


def test_without_a_desk_there_is_none():
    assert read("") is None
    assert read_settings({}, NOWHERE).desk is None


@pytest.mark.parametrize(("setting", "desk"), WITHOUT)
def test_a_missing_setting_is_named(setting, desk):
    with pytest.raises(SettingError, match=setting) as caught:
        read(desk, **{setting: ""})
    assert_secrets_not_in(caught.value.sentence)


@pytest.mark.parametrize(("setting", "value"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_named(setting, value):
    with pytest.raises(SettingError, match=setting) as caught:
        read("zammad", **{setting: value})
    assert_secrets_not_in(caught.value.sentence)
    if setting in ("HELPDESK_SECRET", "HELPDESK_TOKEN"):
        assert value not in caught.value.sentence


@pytest.mark.parametrize(("setting", "desk"), NOT_NUMBERS)
def test_what_must_be_a_number_is_one(setting, desk):
    """Found out at the start, and not at the first emergency."""
    with pytest.raises(SettingError, match=setting):
        read(desk, **{setting: "priya.shah@school.example"})


def test_a_secret_in_an_address_has_no_signs_of_addresses():
    for secret in ("a/secret/for/tests/only", "a?secret=for-tests", "a%20secret-for-x"):
        with pytest.raises(SettingError, match="HELPDESK_SECRET"):
            read("django-helpdesk", HELPDESK_SECRET=secret)
        assert read("zendesk", HELPDESK_SECRET=secret).secret == secret


@pytest.mark.parametrize("secret", ["a made-up webhook secret", "geheim-ü-geheim-ü"])
def test_who_is_refused_a_long_secret_is_told_why(secret):
    """It has 16 to 256 signs, which is all that the sentence asks for."""
    with pytest.raises(SettingError, match=r"ASCII|space"):
        read("jira", HELPDESK_SECRET=secret)


@pytest.mark.parametrize("desk", DESKS)
def test_secrets_are_never_shown(desk):
    given = {"HELPDESK_DESK": desk, **RIGHT}
    for shown in (read(desk), read_settings(given, NOWHERE)):
        assert_secrets_not_in(repr(shown))
        assert_secrets_not_in(f"{shown}")


def assert_secrets_not_in(said: str) -> None:
    for secret in SECRETS:
        assert secret not in said
