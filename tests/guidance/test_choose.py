"""Which cards answer a message: `bot.guidance.choose`, over the real content."""

import itertools
import shutil
from dataclasses import replace

import pytest

from bot.guidance.choose import (
    ADULT_BLACKMAILED,
    ASK_NATION,
    DANGER_CHECK,
    EMERGENCY,
    HUMAN_ROUTES,
    NO_DANGER,
    PART_OF_QUESTION,
    TOPIC_OF_SIGNAL,
    Question,
    choose,
)
from bot.guidance.load import CONTENT_FOLDER, Library, load_library
from bot.guidance.render import contacts_for
from bot.terms import (
    AUDIENCES,
    IMMEDIATE_DANGER,
    INTENTS,
    NATIONS,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    QUESTIONS,
    WORRIES,
    WORRY_PARTS,
)

ALL_INTENTS = (*INTENTS, NOT_UNDERSTOOD)
# Conversations as they can stand when a message comes in.
STATES = {
    "new": {},
    "in a worry": {"topic": "worry_bullying"},
    "after a miss": {"misses": 1},
    "after many misses": {"misses": 7},
    "asked about danger": {"danger_asked": True, "topic": "worry_self_harm_suicide"},
    "asked about the nation": {"nation_asked": True, "topic": "worry_grooming"},
    "nation known": {"nation": "scotland", "topic": "worry_sextortion"},
    "in doubt": {"danger_check": True},
    "a part asked for": {"topic": "worry_screen_use", "part": "signs"},
    "a card asked for": {"cards_asked": (("com_what_is_764", 0.9), ("ask_law", 0.4))},
}


def ids(answer):
    return [card.id for card in answer.cards]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("intent", ALL_INTENTS)
def test_every_message_is_answered_in_every_nation(library, intent, audience):
    for nation in (None, *NATIONS):
        answer = choose(Question(intent, audience=audience, nation=nation), library)
        assert set(ids(answer)) - {ASK_NATION}, nation


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("intent", ALL_INTENTS)
def test_an_emergency_comes_first(library, intent, state):
    for audience in AUDIENCES:
        question = Question(intent, urgency="emergency", audience=audience, **state)
        assert choose(question, library).cards[0].part == "emergency", audience


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_the_danger_button_leads_to_the_emergency_card(library, state):
    answer = choose(Question(IMMEDIATE_DANGER, **state), library)
    assert (answer.urgency, answer.cards[0].part) == ("emergency", "emergency")


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("topic", [None, *WORRIES])
def test_the_emergency_card_is_written_for_the_person(library, topic, audience):
    question = Question(IMMEDIATE_DANGER, topic=topic, audience=audience)
    assert audience in choose(question, library).cards[0].audience


def test_an_emergency_without_a_worry_has_the_general_card(library):
    assert ids(choose(Question(IMMEDIATE_DANGER), library)) == [EMERGENCY]


@pytest.mark.parametrize(("signal", "worry"), TOPIC_OF_SIGNAL)
def test_a_signal_says_what_the_emergency_is_about(library, signal, worry):
    question = Question(IMMEDIATE_DANGER, signals=frozenset({signal}))
    answer = choose(question, library)
    assert answer.topic == worry
    assert worry in answer.cards[-1].answers


def question_after(answer, question, intent):
    """The next message of a conversation."""
    return replace(
        question,
        intent=intent,
        urgency="information",
        danger_check=False,
        topic=answer.topic,
        misses=answer.misses,
        danger_asked=answer.danger_asked,
        nation_asked=answer.nation_asked,
    )


def test_doubt_asks_about_danger_before_anything_else(library):
    question = Question("worry_bullying", danger_check=True)
    assert ids(choose(question, library))[:2] == [DANGER_CHECK, "bullying_now"]


def test_yes_to_the_danger_question_is_an_emergency(library):
    question = Question("worry_self_harm_suicide", danger_check=True)
    answer = choose(question, library)
    answer = choose(question_after(answer, question, "affirm"), library)
    assert (answer.urgency, answer.cards[0].part) == ("emergency", "emergency")


def test_no_to_the_danger_question_keeps_the_worry_in_hand(library):
    question = Question("worry_self_harm_suicide", danger_check=True)
    answer = choose(question, library)
    answer = choose(question_after(answer, question, "deny"), library)
    assert (ids(answer), answer.topic) == ([NO_DANGER], "worry_self_harm_suicide")


