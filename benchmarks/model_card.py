"""`make card`: measures the open test set and writes the figures into the model card.

The tables stand between marks in docs/model-card.md: no figure is typed by hand. Groups
come from benchmarks/open_test_groups.jsonl, tagged by a further reader.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.evaluate import read_all, write_whole
from benchmarks.labelled_set import read_labelled
from benchmarks.scores import Pairs, report
from bot.privacy.quiet_logs import log_quietly

CARD: Final = Path("docs/model-card.md")
OPEN_TEST: Final = Path("tests/sentences/open_test.jsonl")
GROUPS: Final = Path("benchmarks/open_test_groups.jsonl")
REGISTERS: Final = (
    "standard English",
    "texting and slips",
    "dialect",
    "second language",
)
WRITERS: Final = ("an adult writes", "a young person writes", "school staff write")
# Name and the numbers of words from the first up to, not including, the second.
LENGTHS: Final = (
    ("up to 12 words", 0, 13),
    ("13 to 49 words", 13, 50),
    ("50 words and more", 50, sys.maxsize),
)

Tags = list[dict[str, Any]]


def open_test_table(figures: dict[str, Any]) -> str:
    """All figures of the set, and those of each signal."""
    lines = ["| figure | value |", "| --- | --- |"]
    for name, value in figures.items():
        if isinstance(value, dict) and "of" in value:
            share = f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
            lines.append(f"| `{name}` | {share}, {value['hits']} of {value['of']} |")
    lines.append(f"| `signals` macro F1 | {figures['signals_macro_f1']:.3f} |")
    lines += ["", "| signal | messages | precision | recall | F1 |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for name, signal in figures["signals"].items():
        rates = (signal["precision"]["value"], signal["recall"]["value"], signal["f1"])
        cells = " | ".join(f"{rate:.2f}" for rate in rates)
        lines.append(f"| `{name}` | {signal['n']} | {cells} |")
    return "\n".join(lines)


def groups_table(pairs: Pairs, tags: Tags) -> str:
    """How well each group of messages is read."""
    lines = [
        "| who and how | intent accepted | emergencies called so "
        "| ordinary messages called emergencies |",
        "| --- | --- | --- | --- |",
    ]
    for name, is_in in _groups():
        figures = report(
            [
                pair
                for pair, tag in zip(pairs, tags, strict=True)
                if is_in(tag, len(pair[0].text.split()))
            ]
        )
        cells = (
            _share(figures[key])
            for key in (
                "intent_accepted",
                "emergency_recall",
                "emergency_false_rate_ordinary",
            )
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _groups() -> Iterator[tuple[str, Callable[[dict[str, Any], int], bool]]]:
    for register in REGISTERS:
        yield register, lambda tag, words, name=register: tag["register"] == name
    for writer in WRITERS:
        yield writer, lambda tag, words, name=writer: tag["writer"] == name
    for length, first, end in LENGTHS:
        yield length, lambda tag, words, a=first, b=end: a <= words < b


def _share(rate: dict[str, Any]) -> str:
    if rate["value"] is None:
        return "-"
    low, high = round(100 * rate["low"]), round(100 * rate["high"])
    return f"{round(100 * rate['value'])}% ({low}% to {high}%) of {rate['of']}"


def with_table(text: str, name: str, table: str) -> str:
    """The text with what stands between a table's marks put anew."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    between = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    return between.sub(lambda _: f"{start}\n{table}\n{end}", text)


def main() -> int:
    """Measures and writes."""
    log_quietly()
    rows = read_labelled(OPEN_TEST)
    tags = [json.loads(line) for line in GROUPS.read_text("utf-8").splitlines()]
    pairs = list(zip(rows, asyncio.run(read_all(rows)), strict=True))
    text = with_table(
        CARD.read_text("utf-8"), "open test", open_test_table(report(pairs))
    )
    write_whole(CARD, with_table(text, "groups", groups_table(pairs, tags)))
    print(f"Written: {CARD}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
