"""The operator's settings: a bad one stops the start and is named."""

import dataclasses
import re
from pathlib import Path

import pytest

from bot import desk_settings
from bot import settings as module
from bot.desk_settings import DEFAULT_PATHS, DESKS, WITH_QUEUE, WITH_USER, DeskSettings
from bot.errors import SettingError
from bot.settings import Settings, read_settings

NO_FILE = Path("there is no such file")
EXAMPLE = Path(".env.example")
COMPOSE = Path("compose.yaml")
SECRET = re.compile(r"token|secret|password|key|url")
DESK = {
    "HELPDESK_URL": "https://desk.school.example/helpdesk/",
    "HELPDESK_SECRET": "a_secret-of-20-letters",
    # FreeScout takes a number only, the others take one too.
    "HELPDESK_USER": "7",
    "HELPDESK_TOKEN": "a-token",
    "HELPDESK_QUEUE": "4",
    "HELPDESK_NOTE_PATH": "/tickets/{ticket}/notes",
}


def read(**environment):
    return read_settings(environment, NO_FILE)


def test_without_settings_the_bot_is_reached_from_this_machine_only():
    assert read() == Settings(host="127.0.0.1", port=5005)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "5005.5"),
        ("PORT", "0x10"),
        ("PROMETHEUS_PORT", "on"),
        ("PROMETHEUS_PORT", "0"),
        ("PROMETHEUS_PORT", "65536"),
        ("PROMETHEUS_PORT", "9464.0"),
        # That of the chat, which has it by default.
        ("PROMETHEUS_PORT", "5005"),
        ("SANIC_WORKERS", "2"),
        ("WEB_CONCURRENCY", "4"),
        ("SESSION_MINUTES", "0"),
        ("SESSION_MINUTES", "1441"),
        ("SESSION_MINUTES", "half an hour"),
        ("DATABASE_URL", "metrics"),
        ("DATABASE_URL", "://"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("DATABASE_URL", "postgres://user@host/name"),
        ("DATABASE_URL", "postgresql://user@host:port/name"),
        ("DATABASE_URL", "postgresql+asyncpg://user@host/name"),
        ("DATABASE_URL", "sqlite+aiosqlite:///metrics.db"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "school.example"),
        ("ALLOWED_ORIGINS", "ftp://school.example"),
        ("ALLOWED_ORIGINS", "https://"),
        ("ALLOWED_ORIGINS", "https://school.example/chat"),
        ("ALLOWED_ORIGINS", "https://[school"),
        ("ALLOWED_ORIGINS", "https://school.example:port"),
        ("ALLOWED_ORIGINS", "https://one.example, two.example"),
        ("ACTION_ENDPOINT_URL", "localhost:5055"),
        ("ACTION_ENDPOINT_URL", "ftp://localhost"),
        ("ACTION_ENDPOINT_URL", "http://"),
        ("ACTION_ENDPOINT_URL", "http://[localhost"),
        ("TELEGRAM_BOT_TOKEN", "my bot"),
        ("TELEGRAM_BOT_TOKEN", "123"),
        ("TELEGRAM_WEBHOOK_URL", "chat.example/telegram"),
        # Without a secret anybody could send updates.
        ("TELEGRAM_WEBHOOK_URL", "https://chat.example/webhooks/telegram"),
        ("TELEGRAM_WEBHOOK_SECRET", "too short"),
        ("TELEGRAM_WEBHOOK_SECRET", "spaces are not allowed"),
        ("TELEGRAM_WEBHOOK_URL", "http://chat.example/webhooks/telegram"),
        ("TELEGRAM_API_BASE_URL", "localhost:8081"),
        ("TELEGRAM_API_BASE_URL", "http://127.0.0.1:8081"),
        ("TELEGRAM_MESSAGES_A_SECOND", "0"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(name, value):
    with pytest.raises(SettingError, match=name):
        read(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELPDESK_DESK", "otherdesk"),
        ("HELPDESK_DESK", "Zendesk"),
        ("HELPDESK_URL", ""),
        ("HELPDESK_URL", "desk.school.example"),
        ("HELPDESK_URL", "ftp://desk.school.example"),
        ("HELPDESK_SECRET", ""),
        ("HELPDESK_SECRET", "too short"),
        ("HELPDESK_SECRET", "a space stands between"),
        ("HELPDESK_SECRET", "x" * 257),
        ("HELPDESK_TOKEN", ""),
        ("HELPDESK_NATION", "britain"),
        ("HELPDESK_TICKET_PATH", "a..b"),
        ("HELPDESK_TEXT_PATH", "$.text"),
        ("HELPDESK_TITLE_PATH", "the title"),
        ("HELPDESK_BY_STAFF_PATH", ".staff"),
        ("HELPDESK_CLOSED_PATH", "tickets[0].closed"),
    ],
)
@pytest.mark.parametrize("desk", DESKS)
def test_a_bad_value_of_a_desk_stops_the_start_and_is_named(desk, name, value):
    with pytest.raises(SettingError, match=name):
        read(**{**DESK, "HELPDESK_DESK": desk, name: value})


@pytest.mark.parametrize(
    ("name", "desks"),
    [
        ("HELPDESK_USER", WITH_USER),
        ("HELPDESK_QUEUE", WITH_QUEUE),
        ("HELPDESK_NOTE_PATH", {"generic"}),
    ],
)
@pytest.mark.parametrize("desk", DESKS)
def test_a_setting_must_be_given_where_the_desk_needs_it(desk, name, desks):
    given = {**DESK, "HELPDESK_DESK": desk, name: ""}
    if desk not in desks:
        assert read(**given).desk.name == desk
        return
    with pytest.raises(SettingError, match=rf"{name} .* {desk}"):
        read(**given)


@pytest.mark.parametrize(
    ("desk", "name"),
    [
        (desk, name)
        for name, desks in desk_settings.NUMBERS.items()
        for desk in sorted(desks)
    ],
)
def test_an_id_that_must_be_a_number_is_one(desk, name):
    with pytest.raises(SettingError, match=name):
        read(**{**DESK, "HELPDESK_DESK": desk, name: "the lead"})


def test_a_secret_that_becomes_part_of_an_address_has_plain_letters():
    given = {**DESK, "HELPDESK_SECRET": "signs/of?all&kinds=16"}
    assert read(**given, HELPDESK_DESK="zendesk").desk.secret == "signs/of?all&kinds=16"
    with pytest.raises(SettingError, match="HELPDESK_SECRET"):
        read(**given, HELPDESK_DESK="django-helpdesk")


@pytest.mark.parametrize("desk", [None, ""])
def test_without_a_desk_nothing_is_asked_of_its_settings(desk):
    given = {"HELPDESK_SECRET": "short", "HELPDESK_NATION": "britain"}
    assert (
        read(**given, **({} if desk is None else {"HELPDESK_DESK": desk})).desk is None
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "zzcanary://zzcanary:zzcanary@zzcanary/zzcanary"),
        ("DATABASE_URL", "zzcanary"),
        ("PORT", "zzcanary"),
        ("ALLOWED_ORIGINS", "zzcanary"),
        ("ACTION_ENDPOINT_URL", "zzcanary"),
        ("TELEGRAM_BOT_TOKEN", "zzcanary"),
        ("TELEGRAM_WEBHOOK_SECRET", "zzcanary"),
        ("HELPDESK_DESK", "zzcanary"),
        ("HELPDESK_URL", "zzcanary"),
    ],
)
def test_the_sentence_never_repeats_the_value(name, value):
    with pytest.raises(SettingError) as stopped:
        read(**{name: value})
    assert "zzcanary" not in stopped.value.sentence