def test_yes_to_nothing_is_no_emergency(library):
    assert choose(Question("affirm"), library).urgency == "information"


@pytest.fixture(params=["retired", "draft"])
def library_without(request, tmp_path):
    """The real content, with one card of each kind not published."""
    for name in ("contacts.yml", "sources.yml"):
        shutil.copy(CONTENT_FOLDER / name, tmp_path)
    cards = shutil.copytree(CONTENT_FOLDER / "cards", tmp_path / "cards")
    for name in ("sextortion_now", "ask_law", "com_what_is_764", "emergency_suicide"):
        path = cards / f"{name}.yml"
        words = path.read_text("utf-8")
        changed = words.replace("status: published", f"status: {request.param}")
        path.write_text(changed, "utf-8")
    return load_library(tmp_path)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("sextortion_now", Question("worry_sextortion")),
        ("ask_law", Question("ask_law")),
        (
            "com_what_is_764",
            Question("ask_com_networks", cards_asked=(("com_what_is_764", 0.9),)),
        ),
        (
            "emergency_suicide",
            Question("worry_self_harm_suicide", urgency="emergency"),
        ),
    ],
    ids=["a first step", "an answer", "a card asked for by name", "an emergency"],
)
def test_a_retired_card_is_never_chosen(library, library_without, name, question):
    assert name in ids(choose(question, library)), "otherwise this shows nothing"
    cards = ids(choose(question, library_without))
    assert cards
    assert name not in cards


def shown_to(question, nation, library):
    """The cards that stay the same, with the contacts seen under each."""
    answer = choose(replace(question, nation_asked=True), library)
    return [
        [
            contact.id
            for contact in contacts_for(card, question.audience, nation, library)
        ]
        for card in answer.cards
    ]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("intent", ALL_INTENTS)
def test_the_nation_is_asked_only_where_routes_differ(library, intent, audience):
    for topic in (None, *WORRIES):
        question = Question(intent, topic=topic, audience=audience)
        if ASK_NATION in ids(choose(question, library)):
            seen = {str(shown_to(question, nation, library)) for nation in NATIONS}
            assert len(seen) > 1, topic


def test_the_nation_is_asked_where_routes_differ(library):
    assert ASK_NATION in ids(choose(Question("worry_sextortion"), library))


def test_the_nation_is_asked_once(library):
    question = Question("worry_sextortion")
    answer = choose(question, library)
    answer = choose(question_after(answer, question, "ask_how_to_report"), library)
    assert ASK_NATION not in ids(answer)


@pytest.mark.parametrize("intent", ALL_INTENTS)
def test_a_known_nation_is_never_asked_for(library, intent):
    for nation in NATIONS:
        answer = choose(Question(intent, nation=nation), library)
        assert ASK_NATION not in ids(answer), nation


@pytest.mark.parametrize("topic", WORRIES)
@pytest.mark.parametrize("intent", ["worry_sextortion", "ask_how_to_report", "affirm"])
def test_the_nation_is_never_asked_in_an_emergency(library, intent, topic):
    question = Question(intent, urgency="emergency", topic=topic)
    assert ASK_NATION not in ids(choose(question, library))


@pytest.mark.parametrize(
    ("is_adult", "cards"),
    [
        (True, ["adult_blackmailed"]),
        (False, ["sextortion_now", "adult_blackmailed"]),
    ],
    ids=["says their age", "may be a child's parent"],
)
def test_an_adult_who_is_blackmailed(library, is_adult, cards):
    question = Question(
        "out_of_scope",
        urgency="urgent",
        signals=frozenset({"blackmail", "sexual_image"}),
        is_adult=is_adult,
        nation="england",
    )
    assert [card.id for card in choose(question, library).cards] == cards


def test_an_emergency_is_of_the_likeliest_worry(library):
    question = Question(
        "report_immediate_danger",
        signals=frozenset({"immediate_danger", "meeting_in_person"}),
        worry="worry_doxing",
    )
    assert choose(question, library).cards[0].id == "emergency_at_the_door"


def test_a_guess_does_not_displace_a_surer_sign(library):
    guessed = Question("report_immediate_danger", worry="worry_bullying")
    in_hand = replace(guessed, topic="worry_self_harm_suicide")
    said = replace(guessed, signals=frozenset({"self_harm_suicide"}))
    for question in (in_hand, said):
        assert choose(question, library).cards[0].id == "emergency_suicide"


