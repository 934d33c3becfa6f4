"""The page of an evaluation: figures, pictures and the worst misses, in one file.

Needs no script, no network and no other file: pictures are SVG within the page, drawn
by matplotlib. Used by `benchmarks.evaluate`.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.figure import Figure

from benchmarks.labelled_set import Labelled
from benchmarks.scores import Pairs, accepts, missed_by, names_of
from bot.terms import SIGNALS, URGENCIES

MOST_MISSES: Final = 25
BANDS: Final = 10
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto;
  padding: 1rem; color: #111; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #bbb;
  vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums }
svg { max-width: 100%; height: auto }
.scroll { overflow-x: auto }
"""


def page(
    name: str, pairs: Pairs, figures: Mapping[str, Any], version: Mapping[str, str]
) -> str:
    """The whole page.

    Args:
        name: of the set.
        pairs: the labelled messages with what the model made of them.
        figures: what `benchmarks.scores.report` returned.
        version: what was measured, by name: model, encoder.
    """
    parts = [
        f"<h1>How well {escape(name)} is understood</h1>",
        f"<p>{figures['n']} messages. "
        + " ".join(f"{escape(k)}: {escape(v)}." for k, v in version.items())
        + " Intervals are 95 % (Wilson).</p>",
        "<h2>Figures</h2>",
        _rates(figures),
        "<h2>Signals</h2>",
        _signals(figures["signals"]),
        "<h2>Urgency: what it was, and what it was called</h2>",
        _picture(_confusion(_urgencies(pairs), URGENCIES), "Urgency"),
        "<h2>Is a probability worth its name?</h2>",
        "<p>Of the messages that got a probability, how many were so. On the line, "
        "they agree; point sizes show how many messages stand behind each.</p>",
        _picture(_reliability(pairs), "Reliability"),
        "<h2>The worst misses</h2>",
        *(_misses(title, rows) for title, rows in missed_by(pairs).items()),
        "<h2>Intents</h2>",
        _intents(pairs),
        "<h2>Intents: what each was taken for</h2>",
        _picture(_confusion(_intent_names(pairs), names_of(pairs)), "Intents"),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Evaluation of {escape(name)}</title>\n<style>{STYLE}</style>\n"
        "</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(map(_cell, cells)) + "</tr>\n" for cells in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    if value is None:
        return "<td>-</td>"
    if isinstance(value, float):
        return f'<td class="number">{value:.3f}</td>'
    if isinstance(value, int):
        return f'<td class="number">{value}</td>'
    return f"<td>{escape(str(value))}</td>"


def _rates(figures: Mapping[str, Any]) -> str:
    rows = [
        (name, rate["value"], rate["low"], rate["high"], rate["hits"], rate["of"])
        for name, rate in figures.items()
        if isinstance(rate, dict) and "of" in rate
    ]
    return _table(("figure", "value", "low", "high", "messages", "of"), rows)


def _signals(signals: Mapping[str, Any]) -> str:
    return _table(
        ("signal", "messages", "precision", "recall", "F1", "area under the curve"),
        (
            (
                name,
                figure["n"],
                figure["precision"]["value"],
                figure["recall"]["value"],
                figure["f1"],
                figure["auc"],
            )
            for name, figure in signals.items()
        ),
    )


def _intents(pairs: Pairs) -> str:
    rows = []
    for name in names_of(pairs):
        mine = [(row, read) for row, read in pairs if row.intent == name]
        said = [(row, read) for row, read in pairs if read["intent"]["name"] == name]
        wrong = Counter(
            read["intent"]["name"] for row, read in mine if not accepts(row, read)
        )
        rows.append(
            (
                name,
                len(mine),
                sum(accepts(*pair) for pair in mine) / len(mine) if mine else None,
                sum(accepts(*pair) for pair in said) / len(said) if said else None,
                ", ".join(f"{other} ({n})" for other, n in wrong.most_common(3)),
            )
        )
    heads = ("intent", "messages", "accepted", "right when said", "taken for")
    return _table(heads, rows)


def _misses(title: str, rows: Sequence[tuple[Labelled, Mapping[str, Any]]]) -> str:
    shown = [
        (
            row.id,
            row.text,
            f"{row.urgency}; {', '.join(sorted(row.signals)) or 'no signal'}",
            f"{read['urgency']}; {', '.join(read['signals_present']) or 'no signal'}",
            float(read["emergency"]),
        )
        for row, read in rows[:MOST_MISSES]
    ]
    heads = ("id", "message", "is", "was called", "emergency")
    return f"<h3>{escape(title)}: {len(rows)}</h3>" + (
        _table(heads, shown) if shown else "<p>None.</p>"
    )


def _urgencies(pairs: Pairs) -> list[tuple[str, str]]:
    return [(row.urgency, read["urgency"]) for row, read in pairs]


def _intent_names(pairs: Pairs) -> list[tuple[str, str]]:
    return [
        (row.intent, row.intent if accepts(row, read) else read["intent"]["name"])
        for row, read in pairs
    ]


def _confusion(cases: Sequence[tuple[str, str]], names: Sequence[str]) -> Figure:
    """Rows are what it was, columns what it was called; numbers are messages."""
    counts = Counter(cases)
    grid = [[counts[is_, said] for said in names] for is_ in names]
    side = max(4.0, len(names) * 0.32)
    figure, axes = pyplot.subplots(figsize=(side + 2, side + 1.5))
    shares = [[n / max(sum(row), 1) for n in row] for row in grid]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("called")
    axes.set_ylabel("is")
    for down, row in enumerate(grid):
        for along, n in enumerate(row):
            if n:
                ink = "white" if shares[down][along] > 0.5 else "black"
                axes.text(along, down, n, ha="center", va="center", fontsize=6, c=ink)
    return figure


def _reliability(pairs: Pairs) -> Figure:
    """Predicted against observed, for emergencies and for all signals together."""
    emergency = [(read["emergency"], row.urgency == "emergency") for row, read in pairs]
    signals = [
        (read["signals"][name], name in row.signals)
        for row, read in pairs
        for name in SIGNALS
    ]
    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for label, marker, cases in (
        ("emergency", "o", emergency),
        ("signals", "s", signals),
    ):
        points = []
        for band in range(BANDS):
            within = [
                (p, is_) for p, is_ in cases if min(int(p * BANDS), BANDS - 1) == band
            ]
            if within:
                n = len(within)
                predicted = sum(p for p, _ in within) / n
                points.append((predicted, sum(is_ for _, is_ in within) / n, n))
        axes.plot([x for x, _, _ in points], [y for _, y, _ in points], label=label)
        sizes = [10 + 150 * n / len(cases) for _, _, n in points]
        axes.scatter(
            [x for x, _, _ in points], [y for _, y, _ in points], sizes, marker=marker
        )
    axes.set_xlabel("probability given")
    axes.set_ylabel("share that was so")
    axes.legend()
    return figure


def _picture(figure: Figure, title: str) -> str:
    """The drawing as SVG, without what would make two runs differ."""
    out = io.StringIO()
    with pyplot.rc_context({"svg.hashsalt": "report"}):
        figure.tight_layout()
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    pyplot.close(figure)
    drawn = out.getvalue()
    return f'<div class="scroll">{drawn[drawn.index("<svg") :]}</div>'
