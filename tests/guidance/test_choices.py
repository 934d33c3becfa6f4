"""The buttons: each has a title and a meaning, and nothing else is one."""

import itertools

import pytest

from bot.guidance.choices import (
    DANGER_NOW,
    NOBODY_IN_DANGER,
    START_AGAIN,
    Meaning,
)
from bot.guidance.choose import (
    HUMAN_ROUTES,
    OPENING,
    Answer,
    Question,
    choose,
)
from bot.guidance.render import render
from bot.terms import (
    AUDIENCES,
    IMMEDIATE_DANGER,
    INTENTS,
    NATIONS,
    NOT_UNDERSTOOD,
    WORRIES,
)

# What a button may be called on a phone before it is cut off.
MOST_LETTERS = 40
# Telegram's limit for what a button sends back.
MOST_KEY_BYTES = 64
INTENTS_AND_MISSES = (*INTENTS, NOT_UNDERSTOOD)


def buttons_after(question, library, menu):
    messages = render(
        choose(question, library), question.audience, question.nation, library, menu
    )
    return [button for message in messages for button in message["buttons"]]


@pytest.fixture(scope="module")
def all_buttons(library, menu):
    """Every button of every answer, by the intent that it was answered to."""
    found = {}
    for intent in INTENTS_AND_MISSES:
        found[intent] = [
            button
            for audience, topic, doubt in itertools.product(
                AUDIENCES, (None, *WORRIES), (True, False)
            )
            for button in buttons_after(
                Question(intent, audience=audience, topic=topic, danger_check=doubt),
                library,
                menu,
            )
        ]
    return found


@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_every_button_has_a_meaning(menu, all_buttons, intent):
    keys = {button["choice"] for button in all_buttons[intent]}
    assert [key for key in keys if menu.meaning(key) is None] == []


@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_every_button_has_a_title_of_its_own(all_buttons, intent):
    untitled = [b for b in all_buttons[intent] if b["title"] == b["choice"]]
    assert untitled == []


@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_every_button_fits_on_a_phone(all_buttons, intent):
    titles = {button["title"] for button in all_buttons[intent]}
    assert [title for title in titles if len(title) > MOST_LETTERS] == []


@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_every_key_fits_into_a_telegram_button(all_buttons, intent):
    keys = {button["choice"] for button in all_buttons[intent]}
    assert [key for key in keys if len(key.encode()) > MOST_KEY_BYTES] == []


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_no_button_is_there_twice(library, menu, intent, audience):
    question = Question(intent, audience=audience, topic="worry_grooming")
    keys = [button["choice"] for button in buttons_after(question, library, menu)]
    assert len(keys) == len(set(keys))


def test_every_meaning_is_an_intent_of_the_taxonomy(library, menu):
    keys = [
        *(f"{worry}.signs" for worry in WORRIES),
        *(f"nation.{nation}" for nation in NATIONS),
        *(f"card.{card.id}" for card in library.cards.values() if card.asked_as),
        DANGER_NOW,
        NOBODY_IN_DANGER,
        START_AGAIN,
        "human",
        "audience.young_person",
        "audience.school_staff",
    ]
    unknown = [key for key in keys if menu.meaning(key).intent not in INTENTS]
    assert unknown == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "hello",
        "greet",
        "/greet",
        "/report_immediate_danger",
        '/inform_nation{"nation": "wales"}',
        '{"nation": "wales"}',
        "worry_sextortion",
        "worry_sextortion.",
        "worry_sextortion.now ",
        "Worry_sextortion.now",
        "worry_sextortion.emergency",
        "worry_unknown.now",
        "nation.france",
        "nation",
        "audience.admin",
        "audience.parent",
        "card.no_such_card",
        "card.sextortion_now",
        "EMERGENCY",
        "emergency.now",
        "restart\n",
    ],
)
def test_what_is_no_button_means_nothing(menu, typed):
    assert menu.meaning(typed) is None


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("emergency", "/report_immediate_danger"),
        ("no_danger", "/deny"),
        ("worry_doxing.signs", '/worry_doxing{"part": "signs"}'),
        ("nation.northern_ireland", '/inform_nation{"nation": "northern_ireland"}'),
    ],
)
def test_a_button_is_written_as_rasa_reads_it(menu, key, written):
    assert menu.meaning(key).written == written


def test_a_meaning_without_entities_is_only_its_intent():
    assert Meaning("restart", {}).written == "/restart"


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("intent", INTENTS_AND_MISSES)
def test_a_person_is_one_press_away(library, menu, intent, audience):
    question = Question(intent, audience=audience)
    shown = {card.id for card in choose(question, library).cards}
    keys = {button["choice"] for button in buttons_after(question, library, menu)}
    assert "human" in keys or HUMAN_ROUTES in shown or f"{HUMAN_ROUTES}_young" in shown


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("intent", sorted(set(INTENTS) - {IMMEDIATE_DANGER}))
def test_the_danger_button_is_always_there(library, menu, intent, audience):
    question = Question(intent, audience=audience)
    keys = [button["choice"] for button in buttons_after(question, library, menu)]
    assert keys.count(DANGER_NOW) == 1


def test_the_opening_offers_worries_and_who_is_writing(library, menu):
    answer = Answer((library.cards[OPENING],), "information")
    keys = [choice.key for choice in menu.offer(answer, "parent")]
    assert {"worry_sextortion.now", "audience.young_person"} < set(keys)


def test_a_young_person_is_not_asked_again_whether_they_are_one(library, menu):
    answer = Answer((library.cards[OPENING],), "information")
    keys = [choice.key for choice in menu.offer(answer, "young_person")]
    assert "audience.young_person" not in keys


@pytest.mark.parametrize("worry", WORRIES)
def test_the_part_just_shown_is_not_offered_again(library, menu, worry):
    question = Question(worry, part="report", nation="england")
    keys = [button["choice"] for button in buttons_after(question, library, menu)]
    assert f"{worry}.report" not in keys
