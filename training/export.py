"""Turns a fine-tuned encoder into the one file that the project uses.

    python -m training.export FOLDER

Writes bot/nlu/fine_tuned/: the int8 ONNX encoder, its tokeniser, and a manifest with
the checksum and what it was trained on. Needs the project's own environment.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from bot.nlu.encoder_graph import build_quantised_encoder
from bot.nlu.fine_tuned import ENCODER_FILE, FOLDER, MANIFEST_FILE


def main(arguments: list[str]) -> int:
    """Exports the encoder in the folder named by the one argument."""
    if len(arguments) != 1:
        print("Name the folder that training.finetune wrote.", file=sys.stderr)
        return 1
    trained = Path(arguments[0])
    FOLDER.mkdir(exist_ok=True)
    build_quantised_encoder(trained, FOLDER / ENCODER_FILE)
    manifest = {
        "sha256": hashlib.sha256((FOLDER / ENCODER_FILE).read_bytes()).hexdigest(),
        **json.loads((trained / "trained.json").read_text("utf-8")),
    }
    (FOLDER / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    print(f"Written: {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
