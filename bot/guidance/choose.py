"""Which reviewed cards answer a message. Pure: the same question, the same answer.

Called by the actions and by the helpdesk. Policy lives here, words live in the
cards, and how a channel shows them lives in `bot.guidance.render`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from bot.guidance.card import Card
from bot.guidance.load import Library
from bot.terms import (
    DIALOGUE,
    IMMEDIATE_DANGER,
    NATIONS,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    QUESTIONS,
    WORRIES,
    Audience,
    Nation,
    Part,
    Urgency,
)

# Cards that the code itself asks for; a check makes sure that they exist.
OPENING: Final = "opening"
DANGER_CHECK: Final = "danger_check"
EMERGENCY: Final = "emergency_now"
ASK_NATION: Final = "ask_nation"
HUMAN_ROUTES: Final = "human_routes"
NO_DANGER: Final = "no_danger"
ADULT_BLACKMAILED: Final = "adult_blackmailed"
UNREADABLE: Final = "message_unreadable"
FAILED: Final = "something_failed"
ALWAYS_THERE: Final = (
    OPENING,
    DANGER_CHECK,
    EMERGENCY,
    ASK_NATION,
    HUMAN_ROUTES,
    NO_DANGER,
    ADULT_BLACKMAILED,
    UNREADABLE,
    FAILED,
)

MISSES_BEFORE_HUMAN_ROUTES: Final = 2

# The worry a signal speaks of, gravest first: used where the intent names none.
TOPIC_OF_SIGNAL: Final = (
    ("violence_plan", "worry_child_causing_harm"),
    ("abuse_in_person", "worry_abuse_in_person"),
    ("coerced_harm", "worry_coerced_harm"),
    ("self_harm_suicide", "worry_self_harm_suicide"),
    ("blackmail", "worry_sextortion"),
    ("meeting_in_person", "worry_grooming"),
    ("sexual_image", "worry_nude_image_shared"),
)
# Somebody who knows where a child is may come from a gang, a game or a posted address.
SIGNALS_OF_MANY_WORRIES: Final = frozenset({"meeting_in_person", "sexual_image"})
# Blackmail with a sexual image is sextortion, whatever else the message dwells on.
SEXTORTION_SIGNALS: Final = frozenset({"blackmail", "sexual_image"})
MAY_BE_SEXTORTION: Final = frozenset(
    {
        "worry_doxing",
        "worry_extreme_content",
        "worry_gaming_contact",
        "worry_grooming",
        "worry_nude_image_shared",
    }
)
# Questions that a worry's own part answers better than a general card.
PART_OF_QUESTION: Final[dict[str, Part]] = {
    "ask_warning_signs": "signs",
    "ask_how_to_talk": "talk",
    "ask_how_to_report": "report",
}


# How likely it must be that a narrow card is asked for, where the intent is the card's
# and where it is another question: docs/decisions/005-thresholds.md.
LIKELY_ENOUGH: Final = (0.60, 0.60)
# With a worry in hand a short question is about that worry, whatever it sounds like.
LIKELY_ENOUGH_WITH_A_TOPIC: Final = (0.50, 0.75)
# A plain question that surely asks for a card gets it, whatever its intent seems.
SURELY_ASKED: Final = 0.90
NEVER_ENOUGH: Final = 2.0
# Whoever asks for a person, or about this chat, is told that.
MAY_ASK_FOR_ANY_CARD: Final = frozenset(
    {*QUESTIONS, NOT_UNDERSTOOD, OUT_OF_SCOPE}
    - {"ask_capabilities", "ask_human", "ask_privacy"}
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is known about one message and the conversation so far, without its words.

    `topic` is the worry in hand from earlier turns. `worry` is what an emergency most
    likely comes from, where the intent does not say. `is_adult` is what the writer says
    of their own age. `part` is the part of a worry that
    a button asks for, `card` a card it asks for. `cards_asked` are cards that the words
    may ask for, with their probability; the likeliest that fits is shown.
    """

    intent: str
    urgency: Urgency = "information"
    signals: frozenset[str] = frozenset()
    danger_check: bool = False
    audience: Audience = "parent"
    is_adult: bool = False
    nation: Nation | None = None
    topic: str | None = None
    worry: str | None = None
    part: Part | None = None
    card: str | None = None
    cards_asked: tuple[tuple[str, float], ...] = ()
    misses: int = 0
    danger_asked: bool = False
    nation_asked: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Cards in the order to show them, and what to remember for the next turn."""

    cards: tuple[Card, ...]
    urgency: Urgency
    danger_check: bool = False
    topic: str | None = None
    misses: int = 0
    danger_asked: bool = False
    nation_asked: bool = False
    understood: bool = True


def choose(question: Question, library: Library) -> Answer:
    """The answer to a question: emergency first, then doubt, then the worry itself."""
    if question.intent == "affirm" and question.danger_asked:
        question = replace(question, intent=IMMEDIATE_DANGER, urgency="emergency")
    if question.intent == IMMEDIATE_DANGER:
        question = replace(question, urgency="emergency")
    topic = _topic(question, library)
    asked = _asked_card(question, topic, library)
    if asked and question.intent in WORRIES and not question.part:
        topic = question.topic  # a question after all, and no worry told
    emergency = question.urgency == "emergency"
    understood = _is_understood(question)
    misses = 0 if understood else question.misses + 1

    cards: list[Card] = []
    doubt = question.danger_check and not emergency
    if emergency:
        cards.append(_emergency_card(question, topic, library))
    elif doubt:
        cards.append(library.cards[DANGER_CHECK])
    cards += [asked] if asked else _body(question, topic, misses, library)
    cards = list(dict.fromkeys(cards))

    ask_nation = (
        question.nation is None
        and not question.nation_asked
        and not emergency
        and question.intent != "inform_nation"
        and differs_by_nation(cards, question.audience, library)
    )
    if ask_nation:
        cards.append(library.cards[ASK_NATION])
    return Answer(
        cards=tuple(cards),
        urgency=question.urgency,
        danger_check=doubt,
        topic=topic,
        misses=misses,
        danger_asked=doubt,
        nation_asked=question.nation_asked or ask_nation,
        understood=understood,
    )


def _topic(question: Question, library: Library) -> str | None:
    """The worry in hand after this message."""
    is_sextortion = question.signals.issuperset(SEXTORTION_SIGNALS)
    if is_sextortion and question.intent in MAY_BE_SEXTORTION:
        return "worry_sextortion"
    if question.intent in WORRIES:
        return question.intent
    if question.intent == IMMEDIATE_DANGER:
        return _topic_of_danger(question, library)
    if question.intent in ("restart", OUT_OF_SCOPE) and not question.signals:
        return None
    # "Can the picture be taken down?" is about the worry in hand.
    return (
        _topic_of_grave_signals(question)
        or question.topic
        or _topic_of_signals(question)
    )


def _topic_of_danger(question: Question, library: Library) -> str | None:
    """The worry that an emergency comes from: the surest sign that has a card."""
    signs = (
        _topic_of_grave_signals(question),
        question.topic,
        question.worry,
        _topic_of_signals(question),
    )
    with_card = {
        topic
        for card in library.answering(IMMEDIATE_DANGER)
        if card.part == "emergency"
        for topic in card.about
    }
    sure = next((topic for topic in signs if topic in with_card), None)
    return sure or _topic_of_signals(question) or question.topic


def _topic_of_grave_signals(question: Question) -> str | None:
    """The worry that a signal of one worry alone speaks of."""
    grave = question.signals - SIGNALS_OF_MANY_WORRIES
    return _topic_of_signals(replace(question, signals=grave))


def _topic_of_signals(question: Question) -> str | None:
    """The worry that the gravest signal speaks of."""
    return next(
        (worry for signal, worry in TOPIC_OF_SIGNAL if signal in question.signals), None
    )


def _is_understood(question: Question) -> bool:
    return question.intent != NOT_UNDERSTOOD or question.urgency in (
        "emergency",
        "urgent",
    )


def _emergency_card(question: Question, topic: str | None, library: Library) -> Card:
    fitting = (
        card
        for card in library.answering(IMMEDIATE_DANGER)
        if card.part == "emergency" and topic is not None and topic in card.about
    )
    return _best(fitting, question, topic) or _general_emergency(question, library)


def _general_emergency(question: Question, library: Library) -> Card:
    general = (
        card
        for card in library.answering(IMMEDIATE_DANGER)
        if card.part == "emergency" and not card.about
    )
    return _best(general, question, None) or library.cards[EMERGENCY]


def _body(
    question: Question, topic: str | None, misses: int, library: Library
) -> list[Card]:
    """The cards after the emergency line or the danger check."""
    if question.danger_asked and _is_all_clear(question):
        return [library.cards[NO_DANGER]]
    if told := _harm_in_small_talk(question, library):
        return told
    if misses >= MISSES_BEFORE_HUMAN_ROUTES:
        return _human_routes(question, library)
    if not _is_understood(question):
        return _only(_of_intent(NOT_UNDERSTOOD, question, topic, library))
    if question.intent in QUESTIONS:
        return _question_cards(question, topic, library)
    if question.intent == "inform_nation" and topic:
        thanks = _of_intent("inform_nation", question, topic, library)
        routes = worry_card(topic, "report", question, library)
        return [*_only(thanks), *_only(routes)]
    if question.intent in DIALOGUE or question.intent == "disclose_own_behaviour":
        return _only(_of_intent(question.intent, question, topic, library))
    if topic:
        return _only(worry_card(topic, question.part or "now", question, library))
    if question.intent == IMMEDIATE_DANGER:
        return []
    own = _of_intent(question.intent, question, topic, library)
    return _only(own) or _human_routes(question, library)


def _is_all_clear(question: Question) -> bool:
    """Whether this says no to danger, and nothing that speaks against it."""
    return (
        question.intent == "deny"
        and question.urgency in ("information", "concern")
        and not question.danger_check
        and not question.signals
    )


def _harm_in_small_talk(question: Question, library: Library) -> list[Card]:
    """What answers a message that is off topic or dialogue, but tells of harm.

    An adult may be blackmailed with their own pictures, or the intent may be wrong:
    both get their first steps.
    """
    if question.intent not in DIALOGUE or not question.signals:
        return []
    grave = question.urgency in ("urgent", "emergency")
    off_topic = question.intent == OUT_OF_SCOPE
    young = question.audience == "young_person"
    adult = (
        off_topic
        and not young
        and bool({"blackmail", "sexual_image"} & question.signals)
    )
    cards: list[Card] = []
    topic = _topic_of_signals(question)
    # The child's first steps come first, unless there is plainly no child: to take a
    # child for an adult is the graver mistake.
    if topic and (grave or adult) and not (adult and question.is_adult):
        cards += _only(worry_card(topic, "now", question, library))
    if adult:
        cards.append(library.cards[ADULT_BLACKMAILED])
    return cards


def _human_routes(question: Question, library: Library) -> list[Card]:
    """The people to reach, for this audience."""
    return _only(_of_intent("ask_human", question, None, library)) or [
        library.cards[HUMAN_ROUTES]
    ]


def _only(card: Card | None) -> list[Card]:
    return [card] if card else []


def _asked_card(question: Question, topic: str | None, library: Library) -> Card | None:
    """The card asked for by a button, or the likeliest by words that fits."""
    if pressed := library.cards.get(question.card or ""):
        return pressed
    asked = [
        (card, chance)
        for name, chance in question.cards_asked
        if (card := library.cards.get(name)) is not None
    ]
    possible = [
        (card, chance)
        for card, chance in asked
        if question.audience in card.audience and _is_for_nation(card, question.nation)
    ]
    # A card for somebody else, or for another nation, is not what was meant.
    left = 1 - sum(chance for _, chance in asked) + sum(c for _, c in possible)
    fitting = [
        (card, chance)
        for card, chance in possible
        if chance >= left * _likely_enough(card, question, topic)
        and (not card.about or topic is None or topic in card.about)
    ]
    return max(fitting, key=lambda pair: pair[1])[0] if fitting else None


def _is_for_nation(card: Card, nation: Nation | None) -> bool:
    return card.nations == NATIONS or nation in card.nations


def _likely_enough(card: Card, question: Question, topic: str | None) -> float:
    """How likely a card must be asked for to be shown."""
    own, another = LIKELY_ENOUGH_WITH_A_TOPIC if topic else LIKELY_ENOUGH
    if topic and question.intent in PART_OF_QUESTION:
        return SURELY_ASKED  # "how do I report it?" is about the worry in hand
    if question.intent in card.answers:
        return own
    # One question reads much like another: any may lead to any answer card, but it
    # takes more.
    if question.intent in MAY_ASK_FOR_ANY_CARD:
        return another
    is_question = (
        question.intent in WORRIES
        and question.urgency == "information"
        and question.part is None
    )
    return SURELY_ASKED if is_question else NEVER_ENOUGH


def _question_cards(
    question: Question, topic: str | None, library: Library
) -> list[Card]:
    part = PART_OF_QUESTION.get(question.intent)
    own = worry_card(topic, part, question, library) if topic and part else None
    answer = own or _of_intent(question.intent, question, topic, library)
    cards = _only(answer)
    # A question that wraps a first disclosure also gets the first steps.
    first_told = topic is not None and topic != question.topic
    if topic and first_told and question.urgency in ("urgent", "emergency"):
        cards += _only(worry_card(topic, "now", question, library))
    return cards or _human_routes(question, library)


def worry_card(
    topic: str, part: Part, question: Question, library: Library
) -> Card | None:
    """The card of one part of a worry, or its first steps where there is none."""
    for wanted in dict.fromkeys((part, "now")):
        of_part = (card for card in library.answering(topic) if card.part == wanted)
        if card := _best(of_part, question, topic):
            return card
    return None


def _of_intent(
    intent: str, question: Question, topic: str | None, library: Library
) -> Card | None:
    return _best(
        (
            card
            for card in library.answering(intent)
            if card.part in ("answer", "dialogue")
        ),
        question,
        topic,
    )


def _best(cards: Iterable[Card], question: Question, topic: str | None) -> Card | None:
    """The most particular card that fits: audience, then topic, then nation."""
    nation = question.nation
    fitting = [
        card
        for card in cards
        if (not card.about or topic in card.about) and _is_for_nation(card, nation)
    ]
    for_audience = [card for card in fitting if question.audience in card.audience]
    return min(
        for_audience or fitting,
        key=lambda card: (
            not card.about,
            card.nations == NATIONS,
            len(card.audience),
            # A card with `asked_as` is for a narrower question than the plain one.
            bool(card.asked_as),
            card.id,
        ),
        default=None,
    )


def differs_by_nation(
    cards: Iterable[Card], audience: Audience, library: Library
) -> bool:
    """Whether a route for this person exists in only some of the four nations."""
    contacts = (library.contacts[name] for card in cards for name in card.contacts)
    return any(
        contact.nations != NATIONS
        for contact in contacts
        if audience in contact.audiences
    )
