"""A person at the terminal, once for all promises."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live_server import ROOT, environment_for

# Invented: telephone numbers and addresses of these forms belong to nobody.
NAME = "Zebedee Quillfeather"
SCHOOL = "Brambleshaw Academy"
PHONE = "07700 900461"
EMAIL = "zeb.quill@canary.example"
CANARIES = (NAME, "Zebedee", "Quillfeather", SCHOOL, "Brambleshaw", PHONE, EMAIL)
TELLS_ALL = (
    f"My son {NAME} (14) of {SCHOOL} is being bullied online. "
    f"I am on {PHONE} or {EMAIL}"
)
WORRY = "someone on snapchat is threatening to send my sons photos round unless he pays"


@dataclass(frozen=True)
class Terminal:
    """What a chat in the terminal showed and left behind."""

    folder: Path
    started: float
    shown: str
    errors: str

    @property
    def outbound(self) -> Path:
        """Addresses beyond this machine that it tried to reach, one a line."""
        return self.folder / "outbound.txt"

    def shows(self, text: str) -> bool:
        """Whether the text was shown, however it was broken into lines."""
        return " ".join(text.split()) in " ".join(self.shown.split())


@pytest.fixture(scope="session")
def terminal(trained_model, tmp_path_factory) -> Terminal:
    """`make chat`, with a person who types three lines and presses a button."""
    folder = tmp_path_factory.mktemp("terminal")
    started = time.time()
    typed = "\n".join([WORRY, TELLS_ALL, "1", "", "/restart", "/bye"]) + "\n"
    chat = subprocess.run(
        [sys.executable, "-m", "bot.chat"],
        cwd=ROOT,
        env=environment_for(folder),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert chat.returncode == 0, chat.stderr
    return Terminal(folder, started, chat.stdout, chat.stderr)
