"""`make train`: trains the model when what it is made of has changed.

Like `rasa train`, and says what it is doing. The trained model is always the same file,
with a note beside it of what it was trained on.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Final

from bot.agent import MODEL
from bot.errors import BotError
from bot.privacy.quiet_logs import log_quietly

TRAINED_ON: Final = MODEL.with_name("current.sha256")
# Everything that changes what is learnt: data, configuration, the components' own
# code, the questions in the cards, and the versions of the libraries.
INGREDIENTS: Final = (
    "config.yml",
    "domain.yml",
    "data/*.yml",
    "bot/nlu/*.py",
    "bot/nlu/fine_tuned/*.json",  # its manifest holds the encoder's checksum
    "bot/policies/*.py",
    "bot/importers/*.py",
    "bot/plain_text.py",
    "bot/terms.py",
    "bot/guidance/cards/*.yml",
    "uv.lock",
)


def fingerprint(root: Path = Path()) -> str:
    """A hash over all ingredients of the model."""
    digest = hashlib.sha256()
    for pattern in INGREDIENTS:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the model there is was trained on what there is."""
    if not (MODEL.exists() and TRAINED_ON.exists()):
        return False
    return TRAINED_ON.read_text("utf-8").strip() == fingerprint()


def train() -> None:
    """Trains, and replaces the model only when that succeeded.

    Raises:
        BotError: the data or the content cannot be used.
    """
    # Rasa's own memory knows nothing of the code that its components import, and would
    # take old heads for new ones. What takes long is remembered by our featurizer.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    from rasa.model_training import train as rasa_train

    started = time.monotonic()
    # Nearly all that is made here lives to the end: to look for what does not, over and
    # over among millions of objects, took a quarter of the time.
    gc.disable()
    trained_on = fingerprint()
    result = rasa_train(
        domain="domain.yml",
        config="config.yml",
        training_files="data",
        output=str(MODEL.parent),
        fixed_model_name="training",
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise BotError("The model was not trained; the reason stands above.")
    Path(result.model).replace(MODEL)
    TRAINED_ON.write_text(trained_on + "\n", "utf-8")
    print(f"Trained in {time.monotonic() - started:.0f} s: {MODEL}")


def main() -> int:
    """Trains if needed; 1 and a sentence if it cannot."""
    log_quietly()
    if is_current():
        print("The model is up to date.")
        return 0
    print("Training the model. This takes a minute or two, and only after changes.")
    try:
        train()
    except BotError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
