"""Finds where writers say they are, whether they work in a school, and their age.

Reviewed lists, not a model: a wrong nation gives a wrong number. Pure; used by
`bot.nlu.self_description_extractor`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from bot.terms import Audience, Nation
from bot.yaml_file import read_yaml

LISTS: Final = Path(__file__).with_name("self_descriptions.yml")
# Outside an answer to "where are you?", a place counts only where the writer says that
# they are there: a man "from Glasgow" says nothing about them.
WRITER_IS_THERE: Final = (
    r"\b(?:(?:i'?m|i am|we'?re|we are) from"
    r"|(?:i'?m|i am|we'?re|we are|i live|we live|i'?m living|living|based|here)"
    r"(?: (?:living|based|here|up|down|over|out|now|both|all))*"
    r" (?:in|near|outside|just outside))"
    r" (?:the |north |south |east |west )?"
)
# Who asks where to report "in Cardiff" asks for Cardiff; but not a man "from Cardiff".
HELP_IS_THERE: Final = r"(?<!from )"
ROUTE_QUESTIONS: Final = frozenset(
    {
        "ask_child_support",
        "ask_how_to_report",
        "ask_parent_support",
        "ask_school_duties",
    }
)
# "I'm 13", but not "I'm 15 minutes away".
UNDER_18: Final = re.compile(
    r"\b(?:i'?m|i am) (?:only |just |a )?(?:[7-9]|1[0-7])"
    r"(?: ?(?:yo|yrs?|years?) ?(?:old)?)?"
    r"(?=[\s.,!?;)]*(?:$|[.,!?;)]"
    r"|(?:and|n|but|so|boy|girl|im|i'm|i|my|can|pls|please|in)\b))"
)
# "I'm a 41 year old man", "im 23 f", but not "I'm 40 minutes away".
OVER_18: Final = re.compile(
    r"\b(?:i'?m|i am)(?: an?)? (?:1[89]|[2-9]\d)"
    r"(?: ?(?:yo|y/?o|yrs?|year|m|f)\b|[.,!;]|$)"
)


@cache
def _patterns() -> tuple[dict[Nation, str], re.Pattern[str]]:
    lists = read_yaml(LISTS)
    places = {nation: _any_of(names) for nation, names in lists["places"].items()}
    return places, re.compile(_any_of(lists["school_staff"]))


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b"


def nation_in(text: str, intent: str | None) -> Nation | None:
    """The nation that the writer is in, or None if they say none, or several.

    Args:
        text: what was written.
        intent: what it is about; it may be there only to say where the writer is.
    """
    places, _ = _patterns()
    low = text.lower()
    before = WRITER_IS_THERE
    if intent == "inform_nation":
        before = ""
    elif intent in ROUTE_QUESTIONS:
        before = HELP_IS_THERE
    found = [
        nation for nation, names in places.items() if re.search(before + names, low)
    ]
    return found[0] if len(found) == 1 else None


def audience_in(text: str) -> Audience | None:
    """Who the writer says they are: at work in a school, or under 18."""
    _, school_staff = _patterns()
    low = text.lower()
    if school_staff.search(low):
        return "school_staff"
    # An adult may quote what a child wrote.
    is_young = UNDER_18.search(low) and not is_adult(text)
    return "young_person" if is_young else None


def is_adult(text: str) -> bool:
    """Whether writers say of themselves that they are 18 or over."""
    return bool(OVER_18.search(text.lower()))