@pytest.mark.parametrize(
    "danger",
    [
        {"urgency": "emergency"},
        {"danger_check": True},
        {"signals": frozenset({"self_harm_suicide"})},
    ],
    ids=["an emergency", "a doubt", "a signal"],
)
def test_a_no_that_tells_of_danger_is_no_all_clear(library, danger):
    question = replace(Question("deny", danger_asked=True), **danger)
    shown = [card.id for card in choose(question, library).cards]
    assert "no_danger" not in shown


@pytest.mark.parametrize("nation", NATIONS)
def test_a_named_nation_is_answered_with_its_routes(library, nation):
    question = Question("inform_nation", nation=nation, topic="worry_grooming")
    first, second = choose(question, library).cards
    assert first.nations == (nation,)
    assert second.part == "report"


@pytest.mark.parametrize("worry", WORRIES)
@pytest.mark.parametrize(("intent", "part"), PART_OF_QUESTION.items())
def test_a_question_is_about_the_worry_in_hand(library, worry, intent, part):
    card = choose(Question(intent, topic=worry), library).cards[0]
    assert worry in card.answers
    assert card.part == part


@pytest.mark.parametrize("worry", WORRIES)
def test_a_button_brings_the_part_it_names(library, worry):
    for part in WORRY_PARTS:
        card = choose(Question(worry, part=part), library).cards[0]
        assert (worry in card.answers, card.part) == (True, part)


@pytest.mark.parametrize("intent", QUESTIONS)
def test_a_question_keeps_the_worry_in_hand(library, intent):
    answer = choose(Question(intent, topic="worry_doxing"), library)
    assert answer.topic == "worry_doxing"


@pytest.mark.parametrize("intent", ["restart", OUT_OF_SCOPE])
def test_another_subject_drops_the_worry_in_hand(library, intent):
    assert choose(Question(intent, topic="worry_doxing"), library).topic is None


def test_a_question_with_a_first_disclosure_also_gets_the_first_steps(library):
    question = Question(
        "ask_pay_or_reply", urgency="urgent", signals=frozenset({"blackmail"})
    )
    assert "sextortion_now" in ids(choose(question, library))


@pytest.mark.parametrize("worry", WORRIES)
def test_a_young_person_gets_words_of_their_own(library, worry):
    card = choose(Question(worry, audience="young_person"), library).cards[0]
    assert card.audience == ("young_person",)


def test_the_first_miss_offers_choices(library):
    answer = choose(Question(NOT_UNDERSTOOD), library)
    assert (ids(answer), answer.misses) == (["not_understood"], 1)


@pytest.mark.parametrize("misses", [1, 2, 3, 50])
def test_two_misses_give_the_human_routes(library, misses):
    answer = choose(Question(NOT_UNDERSTOOD, misses=misses), library)
    assert ids(answer)[0] == HUMAN_ROUTES


def test_an_understood_message_starts_the_count_of_misses_again(library):
    assert choose(Question("greet", misses=1), library).misses == 0


@pytest.mark.parametrize("urgency", ["urgent", "emergency"])
def test_a_grave_message_is_never_a_miss(library, urgency):
    question = Question(
        NOT_UNDERSTOOD, urgency=urgency, signals=frozenset({"blackmail"}), misses=1
    )
    answer = choose(question, library)
    assert (answer.understood, answer.misses) == (True, 0)
    assert "sextortion_now" in ids(answer)


@pytest.mark.parametrize("signal", ["blackmail", "sexual_image"])
def test_a_blackmailed_adult_is_told_the_adult_route(library, signal):
    question = Question(OUT_OF_SCOPE, urgency="urgent", signals=frozenset({signal}))
    assert ADULT_BLACKMAILED in ids(choose(question, library))


def test_a_card_for_another_nation_is_not_given(library):
    question = Question("ask_how_to_report", nation="scotland")
    question = replace(question, cards_asked=(("ask_how_to_report_wales", 0.9),))
    assert "ask_how_to_report_wales" not in ids(choose(question, library))


def test_the_answer_does_not_depend_on_the_order_of_the_files(library):
    backwards = Library(
        dict(reversed(library.cards.items())), library.contacts, library.sources
    )
    for intent, audience in itertools.product(ALL_INTENTS, AUDIENCES):
        question = Question(intent, audience=audience, topic="worry_grooming")
        assert choose(question, backwards) == choose(question, library), intent
