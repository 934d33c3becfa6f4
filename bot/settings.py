"""The operator's settings: read once at start, from the environment or `.env`.

A setting that cannot be used stops the start and is named. `.env.example` explains
each one; a test keeps the two alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dotenv import dotenv_values
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from bot.desk_settings import DeskSettings, read_desk
from bot.errors import SettingError

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 5005
DEFAULT_DATABASE_URL: Final = "sqlite:///metrics.db"
DEFAULT_SESSION_MINUTES: Final = 30
DEFAULT_SPOOL: Final = "metrics-spool"
DEFAULT_SPOOL_MEGABYTES: Final = 64
DEFAULT_METRICS_MONTHS: Final = 13
# Enough that nobody guesses it, and no less than a browser's field takes.
INSIGHTS_TOKEN: Final = re.compile(r"[!-~]{16,256}")
FEWEST_SIGNS: Final = 8
# Telegram's own limit is 30.
DEFAULT_TELEGRAM_MESSAGES_A_SECOND: Final = 25
# How servers are told to run in several processes.
WORKERS: Final = ("SANIC_WORKERS", "WEB_CONCURRENCY")
TELEGRAM_TOKEN: Final = re.compile(r"\d+:[\w-]{10,}")
TELEGRAM_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
# The drivers that this project installs.
DATABASE_DRIVERS: Final = (
    "sqlite",
    "sqlite+pysqlite",
    "postgresql",
    "postgresql+psycopg2",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked.

    Attributes:
        host: the address to listen on.
        port: the TCP port to listen on.
        database_url: SQLAlchemy URL for the anonymised metrics; holds a password, so
            it is never printed.
        allowed_origins: web origins, other than our own, that may use the web chat.
        action_endpoint_url: an action server apart; None runs actions in the server.
            May hold a password too.
        session_minutes: how long a quiet conversation is held in memory.
        telegram_bot_token: from BotFather; None leaves Telegram out.
        telegram_webhook_url: where Telegram calls us; None asks Telegram instead.
        telegram_webhook_secret: what Telegram must say when it calls.
        telegram_api_base_url: another Bot API server; None is Telegram's own.
        telegram_messages_a_second: at most so many are sent in all.
        desk: the school's helpdesk; None leaves it out.
        metrics_spool: a folder where counts wait while the database is away; None
            chooses one, see `spool_folder`.
        metrics_spool_megabytes: its largest size.
        metrics_months: how long daily counters are kept.
        insights_token: opens the insights page; None leaves it out.
        prometheus_port: of 127.0.0.1, where Prometheus reads; None leaves it out.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    allowed_origins: tuple[str, ...] = ()
    action_endpoint_url: str | None = field(default=None, repr=False)
    session_minutes: int = DEFAULT_SESSION_MINUTES
    telegram_bot_token: str | None = field(default=None, repr=False)
    telegram_webhook_url: str | None = field(default=None, repr=False)
    telegram_webhook_secret: str | None = field(default=None, repr=False)
    telegram_api_base_url: str | None = field(default=None, repr=False)
    telegram_messages_a_second: int = DEFAULT_TELEGRAM_MESSAGES_A_SECOND
    desk: DeskSettings | None = None
    metrics_spool: Path | None = None
    metrics_spool_megabytes: int = DEFAULT_SPOOL_MEGABYTES
    metrics_months: int = DEFAULT_METRICS_MONTHS
    insights_token: str | None = field(default=None, repr=False)
    prometheus_port: int | None = None

    @property
    def spool_folder(self) -> Path | None:
        """Where counts wait: beside the database, if that is a file; None is memory."""
        if self.metrics_spool is not None:
            return self.metrics_spool
        if not self.database_url.startswith("sqlite"):
            return Path(DEFAULT_SPOOL)
        file = make_url(self.database_url).database
        if file in (None, "", ":memory:"):
            return None
        return Path(file).parent / DEFAULT_SPOOL


def read_settings(
    environment: Mapping[str, str] | None = None, file: Path = Path(".env")
) -> Settings:
    """The settings of this start; the environment wins over the file.

    Raises:
        SettingError: a setting cannot be used; its sentence names it.
    """
    given = {k: v for k, v in dotenv_values(file).items() if v is not None}
    given.update(os.environ if environment is None else environment)
    for name in WORKERS:
        # A second process would know nothing of the conversations of the first.
        _whole_number(given, name, 1, 1, 1)
    port = _whole_number(given, "PORT", DEFAULT_PORT, 1, 65_535)
    database_url = _database_url(given.get("DATABASE_URL") or DEFAULT_DATABASE_URL)
    return Settings(
        host=given.get("HOST") or DEFAULT_HOST,
        port=port,
        database_url=database_url,
        allowed_origins=_origins(given.get("ALLOWED_ORIGINS", "")),
        action_endpoint_url=_web_address(given, "ACTION_ENDPOINT_URL"),
        session_minutes=_whole_number(
            given, "SESSION_MINUTES", DEFAULT_SESSION_MINUTES, 1, 24 * 60
        ),
        telegram_bot_token=_telegram_token(given),
        telegram_webhook_url=_telegram_webhook(given),
        telegram_webhook_secret=_telegram_secret(given),
        telegram_api_base_url=_telegram_api(given),
        telegram_messages_a_second=_whole_number(
            given,
            "TELEGRAM_MESSAGES_A_SECOND",
            DEFAULT_TELEGRAM_MESSAGES_A_SECOND,
            1,
            10_000,
        ),
        desk=read_desk(given, _web_address(given, "HELPDESK_URL")),
        metrics_spool=Path(given["METRICS_SPOOL"])
        if given.get("METRICS_SPOOL")
        else None,
        metrics_spool_megabytes=_whole_number(
            given, "METRICS_SPOOL_MEGABYTES", DEFAULT_SPOOL_MEGABYTES, 1, 10_000
        ),
        metrics_months=_whole_number(
            given, "METRICS_MONTHS", DEFAULT_METRICS_MONTHS, 1, 120
        ),
        insights_token=_insights_token(given),
        prometheus_port=_prometheus_port(given, port),
    )


def _insights_token(given: Mapping[str, str]) -> str | None:
    token = given.get("INSIGHTS_TOKEN")
    is_plain = token and len(set(token)) < FEWEST_SIGNS
    if token and (is_plain or not INSIGHTS_TOKEN.fullmatch(token)):
        raise SettingError(
            "INSIGHTS_TOKEN must have 16 to 256 letters, digits and signs, no spaces, "
            f"and {FEWEST_SIGNS} different ones at least."
        )
    return token or None


def _prometheus_port(given: Mapping[str, str], port: int) -> int | None:
    """The port of the metrics, which must never be that of the public server."""
    if not given.get("PROMETHEUS_PORT"):
        return None
    own = _whole_number(given, "PROMETHEUS_PORT", 0, 1, 65_535)
    if own == port:
        raise SettingError("PROMETHEUS_PORT must not be the same as PORT.")
    return own


def _telegram_token(given: Mapping[str, str]) -> str | None:
    token = given.get("TELEGRAM_BOT_TOKEN")
    if token and not TELEGRAM_TOKEN.fullmatch(token):
        raise SettingError(
            "TELEGRAM_BOT_TOKEN must be digits, a colon and letters, as BotFather says."
        )
    return token or None


def _telegram_webhook(given: Mapping[str, str]) -> str | None:
    url = _web_address(given, "TELEGRAM_WEBHOOK_URL")
    if url and not url.startswith("https://"):
        raise SettingError("TELEGRAM_WEBHOOK_URL must be an https address.")
    return url


def _telegram_api(given: Mapping[str, str]) -> str | None:
    url = _web_address(given, "TELEGRAM_API_BASE_URL")
    if url and not url.endswith("/bot"):
        raise SettingError(
            "TELEGRAM_API_BASE_URL must end in /bot, such as http://127.0.0.1:8081/bot."
        )
    return url


def _telegram_secret(given: Mapping[str, str]) -> str | None:
    """The secret of the webhook, without which anybody could send us updates."""
    secret = given.get("TELEGRAM_WEBHOOK_SECRET")
    if given.get("TELEGRAM_WEBHOOK_URL") and not secret:
        raise SettingError(
            "TELEGRAM_WEBHOOK_SECRET must be set where TELEGRAM_WEBHOOK_URL is."
        )
    if secret and not TELEGRAM_SECRET.fullmatch(secret):
        raise SettingError(
            "TELEGRAM_WEBHOOK_SECRET must have 16 to 256 letters, digits, _ and -."
        )
    return secret or None


def _whole_number(
    given: Mapping[str, str], name: str, default: int, least: int, most: int
) -> int:
    text = given.get(name) or str(default)
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        wanted = f"a whole number from {least} to {most}" if most > least else least
        raise SettingError(f"{name} must be {wanted}.")
    return number


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise SettingError(
            "DATABASE_URL is not a database address, such as sqlite:///metrics.db or "
            "postgresql://user:password@host/name."
        ) from error
    if url.drivername not in DATABASE_DRIVERS:
        raise SettingError("DATABASE_URL must start with sqlite: or postgresql:.")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(
        part.strip().rstrip("/") for part in text.split(",") if part.strip()
    )
    for origin in origins:
        if not _is_web_address(origin) or urlsplit(origin).path:
            raise SettingError(
                "ALLOWED_ORIGINS must list web origins such as https://school.example, "
                "separated by commas."
            )
    return origins


def _web_address(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text and not _is_web_address(text):
        raise SettingError(f"{name} must be a web address that starts with http.")
    return text or None


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and parts.scheme in ("http", "https")
