"""Logs that tell an operator what happened and never what a person wrote.

Called first thing by every entry point. Rasa's debug logs hold message text, and its
structlog prints to standard output whatever the level says, so both are closed here.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any, Final

import structlog

OWN_LOGGERS: Final = ("bot", "actions")
EVENT_NAME: Final = re.compile(r"[a-z]+(?:\.[a-z_]+)+")
# What counts errors, if anything does: a process has one server.
_ERROR_COUNTERS: Final[list[Callable[[str], None]]] = []


class EventFormatter(logging.Formatter):
    """One line for an event: time, level, name and facts.

    A record of ours is an event name with key=value facts. Of any other library only
    the place in its code is shown, because its message could quote a person.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; of an exception only its type."""
        own = record.name.split(".")[0] in OWN_LOGGERS
        event = record.getMessage() if own else f"{record.name}:{record.lineno}"
        line = f"{self.formatTime(record)} {record.levelname.lower()} {event}"
        if record.exc_info and record.exc_info[0]:
            line += f" error={record.exc_info[0].__name__}"
        return line


def log_quietly(level: int = logging.INFO) -> None:
    """Sets up logging for a whole process; safe to call again."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # Deprecations inside Rasa are no news to an operator, and it turns them on again.
    logging.captureWarnings(True)
    # A record that cannot be shown would be printed with the words that it holds.
    logging.raiseExceptions = False
    logging.getLogger("py.warnings").setLevel(logging.CRITICAL)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[_drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


def count_errors(count: Callable[[str], None] | None) -> None:
    """From now on each error that is logged is counted by its name.

    Args:
        count: takes the name, from any thread, and neither raises nor waits. It takes
            the place of the one before; None counts nothing.
    """
    _ERROR_COUNTERS[:] = [count] if count else []


def log_event(logger: logging.Logger, level: int, name: str, **facts: object) -> None:
    """Logs an event by name with facts, never with what a person wrote.

    Args:
        logger: of the module where it happened.
        level: a level of the logging module.
        name: lower-case words joined by dots, such as `metrics.write.failed`.
        facts: counts, codes and names of our own.
    """
    assert EVENT_NAME.fullmatch(name), name
    words = " ".join(f"{key}={value}" for key, value in facts.items())
    logger.log(level, "%s", f"{name} {words}".rstrip())
    if level >= logging.ERROR:
        for count in _ERROR_COUNTERS:
            count(name)
