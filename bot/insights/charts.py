"""Draws charts with the library pygal, as pictures without scripts.

pygal is imported here only, and only when the first chart is drawn: a server whose
page nobody opens does without it.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.insights.parts import Chart, Figure, shown
from bot.metrics.disclosure import HIDDEN_SIGN

STYLE: Final = Path(__file__).with_name("chart.css")
# In the picture's own units; it is shown as wide as there is room.
WIDTH: Final = 340
LETTERS: Final = 13
SMALLEST_LETTERS: Final = 11
# Room for the figure after the longest bar: six signs.
ROOM_FOR_FIGURE: Final = 48
HEIGHT_OF_BAR: Final = 19
HEIGHT_OF_COLUMNS: Final = 105
MARGIN: Final = 6
# The width of a letter, of its height.
BREADTH: Final = 0.66
# The names of weeks would touch, and so would large figures.
LABELS_APART: Final = 3
FIGURES_APART: Final = 2
FOR_SCRIPTS: Final = ("script", "desc", "title")


def picture(chart: Chart) -> str:
    """A chart as a `data:` address.

    Args:
        chart: one that `is_drawn`.
    """
    drawing = _bars(chart) if chart.kind == "bars" else _columns(chart)
    return "data:image/svg+xml;base64," + b64encode(_svg(drawing)).decode()


@cache
def _kinds() -> tuple[type[Any], type[Any]]:
    """The two kinds of bars, with a sign where a figure is hidden."""
    from pygal.graph.bar import Bar
    from pygal.graph.horizontalbar import HorizontalBar

    class Columns(Bar):
        def bar(self, serie: Any, rescale: bool = False) -> None:
            super().bar(serie, rescale)
            for place, (_, figure) in enumerate(serie.points):
                if figure is None:
                    self._say_hidden((place + 0.5) / self._len)

        def _say_hidden(self, place: float) -> None:
            across, along = self.view((place, 0))
            self._write(across, along - LETTERS / 4)

        def _write(self, x: float, y: float) -> None:
            signs = self.svg.node(
                self.nodes["text_overlay"], "text", class_="value", x=x, y=y
            )
            signs.text = HIDDEN_SIGN

    class Bars(Columns, HorizontalBar):
        def _say_hidden(self, place: float) -> None:
            across, along = self.view((place, 0))
            self._write(along + LETTERS / 2, across + LETTERS / 3)

    return Bars, Columns


def _config(**more: Any) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "margin": MARGIN,
        "spacing": 4,
        "js": [],
        "css": [f"file://{STYLE}"],
        "style": _style(LETTERS),
        "no_prefix": True,
        "show_legend": False,
        "show_y_guides": False,
        "print_values": True,
        "print_values_position": "top",
        "truncate_label": -1,
        **more,
    }


@cache
def _style(letters_of_figures: int) -> Any:
    from pygal.style import Style

    return Style(
        font_family="system-ui, sans-serif",
        label_font_size=LETTERS,
        major_label_font_size=LETTERS,
        value_font_size=letters_of_figures,
    )


def _bars(chart: Chart) -> Any:
    bars, _ = _kinds()
    drawing = bars(
        **_config(
            height=HEIGHT_OF_BAR * len(chart.labels) + 2 * MARGIN,
            margin_right=ROOM_FOR_FIGURE,
            show_x_labels=False,
        )
    )
    # pygal begins at the bottom.
    drawing.x_labels = list(reversed(chart.labels))
    drawing.add("", chart.figures[::-1], formatter=lambda figure: _said(chart, figure))
    return drawing


def _columns(chart: Chart) -> Any:
    _, columns = _kinds()
    number = len(chart.figures)
    # Figures beside each other must not touch: if need be, every second one is written.
    longest = max(len(_said(chart, figure)) for figure in chart.figures)
    room = (WIDTH - 2 * MARGIN) / number / (longest * BREADTH)
    is_tight = room < SMALLEST_LETTERS

    def said(figure: int, index: int) -> str:
        is_left_out = is_tight and (number - 1 - index) % FIGURES_APART
        return "" if is_left_out else _said(chart, figure)

    drawing = columns(
        **_config(
            height=HEIGHT_OF_COLUMNS,
            show_y_labels=False,
            show_minor_x_labels=False,
            style=_style(LETTERS if is_tight else min(LETTERS, int(room))),
        )
    )
    drawing.x_labels = list(chart.labels)
    # Counted from the newest, which is always named.
    drawing.x_labels_major = list(chart.labels[::-LABELS_APART])
    drawing.add("", list(chart.figures), formatter=said)
    return drawing


def _said(chart: Chart, figure: Figure) -> str:
    return f"{shown(figure)}{chart.unit}"


def _svg(drawing: Any) -> bytes:
    """The picture, without what only scripts need."""
    from pygal.etree import etree

    root = drawing.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            # A comment's tag is a function.
            if callable(child.tag) or child.tag in FOR_SCRIPTS:
                parent.remove(child)
    for text in root.iter("text"):
        # Our own style says where it stands.
        text.attrib.pop("text-anchor", None)
    written: bytes = etree.tostring(root)
    return written
