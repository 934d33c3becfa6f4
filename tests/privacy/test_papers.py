"""The privacy papers say what the code does, and can be read by whom they are for."""

import re
from pathlib import Path

import pytest
from textstat import textstat

from bot.guidance.checks import MAX_READING_AGE, YEARS_BEFORE_SCHOOL
from bot.metrics.declared import declared
from bot.metrics.tables import METADATA
from bot.settings import (
    DEFAULT_METRICS_MONTHS,
    DEFAULT_SESSION_MINUTES,
)
from tests.content.material import CARDS
from tests.content.test_contacts import LINK, PHONE_NUMBER
from tools.write_privacy_papers import DOCS, PLACE, PaperError, papers, written

FOLDER = DOCS / "privacy"
RECORD = (FOLDER / "record-of-processing.md").read_text("utf-8")
RETENTION = (FOLDER / "retention.md").read_text("utf-8")
DPIA = (FOLDER / "dpia.md").read_text("utf-8")
CHILDREN_AGE = 9
# A setting with one of these in its name says for how long or how much is kept.
SAYS_HOW_LONG = re.compile(
    r"(?m)^([A-Z_]*(?:MINUTE|HOUR|DAY|MONTH|YEAR|SECOND|BYTE)\w*)="
)
NAMED_FILE = re.compile(r"`((?:tests|bot|tools)/[\w./-]+)(?:::(\w+))?`")
# Of the ICO's DPIA template.
STEPS = (
    "Step 1: Identify the need for a DPIA",
    "Step 2: Describe the processing",
    "Step 3: Consultation process",
    "Step 4: Assess necessity and proportionality",
    "Step 5: Identify and assess risks",
    "Step 6: Identify measures to reduce risk",
    "Step 7: Sign off and record outcomes",
)
# Of the Children's Code.
STANDARDS = (
    "Best interests of the child",
    "Data protection impact assessments",
    "Age appropriate application",
    "Transparency",
    "Detrimental use of data",
    "Policies and community standards",
    "Default settings",
    "Data minimisation",
    "Data sharing",
    "Geolocation",
    "Parental controls",
    "Profiling",
    "Nudge techniques",
    "Connected toys and devices",
    "Online tools",
)


