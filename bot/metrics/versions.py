"""Short names for what answers: the trained model and the content.

Two servers that were built from the same files have the same names, so a change in the
figures can be laid to a change in the bot. Called by `bot.agent` and `bot.server`.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HEX_DIGITS: Final = 8
FINGERPRINT: Final = re.compile(rf"[0-9a-f]{{{HEX_DIGITS}}}")


def model_version(archive: Path) -> str:
    """Eight hex digits for a trained model.

    Args:
        archive: the model. The note beside it says what it was trained on; the archive
            itself differs with each training, so it counts only where there is no note.

    Raises:
        OSError: there is no model, or it cannot be read.
    """
    note = archive.with_name(archive.name.split(".")[0] + ".sha256")
    noted = FINGERPRINT.match(note.read_text("utf-8")) if note.exists() else None
    if noted:
        return noted[0]
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:HEX_DIGITS]


def content_version(*parts: Mapping[str, object]) -> str:
    """Eight hex digits for the content: another one as soon as a word is changed.

    Args:
        parts: cards, contacts and sources by id, each of plain values in a fixed order.
    """
    checksum = 0
    for part in parts:
        for name in sorted(part):
            checksum = zlib.crc32(repr((name, part[name])).encode(), checksum)
    return f"{checksum:0{HEX_DIGITS}x}"
