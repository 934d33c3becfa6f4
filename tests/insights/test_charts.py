"""Charts say every figure in words, and leave a gap for what is hidden."""

import re
import subprocess
import sys
from base64 import b64decode

import pytest

from bot.insights.charts import STYLE, picture
from bot.insights.parts import Chart
from tests.insights.outputs import bars_drawn, figures_drawn

LABELS = ("Grooming", "Bullying", "Pornography", "Doxing")
LEAST_CONTRAST = 4.5


def drawn(*figures, kind="bars", unit=""):
    chart = Chart(kind, "Worries", LABELS[: len(figures)], figures, unit)
    return b64decode(picture(chart).partition(",")[2])


@pytest.mark.parametrize("kind", ["bars", "columns"])
def test_a_hidden_figure_is_a_sign_and_no_bar(kind):
    svg = drawn(40, None, 0, 15, kind=kind)
    assert sorted(figures_drawn(svg)) == ["*", "0", "15", "40"]
    assert bars_drawn(svg) == 3


@pytest.mark.parametrize("kind", ["bars", "columns"])
def test_there_is_nothing_for_scripts(kind):
    svg = drawn(40, 10, kind=kind)
    assert b"<script" not in svg
    assert b"http" not in svg.replace(b"http://www.w3.org", b"")
    assert not re.search(rb"\son\w+=", svg)


def test_the_same_figures_make_the_same_picture():
    assert drawn(40, None) == drawn(40, None)


def test_figures_of_many_weeks_do_not_touch():
    labels = tuple(f"{day} Oct" for day in range(1, 14))
    few = Chart("columns", "Messages", labels, (250,) * 13)
    many = Chart("columns", "Messages", labels, (12_500,) * 13)
    written = [
        [one for one in figures_drawn(b64decode(picture(chart)[26:])) if one]
        for chart in (few, many)
    ]
    assert [len(one) for one in written] == [13, 7]


def test_whoever_does_not_see_it_is_told():
    chart = Chart("bars", "Worries", LABELS, (1_240, None, 905, 15))
    assert chart.alt == (
        "Bar chart: Worries. Largest: Grooming 1,240, Pornography 905, Doxing 15. "
        "Not shown: 1 of 4. The table below has every figure."
    )
    weeks = Chart("columns", "Not understood", ("5 Oct", "12 Oct"), (4, 6), " %")
    assert weeks.alt.startswith("Column chart: Not understood. Latest: 12 Oct 6 %.")


@pytest.mark.parametrize("figures", [(None, None), (0, 0), (0, None), ()])
def test_nothing_is_drawn_of_nothing(figures):
    assert not Chart("bars", "Worries", LABELS[: len(figures)], figures).is_drawn


def luminance(colour):
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_bars_and_words_stand_out_from_the_paper():
    said = re.findall(
        r"--ink: #(\w+); --paper: #(\w+); --bar: #(\w+)", STYLE.read_text("utf-8")
    )
    assert len(said) == 2
    for ink, paper, bar in said:
        for colour in (ink, bar):
            lights = sorted((luminance(colour), luminance(paper)))
            assert (lights[1] + 0.05) / (lights[0] + 0.05) >= LEAST_CONTRAST


def test_the_library_is_loaded_only_when_something_is_drawn():
    program = (
        "import sys; import bot.channels.insights, bot.insights.charts as charts; "
        "assert not any(name.startswith('pygal') for name in sys.modules); "
        "from bot.insights.parts import Chart; "
        "charts.picture(Chart('bars', 'a', ('b',), (10,))); "
        "assert 'pygal' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
