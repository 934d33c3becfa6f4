"""Between Rasa's tracker and `bot.guidance`: what an action reads, says and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.guidance.choices import Menu, load_titles
from bot.guidance.choose import Answer, Question, choose
from bot.guidance.load import Library, load_library
from bot.guidance.render import Message, as_text, render
from bot.handover.finding import likely_worry
from bot.settings import read_settings
from bot.terms import AUDIENCES, NATIONS, PARTS, Audience, Nation, Urgency


@cache
def library() -> Library:
    """All content, read once."""
    return load_library()


@cache
def menu() -> Menu:
    """All buttons, made once."""
    return Menu(library(), load_titles(), read_settings().desk is not None)


def question_from(tracker: Tracker) -> Question:
    """What is known about the latest message and the conversation so far."""
    latest = tracker.latest_message
    entities = {e["entity"]: e["value"] for e in latest.get("entities") or ()}
    signals = frozenset(latest.get("signals_present") or ())
    intent = (latest.get("intent") or {}).get("name") or "nlu_fallback"
    return Question(
        intent=intent,
        urgency=cast(Urgency, latest.get("urgency") or "information"),
        signals=signals,
        danger_check=bool(latest.get("danger_check")),
        audience=_audience(tracker, intent, signals, entities),
        is_adult="adult" in entities,
        nation=_one_of(NATIONS, entities.get("nation")) or tracker.get_slot("nation"),
        topic=tracker.get_slot("topic"),
        worry=likely_worry(latest),
        part=_one_of(PARTS, entities.get("part")),
        card=entities.get("card"),
        cards_asked=tuple(
            (name, near) for name, near in latest.get("cards_asked") or ()
        ),
        misses=int(tracker.get_slot("misses") or 0),
        danger_asked=bool(tracker.get_slot("danger_asked")),
        nation_asked=bool(tracker.get_slot("nation_asked")),
    )


def _audience(
    tracker: Tracker, intent: str, signals: frozenset[str], entities: Mapping[str, Any]
) -> Audience:
    chosen = _one_of(AUDIENCES, entities.get("audience"))
    if chosen:
        return cast(Audience, chosen)
    if intent == "disclose_young_person" or "young_person_speaking" in signals:
        return "young_person"
    return cast(Audience, tracker.get_slot("audience") or "parent")


def _one_of(known: tuple[Any, ...], value: Any) -> Any:
    return value if value in known else None


def answer(dispatcher: CollectingDispatcher, question: Question) -> list[EventType]:
    """Says the answer to a question and returns what to remember of it."""
    chosen = choose(question, library())
    say(dispatcher, question.audience, question.nation, chosen)
    return [
        SlotSet("topic", chosen.topic),
        SlotSet("nation", question.nation),
        SlotSet("audience", question.audience),
        SlotSet("misses", float(chosen.misses)),
        SlotSet("danger_asked", chosen.danger_asked),
        SlotSet("nation_asked", chosen.nation_asked),
    ]


def say(
    dispatcher: CollectingDispatcher,
    audience: Audience,
    nation: Nation | None,
    chosen: Answer,
) -> None:
    """Sends the messages of an answer, each with its structure for our channels."""
    for message in render(chosen, audience, nation, library(), menu()):
        dispatcher.utter_message(
            text=as_text(message),
            buttons=_payload_buttons(message),
            guidance={
                "message": message,
                "urgency": chosen.urgency,
                "danger_check": chosen.danger_check,
                "understood": chosen.understood,
                "nation": nation,
                "audience": audience,
            },
        )


def _payload_buttons(message: Message) -> list[dict[str, Any]]:
    """Buttons as Rasa's own channels understand them."""
    meanings = ((b["title"], menu().meaning(b["choice"])) for b in message["buttons"])
    return [
        {"title": title, "payload": meaning.written}
        for title, meaning in meanings
        if meaning is not None
    ]
