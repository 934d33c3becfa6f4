"""`make bench`: start, memory and speed of a turn, measured on this machine.

Start is the wall time of a new server process until `/ready` answers 200. Turns run in
process through the same reception as every channel: first those of the conversations in
tests/conversations/, typed and pressed as people do; then only typed messages, of 35
words on average, from the development set. Parsing alone is measured on messages of
about 20 tokens and of about 100 words.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import httpx

import bot.quick_start  # noqa: F401  before anything imports Rasa
from benchmarks.labelled_set import read_labelled
from bot.privacy.quiet_logs import log_quietly
from bot.yaml_file import read_yaml

CONVERSATIONS = Path("tests/conversations")
MESSAGES = Path("tests/sentences/development.jsonl")
STARTS = 3
TURNS = 1_000
SECONDS_TO_START = 60
# What counts as a message of about 20 tokens or 100 words.
WORDS_OF = {"20_tokens": range(13, 17), "100_words": range(90, 111)}
PARSES = 300


def seconds_to_ready() -> float:
    """Wall time from starting a server process to a ready `/ready`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder}/metrics.db",
        }
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.server"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while time.perf_counter() - started < SECONDS_TO_START:
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                        return time.perf_counter() - started
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
            raise TimeoutError("the server was not ready in time")
        finally:
            process.terminate()
            process.wait()


def conversations() -> Iterator[list[dict[str, str]]]:
    """What the people of the conversation tests do, turn by turn."""
    for path in sorted(CONVERSATIONS.glob("[!_]*.yml")):
        for entry in read_yaml(path):
            yield [line for line in entry["chat"] if line.keys() <= {"you", "press"}]


async def parse_times() -> dict[str, list[float]]:
    """Seconds that the model takes to read messages of each length."""
    from bot.agent import load_agent
    from bot.settings import Settings

    agent = load_agent(Settings(database_url="sqlite://"))
    texts = [row.text for row in read_labelled(MESSAGES)]
    times: dict[str, list[float]] = {}
    for length, words in WORDS_OF.items():
        fitting = [text for text in texts if len(text.split()) in words]
        for text in islice(cycle(fitting), PARSES):
            started = time.perf_counter()
            await agent.parse_message(text)
            times.setdefault(length, []).append(time.perf_counter() - started)
    return times


async def turn_times(database_url: str) -> tuple[list[float], list[float]]:
    """Seconds of each turn, from message in to answer out: as people do, and typed."""
    from bot.agent import load_agent
    from bot.channels.reception import Reception
    from bot.guidance.choices import Menu, load_titles
    from bot.guidance.load import load_library
    from bot.settings import Settings

    agent = load_agent(Settings(database_url=database_url))
    library = load_library()
    menu = Menu(library, load_titles())
    reception = Reception("terminal", agent.handle_message, library, menu)

    async def take(conversation: str, act: dict[str, str]) -> float:
        started = time.perf_counter()
        if "press" in act:
            await reception.take_choice(conversation, act["press"])
        else:
            await reception.take_text(conversation, act["you"])
        return time.perf_counter() - started

    mixed: list[float] = []
    held = list(conversations())
    while len(mixed) < TURNS:
        for chat in held:
            conversation = secrets.token_hex(16)
            mixed += [await take(conversation, act) for act in chat]
    typed = [
        await take(secrets.token_hex(16), {"you": row.text})
        for row in read_labelled(MESSAGES)
    ]
    await agent.tracker_store.event_broker.close()
    return mixed, typed


def _milliseconds(times: list[float], twentieth: int) -> float:
    return round(statistics.quantiles(times, n=20)[twentieth - 1] * 1000, 2)


def main() -> int:
    """Measures and prints; also as JSON on the last line."""
    log_quietly()
    starts = [seconds_to_ready() for _ in range(STARTS)]
    parsed = asyncio.run(parse_times())
    with tempfile.TemporaryDirectory() as folder:
        mixed, typed = asyncio.run(turn_times(f"sqlite:///{folder}/metrics.db"))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {
        "seconds_to_ready": round(statistics.median(starts), 2),
        "turn_ms_p50": _milliseconds(mixed, 10),
        "turn_ms_p95": _milliseconds(mixed, 19),
        "typed_turn_ms_p50": _milliseconds(typed, 10),
        "typed_turn_ms_p95": _milliseconds(typed, 19),
        **{
            f"parse_ms_p{5 * twentieth}_{length}": _milliseconds(times, twentieth)
            for length, times in parsed.items()
            for twentieth in (10, 19)
        },
        "peak_memory_mb": round(kilobytes / 1024),
        "turns": len(mixed) + len(typed),
    }
    for name, value in figures.items():
        print(f"{name:<26} {value}")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