@pytest.mark.parametrize(
    ("name", "value", "field", "read_as"),
    [
        ("PORT", "8080", "port", 8080),
        ("PORT", "", "port", 5005),
        ("PROMETHEUS_PORT", "9464", "prometheus_port", 9464),
        ("PROMETHEUS_PORT", "65535", "prometheus_port", 65535),
        ("PROMETHEUS_PORT", "", "prometheus_port", None),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("HOST", "", "host", "127.0.0.1"),
        ("SESSION_MINUTES", "5", "session_minutes", 5),
        ("DATABASE_URL", "", "database_url", "sqlite:///metrics.db"),
        (
            "DATABASE_URL",
            "postgresql+psycopg2://user:word@host:5432/name",
            "database_url",
            "postgresql+psycopg2://user:word@host:5432/name",
        ),
        ("ALLOWED_ORIGINS", "", "allowed_origins", ()),
        (
            "ALLOWED_ORIGINS",
            "https://one.example/ , http://localhost:8000,",
            "allowed_origins",
            ("https://one.example", "http://localhost:8000"),
        ),
        ("ACTION_ENDPOINT_URL", "", "action_endpoint_url", None),
        (
            "ACTION_ENDPOINT_URL",
            "http://actions:5055/webhook",
            "action_endpoint_url",
            "http://actions:5055/webhook",
        ),
    ],
)
def test_a_good_value_is_read(name, value, field, read_as):
    assert getattr(read(**{name: value}), field) == read_as


