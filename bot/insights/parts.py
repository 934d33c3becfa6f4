"""What a page is made of: sections with charts and tables. Plain data, no drawing.

A figure is a whole number, or None where disclosure control hides it; `shown` is the
one place where that becomes a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.metrics.disclosure import HIDDEN_SIGN

Figure = int | None
# Nothing to make a percentage of.
NO_SHARE: Final = "–"
# A table with more columns may have to scroll on a phone.
COLUMNS_ON_A_PHONE: Final = 3
SHADES: Final = 5
MOST_NAMED: Final = 3


def shown(figure: Figure) -> str:
    """A figure as people read it: 1,240 or *."""
    return HIDDEN_SIGN if figure is None else f"{figure:,}"


def percent(part: Figure, whole: Figure) -> Figure:
    """A share of two figures in whole percent, None if one of them is hidden."""
    if part is None or whole is None:
        return None
    return round(100 * part / whole) if whole else 0


def share(part: Figure, whole: Figure) -> str:
    """A share of two figures as people read it: 28 %, * or a dash."""
    if whole == 0:
        return NO_SHARE
    found = percent(part, whole)
    return HIDDEN_SIGN if found is None else f"{found} %"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars that a table under it has as figures.

    Attributes:
        kind: bars lie, columns stand side by side in time.
        title: what it shows, as its heading.
        labels: one for each figure.
        figures: None leaves a gap with a sign in it.
        unit: after each figure.
    """

    kind: Literal["bars", "columns"]
    title: str
    labels: tuple[str, ...]
    figures: tuple[Figure, ...]
    unit: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything to draw; all hidden or all 0 is said in words."""
        return any(self.figures)

    @property
    def alt(self) -> str:
        """What somebody who does not see the chart is told; the table has the rest."""
        pairs = list(zip(self.labels, self.figures, strict=True))
        hidden = sum(figure is None for figure in self.figures)
        if self.kind == "columns":
            named = pairs[-1:]
            opening = f"Column chart: {self.title}. Latest: "
        else:
            named = sorted(pairs, key=lambda pair: -(pair[1] or 0))[:MOST_NAMED]
            opening = f"Bar chart: {self.title}. Largest: "
        said = ", ".join(
            f"{label} {shown(figure)}{self.unit if figure is not None else ''}"
            for label, figure in named
        )
        gaps = f" Not shown: {hidden} of {len(pairs)}." if hidden else ""
        return f"{opening}{said}.{gaps} The table below has every figure."


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it is about, and its cells."""

    head: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        caption: what it shows.
        columns: the heads, that of the row heads first.
        is_of_words: whether the cells are words, and not figures.
        is_by_week: whether each row is about a week.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_of_words: bool = False
    is_by_week: bool = False
    kind: Literal["table"] = "table"

    @property
    def is_wide(self) -> bool:
        """Whether it may have to scroll by itself."""
        return len(self.columns) > COLUMNS_ON_A_PHONE


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A table whose cells are shaded by their figure.

    Attributes:
        rows: head, and for each column a figure.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]
    kind: Literal["heat"] = "heat"

    def shade(self, figure: Figure) -> str:
        """The name of a cell's shade: `hidden`, or `0` to `5`, the darkest."""
        if figure is None:
            return "hidden"
        most = max((one or 0 for _, figures in self.rows for one in figures), default=0)
        # Rounded up, so that only 0 has no shade.
        return str(-(-SHADES * figure // most)) if most else "0"


@dataclass(frozen=True, slots=True)
class Listing:
    """A short list."""

    lines: tuple[str, ...]
    kind: Literal["list"] = "list"


Block = Chart | Table | HeatMap | Listing


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer.

    Attributes:
        name: for links to it; letters and hyphens.
        says: what the figures tell, and what they do not.
        is_wide: whether it takes the whole width of a large screen.
    """

    name: str
    title: str
    says: tuple[str, ...]
    blocks: Sequence[Block]
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page.

    Attributes:
        title: with the month, if one is published.
        is_demo: whether all of it was made up.
        remark: a plain line about what was asked for, or nothing.
        months: the key and name of each published month, the newest first.
        month: the key of the one that is shown.
        at_a_glance: the most important of it, in sentences.
        rule: how people are protected.
    """

    title: str
    is_demo: bool
    remark: str
    months: tuple[tuple[str, str], ...]
    month: str | None
    at_a_glance: tuple[str, ...]
    sections: tuple[Section, ...]
    rule: str
