"""The encoder fine-tuned on the project's own messages: one int8 ONNX file.

Made by `training/finetune.py` and `training/export.py`; used by
`bot.nlu.sentence_featurizer` where config.yml says `encoder: fine_tuned`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from bot.errors import EncoderError

FOLDER: Final = Path(__file__).parent
ENCODER_FILE: Final = "encoder.onnx"
MANIFEST_FILE: Final = "manifest.json"
TOKENISER_FILE: Final = "tokenizer.json"


def manifest() -> dict[str, Any]:
    """What the encoder was trained on, and the checksum of its file."""
    return dict(json.loads((FOLDER / MANIFEST_FILE).read_text("utf-8")))


def checked_files() -> list[Path]:
    """The encoder's files, after the checksum was found right.

    Raises:
        EncoderError: the file is not the one that the manifest describes.
    """
    encoder = FOLDER / ENCODER_FILE
    if hashlib.sha256(encoder.read_bytes()).hexdigest() != manifest()["sha256"]:
        raise EncoderError(
            "The fine-tuned encoder is not the file that its manifest describes. "
            "Check out bot/nlu/fine_tuned/ again; nothing was trained."
        )
    return [encoder, FOLDER / TOKENISER_FILE]
