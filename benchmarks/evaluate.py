"""`make evaluate SET=file.jsonl [OUT=folder]`: scores the trained model on any set.

Prints a table; with a folder, also writes `report.json` and `report.html` there.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.labelled_set import Labelled, read_labelled
from benchmarks.scores import report
from bot.errors import BotError
from bot.nlu import fine_tuned
from bot.privacy.quiet_logs import log_quietly
from bot.train import MODEL, fingerprint

BAR_WIDTH = 40


async def read_all(rows: Sequence[Labelled]) -> list[dict[str, Any]]:
    """What the trained model makes of each message, with a progress bar."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(MODEL))
    readings = []
    for number, row in enumerate(rows, 1):
        readings.append(await agent.parse_message(row.text))
        if sys.stderr.isatty() and (number % 10 == 0 or number == len(rows)):
            done = BAR_WIDTH * number // len(rows)
            bar = "#" * done + "." * (BAR_WIDTH - done)
            print(f"\r{bar} {number}/{len(rows)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return readings


def table(figures: dict[str, Any]) -> str:
    """The figures as lines for the screen."""
    lines = [f"{figures['n']} messages"]
    for name, value in figures.items():
        if isinstance(value, dict) and "of" in value:
            lines.append(f"{name:<32} {_shown(value)}")
    macro = figures["signals_macro_f1"]
    lines.append(f"{'signals_macro_f1':<32} {'-' if macro is None else f'{macro:.3f}'}")
    lines.append(
        f"{'signal':<24}{'n':>5}{'precision':>11}{'recall':>9}{'f1':>7}{'auc':>7}"
    )
    for name, signal in figures["signals"].items():
        cells = [signal["precision"]["value"], signal["recall"]["value"]]
        cells += [signal["f1"], signal["auc"]]
        text = ["-" if cell is None else f"{cell:.2f}" for cell in cells]
        lines.append(
            f"{name:<24}{signal['n']:>5}{text[0]:>11}{text[1]:>9}{text[2]:>7}{text[3]:>7}"
        )
    return "\n".join(lines)


def _shown(value: dict[str, Any]) -> str:
    if value["value"] is None:
        return "-"
    interval = f"{value['low']:.3f} to {value['high']:.3f}"
    return f"{value['value']:.3f}  ({interval}; {value['hits']} of {value['of']})"


def write_whole(path: Path, text: str) -> None:
    """Writes a file at once: whoever looks finds the old one or the new one."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, "utf-8")
    os.replace(unfinished, path)


def main(arguments: Sequence[str]) -> int:
    """Scores a set; 1 and a sentence if it cannot."""
    log_quietly()
    if not arguments:
        print("Name a set: make evaluate SET=tests/sentences/development.jsonl")
        return 1
    try:
        rows = read_labelled(Path(arguments[0]))
    except BotError as error:
        print(f"{error.code}:\n{error.sentence}", file=sys.stderr)
        return 1
    readings = asyncio.run(read_all(rows))
    pairs = list(zip(rows, readings, strict=True))
    figures = report(pairs)
    print(table(figures))
    if len(arguments) > 1:
        from benchmarks.report_page import page

        version = {
            "Model": fingerprint()[:12],
            "Encoder": str(fine_tuned.manifest()["sha256"])[:12],
        }
        folder = Path(arguments[1])
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "report.json", json.dumps(figures, indent=2) + "\n")
        name = Path(arguments[0]).name
        write_whole(folder / "report.html", page(name, pairs, figures, version))
        print(f"Written: {folder / 'report.json'} and {folder / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
