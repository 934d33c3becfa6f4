"""How an answer is shown: `bot.guidance.render`."""

from dataclasses import replace
from datetime import date

import pytest

from bot.guidance.card import Contact
from bot.guidance.choose import ASK_NATION, DANGER_CHECK, Question, choose
from bot.guidance.load import load_library
from bot.guidance.render import (
    MOST_CONTACTS,
    Message,
    as_text,
    contacts_for,
    message_of,
    render,
    text_of,
)
from bot.terms import AUDIENCES, NATIONS, WORRIES

LIBRARY = load_library()
CARDS = sorted(LIBRARY.cards)
CONTACTS = sorted(LIBRARY.contacts)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("worry", WORRIES)
def test_the_danger_check_comes_first_with_its_two_buttons(
    library, menu, worry, audience
):
    question = Question(worry, audience=audience, danger_check=True)
    first = render(choose(question, library), audience, None, library, menu)[0]
    assert first["card"]["id"] == DANGER_CHECK
    assert [button["choice"] for button in first["buttons"]] == [
        "emergency",
        "no_danger",
    ]


def test_the_nation_question_has_the_four_nations_as_its_buttons(library, menu):
    answer = choose(Question("worry_sextortion"), library)
    last = render(answer, "parent", None, library, menu)[-1]
    assert last["card"]["id"] == ASK_NATION
    assert [button["choice"] for button in last["buttons"]] == [
        f"nation.{nation}" for nation in NATIONS
    ]


def test_what_to_do_next_stands_under_the_last_of_the_advice(library, menu):
    question = Question("worry_sextortion", danger_check=True)
    messages = render(choose(question, library), "parent", None, library, menu)
    with_follow_ups = [
        message["card"]["id"]
        for message in messages
        if "human" in [button["choice"] for button in message["buttons"]]
    ]
    assert with_follow_ups == ["sextortion_now"]


@pytest.mark.parametrize("card_id", CARDS)
def test_contacts_are_for_this_person_in_this_nation(library, card_id):
    card = library.cards[card_id]
    for audience in AUDIENCES:
        for nation in NATIONS:
            for contact in contacts_for(card, audience, nation, library):
                assert audience in contact.audiences, contact.id
                assert nation in contact.nations, contact.id


@pytest.mark.parametrize("nation", [None, *NATIONS])
def test_there_are_never_too_many_contacts(library, nation):
    for card in library.cards.values():
        shown = contacts_for(card, "parent", nation, library)
        assert len(shown) <= MOST_CONTACTS, card.id


@pytest.mark.parametrize("nation", [None, *NATIONS])
def test_999_is_never_cut_off(library, nation):
    for card in library.cards.values():
        if "emergency_999" in card.contacts:
            for audience in card.audience:
                shown = contacts_for(card, audience, nation, library)
                assert "emergency_999" in [c.id for c in shown], card.id


def test_without_a_nation_only_routes_that_exist_everywhere_are_shown(library):
    shown = contacts_for(library.cards["sextortion_now"], "parent", None, library)
    assert {contact.nations for contact in shown} == {NATIONS}


@pytest.mark.parametrize(
    ("nation", "police"),
    [
        ("england", "police_101"),
        ("wales", "police_101"),
        ("scotland", "police_scotland_101"),
        ("northern_ireland", "psni_101"),
    ],
)
def test_each_nation_has_one_police(library, nation, police):
    shown = contacts_for(library.cards["sextortion_now"], "parent", nation, library)
    assert [contact.id for contact in shown if contact.phone == "101"] == [police]


def test_no_contact_is_shown_twice_in_an_answer(library, menu):
    question = Question("worry_sextortion", urgency="emergency")
    messages = render(choose(question, library), "parent", None, library, menu)
    shown = [contact["id"] for message in messages for contact in message["contacts"]]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("contact_id", CONTACTS)
def test_hours_are_shown_exactly_where_the_service_states_them(library, contact_id):
    contact = library.contacts[contact_id]
    shown = shown_alone(contact, library)
    assert shown["contacts"][0]["hours"] == contact.hours
    assert (f"({contact.hours})" in as_text(shown)) == (contact.hours is not None)


@pytest.mark.parametrize("contact_id", CONTACTS)
def test_as_text_says_nothing_for_what_is_missing(library, contact_id):
    assert "None" not in as_text(shown_alone(library.contacts[contact_id], library))


@pytest.mark.parametrize("contact_id", CONTACTS)
def test_as_text_holds_every_route(library, contact_id):
    contact = library.contacts[contact_id]
    words = as_text(shown_alone(contact, library))
    routes = (contact.phone, contact.text, contact.email, contact.url)
    assert [route for route in routes if route and route not in words] == []


@pytest.mark.parametrize("contact_id", CONTACTS)
def test_a_contact_of_some_nations_says_which(library, contact_id):
    contact = library.contacts[contact_id]
    where = shown_alone(contact, library)["contacts"][0]["where"] or ""
    if "wales" in contact.nations and contact.nations != NATIONS:
        assert "Wales" in where
    if contact.nations == NATIONS:
        assert "Wales" not in where.partition(".")[0]


def shown_alone(contact: Contact, library) -> Message:
    return message_of(library.cards["danger_check"], [contact], library)


def test_the_message_is_the_contract(library, menu):
    answer = choose(Question("worry_sextortion"), library)
    message = render(answer, "parent", None, library, menu)[0]
    assert set(message) == {"text", "buttons", "contacts", "card"}
    assert {"id", "sources", "reviewed_on"} <= set(message["card"])
    assert {"id", "name", "phone", "text", "url", "hours"} <= set(
        message["contacts"][0]
    )


def test_every_card_names_its_sources_and_its_review(library):
    for card in library.cards.values():
        shown = message_of(card, [], library)["card"]
        assert shown["sources"], card.id
        assert date.fromisoformat(shown["reviewed_on"]), card.id


@pytest.mark.parametrize("part", ["now", "emergency", "report"])
def test_steps_are_numbered_where_their_order_counts(library, part):
    card = replace(library.cards["sextortion_now"], part=part)
    assert "\n1. " in text_of(card)


@pytest.mark.parametrize("part", ["what", "signs", "avoid", "talk", "answer"])
def test_points_without_an_order_have_no_numbers(library, part):
    card = replace(library.cards["sextortion_now"], part=part)
    assert "\n• " in text_of(card)
    assert "\n1. " not in text_of(card)


def test_as_text_names_the_source_and_the_review(library):
    words = as_text(message_of(library.cards["sextortion_now"], [], library))
    assert "National Crime Agency" in words
    assert "Reviewed 20" in words
