"""Checks a request field by field against `api.json`, and reads its values.

Telegram itself ignores fields that it does not know and guesses at types; here both
are refused, so that a test sees them. Values are read as Telegram reads them: a form
field holds a string, and anything complex in it is JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.telegram.refusals import bad_request

API: Final = json.loads(Path(__file__).with_name("api.json").read_text("utf-8"))
METHODS: Final[dict[str, dict[str, Any]]] = API["methods"]
TYPES: Final[dict[str, dict[str, Any]]] = API["types"]
UNIONS: Final[dict[str, list[str]]] = API["unions"]
UPDATE_KINDS: Final[tuple[str, ...]] = tuple(API["updates"])

# The real server takes a method's name in any case.
CANONICAL: Final = {name.lower(): name for name in METHODS}

ARRAY: Final = "Array of "
ATTACHED: Final = "attach://"
SIMPLE: Final[dict[str, type | tuple[type, ...]]] = {
    "Integer": int,
    "Float": (int, float),
    "Boolean": bool,
    "String": str,
}
TRUE: Final = ("true", "1", "yes")
FALSE: Final = ("false", "0", "no")


@dataclass(frozen=True)
class Upload:
    """A file in a multipart request; what is in it does not matter here."""

    file_name: str
    size: int


def read_arguments(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The method's arguments as Python values.

    Raises:
        RefusedError: naming everything that is wrong with them.
    """
    expected = METHODS[method]
    problems = []
    arguments = {}
    for name, raw in given.items():
        if name in expected:
            value, found = _read(expected[name]["types"], raw, name)
            arguments[name] = value
            problems += found
        elif not isinstance(raw, Upload):
            problems.append(f'unknown field "{name}"')
    for name, field in expected.items():
        if field["required"] and name not in given:
            problems.append(f'"{name}" is missing')
    problems += _uploads_and_mentions(expected, given, arguments)
    if problems:
        raise bad_request(f"{method}: " + "; ".join(problems))
    return arguments


def _read(types: list[str], raw: Any, where: str) -> tuple[Any, list[str]]:
    """A top-level value, which may be a string that holds something else."""
    if isinstance(raw, Upload):
        fits = "InputFile" in types
        return raw, [] if fits else [f'"{where}" is not a file']
    if not isinstance(raw, str):
        return raw, problems_of(types, raw, where)
    if "Integer" in types and re.fullmatch(r"-?\d+", raw):
        return int(raw), []
    if "Float" in types and re.fullmatch(r"-?\d+(\.\d+)?", raw):
        return float(raw), []
    if "Boolean" in types and raw.lower() in TRUE + FALSE:
        return raw.lower() in TRUE, []
    if "String" in types:
        return raw, []
    try:
        value = json.loads(raw)
    except ValueError:
        return raw, [f'"{where}" is not {_named(types)}']
    return value, problems_of(types, value, where)


def problems_of(types: list[str], value: Any, where: str) -> list[str]:
    """What keeps the value from being of one of the types; empty if nothing does."""
    found: list[str] | None = None
    for kind in _leaves(types, value):
        problems = _problems_of_one(kind, value, where)
        if not problems:
            return []
        # The type that comes nearest says best what is wrong.
        if found is None or len(problems) < len(found):
            found = problems
    return found or [f'"{where}" is not {_named(types)}']


def _leaves(types: list[str], value: Any) -> Iterator[str]:
    """The types that the value could be, without unions and other siblings."""
    for kind in types:
        if kind in UNIONS:
            yield from _leaves(UNIONS[kind], value)
        elif not isinstance(value, dict) or all(
            value.get(name, field["value"]) == field["value"]
            for name, field in TYPES.get(kind, {}).items()
            if "value" in field
        ):
            yield kind


def _problems_of_one(kind: str, value: Any, where: str) -> list[str]:
    if kind in SIMPLE:
        fits = isinstance(value, SIMPLE[kind])
        if isinstance(value, bool) and kind != "Boolean":
            fits = False  # to Python a truth value is a number
        return [] if fits else [f'"{where}" is not {kind}']
    if kind == "InputFile":
        fits = isinstance(value, str)
        return [] if fits else [f'"{where}" is not a file']
    if kind.startswith(ARRAY):
        return _problems_of_array(kind.removeprefix(ARRAY), value, where)
    return _problems_of_object(kind, value, where)


def _problems_of_array(kind: str, value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f'"{where}" is not {ARRAY}{kind}']
    return [
        problem
        for place, item in enumerate(value)
        for problem in problems_of([kind], item, f"{where}[{place}]")
    ]


def _problems_of_object(kind: str, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f'"{where}" is not {kind}']
    expected = TYPES[kind]
    problems = [
        f'unknown field "{where}.{name}"' for name in value if name not in expected
    ]
    for name, field in expected.items():
        if name in value:
            problems += problems_of(field["types"], value[name], f"{where}.{name}")
        elif field["required"]:
            problems.append(f'"{where}.{name}" is missing')
    return problems


def _uploads_and_mentions(
    expected: Mapping[str, Any], given: Mapping[str, Any], arguments: Any
) -> list[str]:
    """Every file is a field or mentioned by one, and every mentioned file is there."""
    extra = {name for name, raw in given.items() if isinstance(raw, Upload)}
    extra -= set(expected)
    mentioned = set(_attached(arguments))
    return [f'nothing mentions the file "{name}"' for name in extra - mentioned] + [
        f'the file "{name}" is missing' for name in mentioned - extra
    ]


def _attached(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(ATTACHED):
        yield value.removeprefix(ATTACHED)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _attached(item)
    elif isinstance(value, list):
        for item in value:
            yield from _attached(item)


def _named(types: list[str]) -> str:
    return " or ".join(types)
