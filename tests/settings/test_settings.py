"""The operator's settings: a bad one stops the start and is named."""

import dataclasses
import re
from pathlib import Path

import pytest

from bot import settings as module
from bot.errors import SettingError
from bot.settings import Settings, read_settings

NO_FILE = Path("there is no such file")
EXAMPLE = Path(".env.example")
COMPOSE = Path("compose.yaml")
SECRET = re.compile(r"token|secret|password|key|url")


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
        ("DATABASE_URL", "zzcanary://zzcanary:zzcanary@zzcanary/zzcanary"),
        ("DATABASE_URL", "zzcanary"),
        ("PORT", "zzcanary"),
        ("ALLOWED_ORIGINS", "zzcanary"),
        ("ACTION_ENDPOINT_URL", "zzcanary"),
        ("TELEGRAM_BOT_TOKEN", "zzcanary"),
        ("TELEGRAM_WEBHOOK_SECRET", "zzcanary"),
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


def test_a_webhook_with_its_secret_is_read():
    settings = read(
        TELEGRAM_BOT_TOKEN="123456789:AAabcdefghij",
        TELEGRAM_WEBHOOK_URL="https://chat.example/webhooks/telegram",
        TELEGRAM_WEBHOOK_SECRET="a_secret-of-20-letters",
    )
    assert settings.telegram_webhook_url == "https://chat.example/webhooks/telegram"
    assert "AAabcdefghij" not in repr(settings)
    assert "a_secret" not in repr(settings)


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
    return set(re.findall(r'"([A-Z][A-Z0-9_]+)"', Path(module.__file__).read_text()))


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
