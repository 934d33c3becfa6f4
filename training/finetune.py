"""Fine-tunes the sentence encoder on data/nlu.yml: intent, signals and urgency at once.

Development only; needs `pip install -r training/requirements.txt` in an environment of
its own, half an hour on two cores, and no network. Answering and `make train` never
need it: they use the file that `training/export.py` writes
(docs/tasks/fine-tune-the-encoder.md).

    python -m training.finetune FOLDER [--epochs 4] [--hold-out 12,13] [--start FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from transformers import AutoTokenizer, BertModel

from bot.nlu.encoder_graph import published_weights_folder
from bot.plain_text import normalise
from bot.terms import INTENTS, SIGNALS, URGENCIES
from bot.yaml_file import read_yaml

MOST_TOKENS = 160
BATCH_SIZE = 32
ENCODER_RATE = 1e-4
HEAD_RATE = 1e-3
WARM_UP = 0.06
# The weights kept are a running mean over the second half of the training.
MEAN_DECAY = 0.995
MEAN_FROM = 0.5
# Of each task in the loss; a missed danger weighs most.
INTENT_WEIGHT, SIGNAL_WEIGHT, URGENCY_WEIGHT = 1.0, 3.0, 1.5
# Rare signals count more, so that the model does not learn to say no to all.
POSITIVE_WEIGHT = 2.0
LABEL_SMOOTHING = 0.1
# How often an example is seen among harmless messages, or typed carelessly.
DILUTED, CARELESS = 0.4, 0.25
EMERGENCY = "emergency"
ABOUT_FILE = "trained.json"


@dataclass(frozen=True)
class Example:
    """One labelled message."""

    text: str
    intent: int
    dangers: tuple[float, ...]  # the signals, and whether it is an emergency
    urgency: int
    author: str


def read_examples(path: Path) -> list[Example]:
    """All messages of data/nlu.yml."""
    return [
        Example(
            text=normalise(message["text"]),
            intent=INTENTS.index(group["intent"]),
            dangers=(
                *(float(name in message["metadata"]["signals"]) for name in SIGNALS),
                float(message["metadata"]["urgency"] == EMERGENCY),
            ),
            urgency=URGENCIES.index(message["metadata"]["urgency"]),
            author=message["metadata"]["author"],
        )
        for group in read_yaml(path)["nlu"]
        for message in group["examples"]
    ]


class Reader(nn.Module):
    """The encoder with one linear head for each task, over the unit mean vector."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.intent = nn.Linear(size, len(INTENTS))
        self.dangers = nn.Linear(size, len(SIGNALS) + 1)
        self.urgency = nn.Linear(size, len(URGENCIES))

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores of intents, dangers and urgencies, a row for each message."""
        # Half the digits are enough here, and half the time on processors that can.
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        hidden = hidden.float()
        weights = mask.unsqueeze(-1).float()
        mean = (hidden * weights).sum(1) / weights.sum(1)
        vector = self.dropout(nn.functional.normalize(mean, dim=1) * 5.0)
        return self.intent(vector), self.dangers(vector), self.urgency(vector)


def careless(text: str, luck: random.Random) -> str:
    """The text as a hurried thumb would have typed it."""
    words = text.split()
    if luck.random() < 0.5:
        words = [word.lower() for word in words]
    if luck.random() < 0.5:
        words = [word.rstrip(".,!?;:") or word for word in words]
    for place, word in enumerate(words):
        if len(word) > 3 and luck.random() < 0.06:
            cut = luck.randrange(1, len(word) - 1)
            swapped = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
            words[place] = luck.choice([swapped, word[:cut] + word[cut + 1 :]])
    return " ".join(words)


def diluted(text: str, harmless: Sequence[str], luck: random.Random) -> str:
    """The text somewhere among harmless sentences: its labels do not change."""
    around = luck.sample(harmless, luck.randint(1, 3))
    before = luck.randint(0, len(around))
    return " ".join([*around[:before], text, *around[before:]])


def batches(
    examples: Sequence[Example], harmless: Sequence[str], luck: random.Random
) -> Iterator[tuple[list[str], list[Example]]]:
    """One epoch: varied texts, those of like length together, in random order."""
    varied = []
    for example in examples:
        text = example.text
        if luck.random() < CARELESS:
            text = careless(text, luck)
        if luck.random() < DILUTED:
            text = diluted(text, harmless, luck)
        varied.append((text, example))
    varied.sort(key=lambda pair: len(pair[0]) * luck.uniform(0.9, 1.1))
    groups = [
        varied[start : start + BATCH_SIZE]
        for start in range(0, len(varied), BATCH_SIZE)
    ]
    luck.shuffle(groups)
    for group in groups:
        yield [text for text, _ in group], [example for _, example in group]


def finetune(
    examples: Sequence[Example],
    target: Path,
    epochs: int,
    start: Path | None = None,
    rate: float = ENCODER_RATE,
    seed: int = 0,
) -> None:
    """Trains and writes the encoder (safetensors, config, tokeniser) to a folder.

    Args:
        examples: what to learn from.
        target: the folder.
        epochs: how often each example is seen.
        start: what an earlier call wrote; the published encoder if none is given.
        rate: the encoder's highest learning rate.
        seed: another gives another encoder of the same kind.
    """
    torch.manual_seed(seed)
    luck = random.Random(seed)  # variety, not secrecy
    weights = start or published_weights_folder()
    tokeniser = AutoTokenizer.from_pretrained(str(weights))
    reader = Reader(BertModel.from_pretrained(str(weights), add_pooling_layer=False))
    heads = [p for n, p in reader.named_parameters() if not n.startswith("encoder.")]
    optimiser = torch.optim.AdamW(
        [
            {
                "params": list(reader.encoder.parameters()),
                "lr": rate,
            },
            {"params": heads, "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    steps = epochs * math.ceil(len(examples) / BATCH_SIZE)
    warm = int(steps * WARM_UP)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warm, (steps - step) / (steps - warm)),
    )
    intent_loss = nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)
    urgency_loss = nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING / 2)
    signal_loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(POSITIVE_WEIGHT))
    harmless = [
        e.text
        for e in examples
        if URGENCIES[e.urgency] == "information" and not any(e.dangers)
    ]
    mean_weights = torch.optim.swa_utils.AveragedModel(
        reader, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_DECAY)
    )
    reader.train()
    started, done, mean = time.monotonic(), 0, 0.0
    for epoch in range(epochs):
        for texts, group in batches(examples, harmless, luck):
            encoded = tokeniser(
                texts,
                padding=True,
                truncation=True,
                max_length=MOST_TOKENS,
                return_tensors="pt",
            )
            intents, dangers, urgencies = reader(
                encoded["input_ids"], encoded["attention_mask"]
            )
            loss = (
                INTENT_WEIGHT
                * intent_loss(intents, torch.tensor([e.intent for e in group]))
                + SIGNAL_WEIGHT
                * signal_loss(dangers, torch.tensor([e.dangers for e in group]))
                + URGENCY_WEIGHT
                * urgency_loss(urgencies, torch.tensor([e.urgency for e in group]))
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            if done >= steps * MEAN_FROM:
                mean_weights.update_parameters(reader)
            mean += (loss.item() - mean) * 0.02
            if done % 20 == 0:
                rate = (time.monotonic() - started) / done
                left = (steps - done) * rate / 60
                print(
                    f"epoch {epoch + 1}/{epochs} step {done}/{steps} loss {mean:.3f} "
                    f"{rate:.2f} s/step, {left:.0f} min left",
                    flush=True,
                )
    mean_weights.module.encoder.save_pretrained(str(target))
    tokeniser.save_pretrained(str(target))
    authors = sorted({example.author for example in examples})
    made_of = "\n".join(sorted(example.text for example in examples))
    earlier = start / ABOUT_FILE if start else None
    about = {
        "after": json.loads(earlier.read_text("utf-8")) if earlier else None,
        "examples": len(examples),
        "authors": authors,
        "data_sha256": hashlib.sha256(made_of.encode()).hexdigest(),
        "epochs": epochs,
        "rate": rate,
        "seed": seed,
    }
    (target / ABOUT_FILE).write_text(json.dumps(about), "utf-8")


def main() -> None:
    """Reads the command line and trains."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--epochs", type=int, default=4)
    options.add_argument(
        "--hold-out", default="", help="authors to leave out, by commas"
    )
    options.add_argument("--start", type=Path, help="go on from an earlier folder")
    options.add_argument("--rate", type=float, default=ENCODER_RATE)
    chosen = options.parse_args()
    left_out = set(chosen.hold_out.split(","))
    examples = [
        e for e in read_examples(Path("data/nlu.yml")) if e.author not in left_out
    ]
    chosen.folder.mkdir(parents=True, exist_ok=True)
    finetune(examples, chosen.folder, chosen.epochs, chosen.start, chosen.rate)


if __name__ == "__main__":
    main()
