"""What writers say of themselves: where they are, what they do, how old they are."""

import pytest

from bot.nlu.self_description import audience_in, is_adult, nation_in


@pytest.mark.parametrize(
    ("text", "intent", "nation"),
    [
        ("Swansea", "inform_nation", "wales"),
        ("we live in Fife", "worry_grooming", "scotland"),
        ("a man in Glasgow writes to her", "worry_grooming", None),
        ("I'm worried about someone in Cardiff", "worry_grooming", None),
        ("im talking to someone from glasgow", "worry_gaming_contact", None),
        ("I am being blackmailed from Scotland", "worry_sextortion", None),
        ("we're not in Wales", "ask_law", None),
        ("we're from Derry", "worry_bullying", "northern_ireland"),
        ("I'm living up in Aberdeen", "worry_bullying", "scotland"),
        ("who do I ring in Cardiff", "ask_how_to_report", "wales"),
        ("what must Scottish schools do", "ask_school_duties", "scotland"),
        ("where do I report a man from Belfast", "ask_how_to_report", None),
        ("we live in Leeds, his dad is in Derry", "ask_how_to_report", None),
        ("England or Wales, does it matter", "inform_nation", None),
    ],
)
def test_a_nation_counts_where_help_is_needed(text, intent, nation):
    assert nation_in(text, intent) == nation


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("I'm a teacher and a pupil told me", "school_staff"),
        ("im 13 and scared", "young_person"),
        ("I'm 15 minutes away", None),
        ("my son is 13", None),
        ("I'm 42. My son wrote to him im 13, please stop", None),
    ],
)
def test_an_audience_is_what_writers_say_of_themselves(text, audience):
    assert audience_in(text) == audience


@pytest.mark.parametrize(
    ("text", "adult"),
    [
        ("I'm a 41 year old man", True),
        ("im 23 f and he has my pics", True),
        ("I am 36, she filmed me", True),
        ("I'm 40 minutes away", False),
        ("im 17 m", False),
        ("my son is 19", False),
    ],
)
def test_an_age_of_18_and_over(text, adult):
    assert is_adult(text) is adult
