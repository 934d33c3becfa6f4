"""Logs say what happened, never what a person wrote."""

import ast
import logging
import warnings
from pathlib import Path

import pytest
import structlog

from bot.privacy.quiet_logs import OWN_LOGGERS, count_errors, log_event, log_quietly

CANARY = "zzcanary says that her name is zzcanary"
# Rasa logs messages under these, and other libraries could.
LIBRARIES = [
    "root",
    "rasa",
    "rasa.core.processor",
    "rasa.core.agent",
    "rasa.core.actions.action",
    "rasa.core.lock_store",
    "rasa_sdk.executor",
    "sanic.root",
    "sanic.error",
    "sanic.access",
    "asyncio",
    "sqlalchemy.engine",
    "urllib3",
    "httpx",
    "telegram",
]
LEVELS = [
    logging.DEBUG,
    logging.INFO,
    logging.WARNING,
    logging.ERROR,
    logging.CRITICAL,
]


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """Afterwards; each test sets it up as an entry point does."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level


def logger_called(name):
    return logging.getLogger(None if name == "root" else name)


@pytest.mark.parametrize("level", LEVELS, ids=logging.getLevelName)
@pytest.mark.parametrize("library", LIBRARIES)
def test_what_a_library_logs_is_not_shown(capfd, library, level):
    log_quietly()
    logger_called(library).log(level, "Received %s", CANARY)
    shown = capfd.readouterr()
    assert "zzcanary" not in shown.out + shown.err


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_in_trouble_is_noticed(capfd, library):
    log_quietly()
    logger_called(library).error("Could not parse %s", CANARY)
    assert f"error {library}:" in capfd.readouterr().err


@pytest.mark.parametrize("library", ["rasa.core.processor", "bot.channels.reception"])
def test_of_an_exception_only_its_type_is_shown(capfd, library):
    log_quietly()
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger(library).exception("turn.failed")
    shown = capfd.readouterr()
    assert "zzcanary" not in shown.out + shown.err
    assert "error=ValueError" in shown.err


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical"])
def test_what_structlog_prints_is_not_shown(capfd, level):
    log_quietly()
    getattr(structlog.get_logger(), level)("parsed", parse_data_text=CANARY)
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


def test_a_logger_made_before_is_quiet_too(capfd):
    structlog.reset_defaults()
    made_before = structlog.get_logger()
    log_quietly()
    made_before.warning("parsed", parse_data_text=CANARY)
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


def test_a_warning_is_not_shown(capfd):
    log_quietly()
    warnings.warn(CANARY, stacklevel=1)
    shown = capfd.readouterr()
    assert "zzcanary" not in shown.out + shown.err


def test_our_own_events_are_shown(capfd):
    log_quietly()
    logger = logging.getLogger("bot.channels.reception")
    log_event(logger, logging.ERROR, "reception.turn.failed", error="KeyError")
    assert "error reception.turn.failed error=KeyError" in capfd.readouterr().err


def test_a_record_that_cannot_be_shown_is_not_shown(capfd, monkeypatch):
    log_quietly()
    (handler,) = logging.getLogger().handlers[:1]
    monkeypatch.setattr(handler, "format", lambda record: 1 / 0)
    logging.getLogger("bot").error("%s", CANARY)
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


def test_setting_up_twice_shows_an_event_once(capfd):
    log_quietly()
    log_quietly()
    log_event(logging.getLogger("bot"), logging.ERROR, "a.thing.failed")
    assert capfd.readouterr().err.count("a.thing.failed") == 1


@pytest.mark.parametrize(
    "name", ["Received hello", "failed", "a.b c", "", "A.b", "reception.9", CANARY]
)
def test_an_event_has_a_name_and_not_a_sentence(name):
    with pytest.raises(AssertionError):
        log_event(logging.getLogger("bot"), logging.INFO, name)


def test_errors_are_counted_by_name_and_nothing_else_is():
    counted, before = [], []
    logger = logging.getLogger("bot")
    count_errors(before.append)
    count_errors(counted.append)
    try:
        for level in LEVELS:
            log_event(logger, level, "a.thing.failed", error="KeyError")
    finally:
        count_errors(None)
    log_event(logger, logging.ERROR, "a.thing.failed")
    assert counted == ["a.thing.failed"] * 2
    assert before == []


@pytest.mark.parametrize("package", OWN_LOGGERS)
def test_our_code_logs_events_only(package):
    """Calls such as `logger.info(text)` would be shown as they are."""
    direct = [
        f"{path}:{call.lineno}"
        for path in Path(package).rglob("*.py")
        if path.name != "quiet_logs.py"
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("logger", "logging", "structlogger")
        and call.func.attr not in ("getLogger", "Formatter", "StreamHandler")
    ]
    assert direct == []
