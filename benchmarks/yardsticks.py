"""Prints the public yardsticks, ours and, if asked for, stock Rasa's beside them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import mean

from benchmarks.public_sets import (
    SEEDS,
    SOURCES,
    Case,
    PublicSetError,
    accuracy,
    banking77,
    clinc150,
    few_of_each,
    scopes,
)
from benchmarks.stock_rasa import StockRasa, python_for_rasa
from bot.privacy.quiet_logs import log_quietly


def ours(folder: Path) -> None:
    """Our features and heads with the published encoder."""
    train, test = banking77(folder)
    few = [accuracy(few_of_each(train, seed), test) for seed in SEEDS]
    spread = f"{min(few):.3f} to {max(few):.3f}, {len(few)} seeds"
    print(f"BANKING77, 10 examples of each: {mean(few):.3f} ({spread})", flush=True)
    print(f"BANKING77, all {len(train)}: {accuracy(train, test):.3f}", flush=True)
    for scope in scopes(clinc150(folder)):
        print(
            f"CLINC150: {scope.in_scope_accuracy:.3f} in scope, "
            f"{scope.out_of_scope_recall:.3f} out of scope turned away",
            flush=True,
        )


def stock(train: list[Case], test: list[Case], seeds: int) -> None:
    """Rasa's stock pipeline on ten examples of each intent."""
    python = python_for_rasa()
    if python is None:
        print("Stock Rasa: no Python 3.8 to 3.10 on this machine; left out.")
        return
    with tempfile.TemporaryDirectory(prefix="stock-rasa-") as folder:
        print("Stock Rasa: installing 2.5 GB, then training...", flush=True)
        rasa = StockRasa(Path(folder), python)
        few = [rasa.accuracy(few_of_each(train, seed), test) for seed in range(seeds)]
    print(f"Stock Rasa (DIET), 10 examples of each: {mean(few):.3f} ({seeds} seeds)")


def main() -> int:
    """Reads the command line and measures."""
    log_quietly()
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--stock", action="store_true")
    options.add_argument("--stock-seeds", type=int, default=1)
    chosen = options.parse_args()
    if chosen.folder is None:
        sources = "; ".join(f"{name} ({what})" for name, what in SOURCES.items())
        print(f"Public sets: left out. Name their folder with DATA=...: {sources}")
        return 0
    try:
        ours(chosen.folder)
        if chosen.stock:
            stock(*banking77(chosen.folder), chosen.stock_seeds)
    except PublicSetError as error:
        print(f"{error.code}: {error.sentence}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
