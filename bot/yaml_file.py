"""The one way this project reads YAML: no surprises.

`no` stays a word (YAML 1.1 reads it as false), dates stay text, and a key given
twice is an error. Everything that reads a content file calls `read_yaml`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from bot.errors import ContentError

# The C parser where PyYAML was built with it: ten times faster at start.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):
    """YAML 1.2's idea of true and false; everything else as PyYAML's safe loader."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping_without_repeats(loader: Any, node: Any) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.MarkedYAMLError(
                problem=f"the key '{key.value}' is given twice",
                problem_mark=key.start_mark,
            )
        seen.add(key.value)
    return dict(loader.construct_pairs(node, deep=True))


_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf")
)
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_repeats)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file as plain dictionaries, lists, strings and numbers.

    Raises:
        ContentError: the file cannot be read, or is not the YAML described above.
    """
    try:
        # A safe loader: see _Base.
        return yaml.load(path.read_text("utf-8"), Loader=_PlainLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(
            f"{path}:{line}: YAML_UNREADABLE: {error.problem}"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContentError(f"{path}:1: YAML_UNREADABLE: {error}") from error
