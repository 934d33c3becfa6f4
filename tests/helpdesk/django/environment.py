"""The environment a desk runs in: its own packages, and a database to start from.

Both are made once and kept in a cache folder. django-helpdesk cannot share the bot's
environment: its Django and the bot's old libraries ask for other versions of the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.helpdesk.django.people import PEOPLE

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[2]
SITE: Final = HERE / "site"
REQUIREMENTS: Final = HERE / "requirements.txt"
# Where a desk looks for mail, from the folder it runs in.
MAILBOX: Final = "mail"
# A slow network that fetches 20 packages; normally a few seconds.
SECONDS_TO_INSTALL: Final = 300


class CannotInstallError(Exception):
    """The packages cannot be had here and now; the words say why."""


@dataclass(frozen=True)
class Environment:
    """What a desk needs to run."""

    python: Path
    template: Path


def cache_folder() -> Path:
    """Where the environment is kept, if nobody says otherwise."""
    named = os.environ.get("HELPDESK_CACHE")
    return Path(named) if named else ROOT / ".venv-helpdesk"


def prepared_environment(cache: Path | None = None) -> Environment:
    """The environment, made now if it is missing or made of other requirements.

    Raises:
        CannotInstallError: the packages could not be installed.
    """
    folder = (cache or cache_folder()).absolute() / "django"
    folder.mkdir(parents=True, exist_ok=True)
    # Git and ruff look no further: nothing in here is ours.
    (folder.parent / ".gitignore").write_text("*\n")
    with _alone(folder):
        python = _installed(folder / "venv")
        return Environment(python, _template(folder, python))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs of the tests beside each other make one environment."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _installed(venv: Path) -> Path:
    python = venv / "bin" / "python"
    marker = venv / "made-of"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and marker.exists() and marker.read_text() == wanted:
        return python
    shutil.rmtree(venv, ignore_errors=True)
    for command in _commands(venv, python):
        _install(command)
    # Last, so that half an environment is never taken for a whole one.
    marker.write_text(wanted)
    return python


def _commands(venv: Path, python: Path) -> Iterator[Sequence[str | Path]]:
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        yield (uv, "venv", "--quiet", "--python", sys.executable, venv)
        yield (
            *(uv, "pip", "install", "--quiet", "--compile-bytecode"),
            *("--python", python, "-r", REQUIREMENTS),
        )
    else:
        yield (sys.executable, "-m", "venv", venv)
        yield (python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS)


def _install(command: Sequence[str | Path]) -> None:
    not_ours = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_INSTALL,
            env={k: v for k, v in os.environ.items() if k not in not_ours},
        )
    except subprocess.CalledProcessError as error:
        raise CannotInstallError(
            f"django-helpdesk cannot be installed: {error.stderr.strip()[-500:]}"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstallError(f"django-helpdesk cannot be installed: {error}") from (
            error
        )


def _template(folder: Path, python: Path) -> Path:
    """A database with tables, queue and people; 43 migrations take four seconds."""
    people = json.dumps([asdict(person) for person in PEOPLE])
    made_of = hashlib.sha256(people.encode())
    for file in (REQUIREMENTS, *sorted(SITE.glob("*.py"))):
        made_of.update(file.read_bytes())
    template = folder / f"template-{made_of.hexdigest()[:16]}.sqlite3"
    if template.exists():
        return template
    for old in folder.glob("template-*.sqlite3"):
        old.unlink()
    with tempfile.TemporaryDirectory(dir=folder) as workshop:
        database = Path(workshop) / "desk.sqlite3"
        subprocess.run(
            [python, SITE / "prepare.py"],
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "DESK_DATABASE": str(database),
                "DESK_OUTBOX": os.devnull,
                "DESK_MAILBOX": MAILBOX,
                "DESK_PEOPLE": people,
            },
        )
        database.replace(template)
    return template