def test_the_metrics_never_share_the_port_of_the_chat():
    assert read(PORT="9464", PROMETHEUS_PORT="5005").prometheus_port == 5005
    with pytest.raises(SettingError, match="PROMETHEUS_PORT must not be the same"):
        read(PORT="9464", PROMETHEUS_PORT="9464")


def test_a_webhook_with_its_secret_is_read():
    settings = read(
        TELEGRAM_BOT_TOKEN="123456789:AAabcdefghij",
        TELEGRAM_WEBHOOK_URL="https://chat.example/webhooks/telegram",
        TELEGRAM_WEBHOOK_SECRET="a_secret-of-20-letters",
    )
    assert settings.telegram_webhook_url == "https://chat.example/webhooks/telegram"
    assert "AAabcdefghij" not in repr(settings)
    assert "a_secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELPDESK_SECRET", "zz canary"),
        ("HELPDESK_NATION", "zz canary"),
        ("HELPDESK_TEXT_PATH", "zz canary"),
    ],
)
def test_the_sentence_about_a_desk_never_repeats_the_value(name, value):
    with pytest.raises(SettingError) as stopped:
        read(**{**DESK, "HELPDESK_DESK": "generic", name: value})
    assert value not in stopped.value.sentence


def test_a_desk_is_read():
    settings = read(
        **DESK,
        HELPDESK_DESK="jira",
        HELPDESK_LEAD="712020:abc",
        HELPDESK_NATION="wales",
    )
    assert settings.desk == DeskSettings(
        name="jira",
        url="https://desk.school.example/helpdesk",
        secret="a_secret-of-20-letters",
        user="7",
        token="a-token",
        lead="712020:abc",
        queue="4",
        nation="wales",
        note_path="/tickets/{ticket}/notes",
    )
    for secret in ("a_secret", "bot@school", "a-token"):
        assert secret not in repr(settings)


def test_a_webhook_of_a_generic_desk_is_read_where_the_settings_say():
    given = {**DESK, "HELPDESK_DESK": "generic", "HELPDESK_TICKET_PATH": "a.b.number"}
    paths = read(**given).desk.paths
    assert paths == {**DEFAULT_PATHS, "TICKET": "a.b.number"}


def test_the_file_is_read(tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=6001\nHOST=0.0.0.0\nEMPTY\n")
    settings = read_settings({}, file)
    assert (settings.port, settings.host) == (6001, "0.0.0.0")


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=6001\n")
    assert read_settings({"PORT": "6002"}, file).port == 6002


def test_settings_cannot_be_changed_later():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().port = 1


@pytest.mark.parametrize(
    "field",
    [field for field in dataclasses.fields(Settings) if SECRET.search(field.name)],
    ids=lambda field: field.name,
)
def test_a_secret_is_never_printed(field):
    assert not field.repr


def test_the_password_of_the_database_is_never_printed():
    settings = read(DATABASE_URL="postgresql://user:zzcanary@host/name")
    assert "zzcanary" not in f"{settings} {settings!r}"


def names_in_code():
    """The settings that the code asks for: its capital-letter words in quotes."""
    own = re.findall(r'"([A-Z][A-Z0-9_]+)"', Path(module.__file__).read_text())
    of_desk = re.findall(
        r'"(HELPDESK_[A-Z_]+)"', Path(desk_settings.__file__).read_text()
    )
    paths = (f"HELPDESK_{what}_PATH" for what in DEFAULT_PATHS)
    # Those of other programs, which nobody is told to set.
    return {*own, *of_desk, *paths} - set(module.WORKERS)


def names_in_compose():
    """What `docker compose` fills in by itself."""
    words = COMPOSE.read_text("utf-8") if COMPOSE.exists() else ""
    return set(re.findall(r"\$\{([A-Z][A-Z0-9_]+)", words))


def names_in_example():
    """The settings that the example explains, given or commented out."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    found = (re.match(r"#? ?([A-Z][A-Z0-9_]+)=", line) for line in lines)
    return {match[1] for match in found if match}


def test_the_example_lists_exactly_the_settings_there_are():
    if not EXAMPLE.exists():
        pytest.skip("there is no .env.example yet")
    assert names_in_example() == names_in_code() | names_in_compose()
