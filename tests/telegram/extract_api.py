"""Makes `api.json` from a full description of the Bot API; run by hand.

    python tests/telegram/extract_api.py ../shared/telegram-bot-api.json

Names, types and what is required are kept, descriptions are not. Two things are read
out of descriptions because the checks need them: the one value that tells a type from
its siblings (`always "kicked"`), kept as `value`; and the version.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

API = Path(__file__).with_name("api.json")
# How the documentation writes that a field has one value only.
ONE_VALUE = re.compile(r'(?:always ["“](\w+)["”]|must be (\w+))\.?$')


def fields_of(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each field's types and whether it is required."""
    fields = {}
    for field in described.get("fields", []):
        kept = {"types": field["types"], "required": field["required"]}
        value = ONE_VALUE.search(field["description"])
        if value and field["types"] == ["String"]:
            kept["value"] = value[1] or value[2]
        fields[field["name"]] = kept
    return fields


def extract(described: dict[str, Any]) -> dict[str, Any]:
    """All methods and types, the unions of types and the kinds of update."""
    types = described["types"]
    update = fields_of(types["Update"])
    return {
        "version": described["version"],
        "updates": [name for name in update if not update[name]["required"]],
        "unions": {
            name: kind["subtypes"] for name, kind in types.items() if "subtypes" in kind
        },
        "types": {name: fields_of(kind) for name, kind in types.items()},
        "methods": {
            name: fields_of(method) for name, method in described["methods"].items()
        },
    }


def as_lines(extracted: dict[str, Any]) -> str:
    """Compact, but one type or method to a line, so that a change can be read."""

    def short(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = []
    for part, value in extracted.items():
        if isinstance(value, dict):
            rows = ",\n".join(
                f"{short(key)}:{short(row)}" for key, row in value.items()
            )
            parts.append(f"{short(part)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{short(part)}:{short(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    API.write_text(as_lines(extract(whole)), "utf-8")