def as_read(paper):
    """What a person reads of a paper: no marks, and a name in place of `[operator:`."""
    text = (FOLDER / paper).read_text("utf-8")
    text = re.sub(r"<!--.*?-->", "", text)
    text = re.sub(r"\[operator:[^]]*\]", "We", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    lines = [re.sub(r"^(?:#+|-) ", "", line) for line in text.split("\n\n")]
    items = [item for line in lines for item in line.split("\n- ")]
    sentences = [" ".join(item.split()).replace("*", "") for item in items]
    return "\n".join(s if s.endswith((".", "?", ":")) else f"{s}." for s in sentences)


@pytest.mark.parametrize("path", papers(), ids=lambda path: path.name)
def test_a_paper_says_what_the_code_does(path):
    """If not, `make privacy` writes it anew."""
    text = path.read_text("utf-8")
    assert text == written(text)


@pytest.mark.parametrize("path", papers(), ids=lambda path: path.name)
def test_every_place_in_a_paper_is_one_that_is_written(path):
    text = path.read_text("utf-8")
    assert text.count("<!-- from ") - text.count("`<!-- from … -->`") == len(
        PLACE.findall(text)
    )


@pytest.mark.parametrize("source", ["the code", "metrics.yml", "contacts.yml"])
def test_a_place_that_nobody_knows_is_refused(source):
    with pytest.raises(PaperError, match="dragons"):
        written(f"<!-- from {source}: dragons --><!-- end -->")


def test_a_number_that_is_out_of_date_is_written_anew():
    old = "<!-- from the code: session_minutes -->31<!-- end -->"
    assert written(old) == old.replace("31", str(DEFAULT_SESSION_MINUTES))


@pytest.mark.parametrize("metric", declared().metrics)
def test_every_figure_is_in_the_record(metric):
    assert f"(`{metric}`)" in RECORD


@pytest.mark.parametrize("table", METADATA.tables)
def test_every_table_is_in_the_papers(table):
    assert f"**`{table}`.**" in RECORD
    assert f"`{table}`" in RETENTION


@pytest.mark.parametrize(
    ("table", "column"),
    [(table.name, one.name) for table in METADATA.tables.values() for one in table.c],
)
def test_every_column_is_in_the_record(table, column):
    after = RECORD.split(f"**`{table}`.**")[1].split("\n**`")[0]
    assert f"| `{column}` |" in after


def test_every_setting_that_names_a_time_or_size_is_in_the_retention_table():
    settings = SAYS_HOW_LONG.findall(Path(".env.example").read_text("utf-8"))
    assert {"SESSION_MINUTES", "METRICS_MONTHS"} < set(settings)
    assert [name for name in settings if f"`{name}`" not in RETENTION] == []


def test_the_card_about_privacy_names_the_same_times():
    said = " ".join(CARDS["ask_privacy"]["next_steps"])
    assert f"after {DEFAULT_SESSION_MINUTES} minutes" in said
    assert f"within {DEFAULT_METRICS_MONTHS + 1} months" in said


@pytest.mark.parametrize(
    ("paper", "limit"),
    [
        ("notice-for-children.md", CHILDREN_AGE),
        ("notice-for-adults.md", MAX_READING_AGE),
    ],
)
def test_a_notice_can_be_read_by_the_people_it_is_for(paper, limit):
    words = as_read(paper)
    assert textstat.flesch_kincaid_grade(words) + YEARS_BEFORE_SCHOOL <= limit


def test_a_child_meets_no_long_sentence():
    sentences = re.split(r"(?<=[.?!:])\s+", as_read("notice-for-children.md"))
    assert [one for one in sentences if len(one.split()) > 25] == []


@pytest.mark.parametrize("paper", ["notice-for-children.md", "notice-for-adults.md"])
@pytest.mark.parametrize("word", ["machine", "999", "Telegram", "school", "ICO"])
def test_a_notice_says_what_matters(paper, word):
    said = as_read(paper)
    assert word in said or (word == "ICO" and "ico.org.uk" in said)


@pytest.mark.parametrize("path", papers(), ids=lambda path: path.name)
def test_numbers_and_links_of_contacts_are_not_typed(path):
    """They come from `contacts.yml`, as everywhere."""
    typed = PLACE.sub("", path.read_text("utf-8"))
    assert PHONE_NUMBER.findall(typed) + LINK.findall(typed) == []


@pytest.mark.parametrize("path", papers(), ids=lambda path: path.name)
def test_what_a_paper_names_is_there(path):
    """A claim must not rest on a test or a file that is gone."""
    gone = [
        (file, test)
        for file, test in NAMED_FILE.findall(path.read_text("utf-8"))
        if not Path(file).exists()
        or (test and f"def {test}(" not in Path(file).read_text("utf-8"))
    ]
    assert gone == []


@pytest.mark.parametrize("path", papers(), ids=lambda path: path.name)
def test_links_between_papers_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_assessment_has_the_headings_of_the_template():
    assert re.findall(r"(?m)^## (Step .*)$", DPIA) == list(STEPS)


def test_the_assessment_answers_each_standard_of_the_childrens_code():
    rows = [f"| {number} {name} | " for number, name in enumerate(STANDARDS, 1)]
    assert [row for row in rows if row not in DPIA] == []


def test_each_risk_has_its_measures():
    risks, measures = (
        DPIA.split(step)[1].split("\n## ")[0] for step in (STEPS[4], STEPS[5])
    )
    numbered = re.compile(r"(?m)^\| (\d+) \| (?!\[operator)")
    assert numbered.findall(risks) == numbered.findall(measures)


@pytest.mark.parametrize(
    "name", ["Telegram", "helpdesk", "Prometheus", "insights", "proxy", "backups"]
)
def test_everybody_who_may_see_something_is_in_the_assessment(name):
    assert name in DPIA
