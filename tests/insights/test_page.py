"""What the page of a month says, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import textstat

from bot.guidance.checks import YEARS_BEFORE_SCHOOL
from bot.insights.parts import Chart, HeatMap, percent, share, shown
from bot.insights.rendering import Renderer
from bot.insights.review import review
from bot.insights.view import page_of
from bot.metrics.declared import TOTAL, declared
from bot.metrics.disclosure import RULE
from bot.metrics.published import Figures
from bot.metrics.tables import LEFT_OUT
from bot.metrics.turn import content_number
from tests.insights.counted import OCTOBER, TODAY
from tests.insights.outputs import bars_drawn, figures_drawn, read_page

MAX_READING_AGE = 12
EMPTY = Figures({"week": [], "month": []}, {}, False)


@pytest.fixture(scope="module")
def renderer():
    return Renderer()


@pytest.fixture
def page(figures, words, library):
    """Makes the page, of other figures if they are given."""

    def make(month=None, of=figures):
        return page_of(
            of,
            month,
            words,
            library.cards.values(),
            declared().metrics.values(),
            TODAY,
        )

    return make


def with_figures(figures, changed):
    """The figures, some of them changed."""
    rows = {key: dict(found) for key, found in figures.rows.items()}
    for (starts, metric, breakdown), found in changed.items():
        rows[starts, metric, breakdown] = found
    return replace(figures, rows=rows)


def section(page, name):
    return next(one for one in page.sections if one.name == name)


@pytest.mark.parametrize(
    ("figure", "words"), [(None, "*"), (0, "0"), (10, "10"), (1240, "1,240")]
)
def test_a_figure_as_people_read_it(figure, words):
    assert shown(figure) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (10, 40, "25 %"),
        (0, 40, "0 %"),
        (None, 40, "*"),
        (10, None, "*"),
        (0, 0, "–"),
        (40, 40, "100 %"),
    ],
)
def test_a_share_as_people_read_it(part, whole, words):
    assert share(part, whole) == words


def test_a_share_of_what_is_hidden_is_hidden():
    assert percent(None, 40) is percent(10, None) is None


def test_the_newest_month_is_shown(page):
    made = page()
    assert made.month == "2026-10"
    assert made.title == "The safeguarding chat in October 2026"
    assert made.remark == ""
    assert [key for key, _ in made.months] == [
        *(f"2026-{month:02}" for month in range(10, 0, -1)),
        "2025-12",
        "2025-11",
    ]


def test_another_month_can_be_asked_for(page):
    assert page(date(2026, 3, 1)).month == "2026-03"


def test_a_month_that_is_not_published_is_said_so(page):
    made = page(date(2031, 1, 1))
    assert made.month == "2026-10"
    assert made.remark == "January 2031 is not published. This is October 2026."


def weeks_in(made):
    return [block for block in section(made, "urgency").blocks if block.kind == "table"]


def test_thirteen_weeks_are_shown_the_newest_on_top(page):
    rows = weeks_in(page())[0].rows
    assert len(rows) == 13
    assert rows[0].head == "9 Nov"


def test_an_older_month_has_the_weeks_up_to_its_end(page):
    rows = weeks_in(page(date(2026, 3, 1)))[0].rows
    assert (rows[0].head, len(rows)) == ("30 Mar", 13)


def test_the_page_says_every_part(page):
    assert [one.name for one in page().sections] == [
        "steps",
        "worries",
        "danger",
        "people",
        "hours",
        "urgency",
        "understanding",
        "tickets",
        "failures",
        "channels",
        "top-ten",
        "review",
    ]


def test_steps_are_shares_of_conversations(page, figures):
    table = section(page(), "steps").blocks[1]
    steps = {row.head: row.cells for row in table.rows}
    conversations = figures.total("conversations", OCTOBER)
    assert steps["Chats opened"][:2] == (shown(figures.total("visits", OCTOBER)), "")
    opened = figures.total("contact_opened", OCTOBER)
    assert steps["Contact opened"] == (
        shown(opened),
        share(opened, conversations),
        shown(figures.total("contact_opened", date(2026, 9, 1))),
    )


def test_the_first_month_has_none_before_it(page):
    made = page(date(2025, 11, 1))
    table = section(made, "steps").blocks[1]
    assert table.columns[-1] == "Month before"
    assert {row.cells[-1] for row in table.rows} == {"–"}


def test_worries_go_from_large_to_small_and_hidden_before_none(page, figures):
    numbers = [content_number(f"worry_{name}") for name in ("bullying", "grooming")]
    topics = dict.fromkeys(declared().breakdowns["topic"].names, 10)
    topics.update({numbers[0]: None, numbers[1]: 0})
    made = page(of=with_figures(figures, {(OCTOBER, "conversations", "topic"): topics}))
    chart, table = section(made, "worries").blocks
    assert chart.labels[-2:] == ("Online bullying", "Grooming")
    assert [row.cells for row in table.rows[-2:]] == [("*", "*"), ("0", "0 %")]


def test_hours_stand_in_the_week_as_people_know_it(page, figures):
    monday_nine, sunday_last = 9, 6 * 24 + 23
    hours = {monday_nine: 10, sunday_last: 500, 1: None}
    of = with_figures(figures, {(OCTOBER, "conversations", "hour_of_week"): hours})
    heat = section(page(of=of), "hours").blocks[0]
    assert isinstance(heat, HeatMap)
    assert heat.columns[1:] == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    rows = dict(heat.rows)
    assert rows["09:00"] == (10, 0, 0, 0, 0, 0, 0)
    assert rows["23:00"][-1] == 500
    assert rows["01:00"][0] is None
    assert [heat.shade(one) for one in (0, None, 10, 500)] == ["0", "hidden", "1", "5"]


LEFT = [
    ("hours", "conversations", "hour_of_week", "too few"),
    ("failures", "unhelpful", "about", "too few"),
]


@pytest.mark.parametrize(("name", "metric", "breakdown", "says"), LEFT)
def test_what_is_left_out_is_said(page, figures, name, metric, breakdown, says):
    of = with_figures(figures, {(OCTOBER, metric, breakdown): {LEFT_OUT: None}})
    said = section(page(of=of), name)
    listed = [line for one in said.blocks if one.kind == "list" for line in one.lines]
    assert says in " ".join((*said.says, *listed))


def test_a_breakdown_that_is_left_out_is_hidden_and_not_0(page, figures):
    of = with_figures(
        figures,
        {
            (OCTOBER, "conversations", "audience"): {LEFT_OUT: None},
            (OCTOBER, "opinions", "helpful"): {LEFT_OUT: None},
        },
    )
    made = page(of=of)
    tables = section(made, "people").blocks
    assert {row.cells for row in tables[0].rows} == {("*",)}
    assert of.total("unhelpful", OCTOBER) is None


def test_a_handover_is_called_a_success(page):
    assert "success" in " ".join(section(page(), "danger").says)


def test_a_chart_has_every_figure_of_the_table_below(page, renderer):
    """Hidden ones as a gap."""
    made = page()
    said = read_page(renderer.page(made))
    charts = [
        block
        for one in made.sections
        for block in one.blocks
        if isinstance(block, Chart) and block.is_drawn
    ]
    assert len(charts) == len(said.images) >= 10
    for chart in charts:
        svg = said.images[chart.alt]
        assert bars_drawn(svg) == sum(one is not None for one in chart.figures)
        written = [one for one in figures_drawn(svg) if one]
        assert set(written) <= {
            f"{shown(one)}{chart.unit if one is not None else ''}"
            for one in chart.figures
        }


def test_the_page_is_whole(page, renderer):
    html = renderer.page(page())
    said = read_page(html)
    assert said.headings[0] == "The safeguarding chat in October 2026"
    assert html.count("<h1") == 1
    assert "<script" not in html
    assert " style=" not in html
    assert RULE.replace("'", "&#39;") in html
    assert "Made-up" not in html
    assert 'alt=""' not in html


def test_made_up_data_is_marked(page, figures, renderer):
    html = renderer.page(page(of=replace(figures, is_demo=True)))
    assert "Made-up data." in html
    assert "<title>MADE UP: " in html


def test_before_anything_is_published_the_page_says_so(page, renderer):
    html = renderer.page(page(of=EMPTY))
    assert "No month is published yet." in html
    assert RULE in html


def test_weeks_are_shown_before_a_month_is(page, figures, renderer):
    weeks = {"week": figures.starts["week"][:2], "month": []}
    made = page(of=replace(figures, starts=weeks))
    names = [one.name for one in made.sections]
    assert names == ["urgency", "understanding", "tickets", "review"]
    assert "No month is published yet." in renderer.page(made)


def test_a_month_without_anything_is_a_page_of_zeros(page, renderer):
    quiet = Figures({"week": [date(2026, 10, 5)], "month": [OCTOBER]}, {}, False)
    said = read_page(renderer.page(page(of=quiet)))
    assert said.tables["How far people came"]["Chats opened"] == ["0", "", "–"]
    assert said.images == {}


def test_a_month_where_all_is_hidden_has_no_chart(page, renderer):
    hidden = {
        (OCTOBER, name, TOTAL): {0: None}
        for name, one in declared().metrics.items()
        if not one.whole
    }
    left_out = {
        (OCTOBER, name, breakdown): {LEFT_OUT: None}
        for name, one in declared().metrics.items()
        for breakdown in one.by
    }
    of = Figures({"week": [], "month": [OCTOBER]}, {**hidden, **left_out}, False)
    said = read_page(renderer.page(page(of=of)))
    assert said.images == {}
    cells = {
        cell
        for rows in said.tables.values()
        for row in list(rows.values())[1:]
        for cell in row
    }
    assert cells <= {"", "–", "*"}
    assert "too few to split them by channel" in said.text


def due(library, days):
    return [
        replace(card, review_due=date.fromordinal(TODAY.toordinal() + days))
        for card in library.cards.values()
    ][:5]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "21 November 2026 (past)"),
        (0, "22 November 2026"),
        (60, "21 January 2027"),
    ],
)
def test_advice_that_is_due_is_named(library, days, words):
    table = review(due(library, days), [], TODAY).blocks[0]
    assert [row.head for row in table.rows] == [words]
    number, such_as = table.rows[0].cells
    assert number == "5"
    assert such_as.endswith("; and 2 more")


def test_advice_that_is_not_due_is_not_named(library):
    says = review(due(library, 61), [], TODAY).blocks[0].lines
    assert says == ("No advice is due for review before 21 January 2027.",)


def test_metrics_that_are_due_are_named():
    metric = replace(declared().metrics["visits"], review_on=date(2026, 12, 1))
    block = review([], [metric, declared().metrics["helped"]], TODAY).blocks[1]
    assert [(row.head, row.cells) for row in block.rows] == [
        ("Chats opened", ("1 December 2026", "21 May 2028"))
    ]


def test_the_words_are_plain(page):
    made = page()
    for one in made.sections:
        grade = textstat.flesch_kincaid_grade(" ".join((one.title + ".", *one.says)))
        assert grade + YEARS_BEFORE_SCHOOL <= MAX_READING_AGE, one.name
