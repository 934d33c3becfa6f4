"""A made-up year of conversations, for `make demo-data` and the benchmark.

How people come and what they do is in demo_year.yml. What they are answered is the
bot's own choice, and what becomes of it goes through the same events, rows and folding
as with real people. The same seed makes the same year. Pure but for reading that file.
"""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from bot.guidance.choose import Answer, Question, choose
from bot.guidance.load import Library
from bot.guidance.render import contacts_for
from bot.metrics.counters import Counter
from bot.metrics.declared import TOTAL
from bot.metrics.folding import UK, Conversation, count
from bot.metrics.rows import RANDOM_BITS, rows_of
from bot.metrics.turn import Act, ActKind, Channel, Turn, content_number
from bot.terms import IMMEDIATE_DANGER, NOT_UNDERSTOOD, URGENCIES, WORRIES
from bot.yaml_file import read_yaml

FILE: Final = Path(__file__).with_name("demo_year.yml")
DAYS: Final = 365
SMALL_CHARITY: Final = 60.0
# About so many messages come with each conversation.
TURNS_OF_A_CONVERSATION: Final = 3.06
# More are not made up for a day: each of these stands for several then.
MOST_CONVERSATIONS: Final = 400
LONGEST: Final = 14


class _Wheel:
    """Names with weights, of which one is drawn."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._names = list(weights)
        self._ends = list(accumulate(weights.values()))

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self._names, cum_weights=self._ends)[0]


@dataclass(slots=True)
class _Person:
    """Somebody who writes, and how far the conversation is."""

    number: int
    at: datetime
    channel: Channel
    audience: Any
    nation: Any
    worry: str
    events: list[Turn | Act] = field(default_factory=list)
    asked: Question = field(default_factory=lambda: Question("greet"))
    answer: Answer | None = None
    turns: int = 0


class DemoYear:
    """A year up to a day.

    Args:
        library: what the bot can answer.
        last_day: the year's last, by UK clocks.
        conversations_a_day: on average.
        seed: another one makes another year.
        days: how many.

    Attributes:
        first_day: the year's first.
        days: how many it has.
        times: how many conversations each made-up one stands for.
    """

    def __init__(
        self,
        library: Library,
        last_day: date,
        conversations_a_day: float = SMALL_CHARITY,
        seed: int = 7,
        days: int = DAYS,
    ) -> None:
        self.first_day = last_day - timedelta(days=days - 1)
        self.times = max(1, round(conversations_a_day / MOST_CONVERSATIONS))
        self.days = days
        self._seed = seed
        self._says: Mapping[str, Any] = read_yaml(FILE)
        self._wheels: dict[str, _Wheel] = {}
        usual = sum(map(self._traffic, self._all_days())) / days
        self._a_day = conversations_a_day / self.times / usual
        # The same question always has the same answer.
        self._choose = lru_cache(100_000)(lambda asked: choose(asked, library))
        self._contacts = lru_cache(100_000)(
            lambda name, audience, nation: [
                contact.id
                for contact in contacts_for(
                    library.cards[name], audience, nation, library
                )
            ]
        )

    def counters(self) -> dict[Counter, int]:
        """The daily counters of the whole year."""
        tally: Tally[Counter] = Tally()
        for day in self._all_days():
            conversations = list(self.conversations(day))
            # By UTC some of a day's first hour are of the day before.
            counted = count(conversations, self.first_day, day)
            tally.update({key: n * self.times for key, n in counted.items()})
            tally.update(self._lost(day, len(conversations)))
        return dict(tally)

    def conversations(self, day: date) -> Iterator[Conversation]:
        """Everybody's rows of one day; each day is drawn by itself."""
        dice = random.Random(f"{self._seed} {day}")  # noqa: S311  nothing secret
        for events in self.events(day, dice):
            rows = rows_of(events)
            shown = {(row["kind"], row["number"]) for row in rows["shown"]}
            yield Conversation(rows["turns"], rows["acts"], shown)

    def events(self, day: date, dice: random.Random) -> Iterator[list[Turn | Act]]:
        """What everybody does on one day, conversation by conversation."""
        expected = self._a_day * self._traffic(day)
        for _ in range(_poisson(expected, dice)):
            yield from self._with_those_who_only_look(day, dice)
        if self._is_school_day(day):
            for _ in range(_poisson(expected * self._says["tickets"], dice)):
                yield [self._ticket(day, dice)]

    # How many come, and when

    def _all_days(self) -> Iterator[date]:
        return (self.first_day + timedelta(days=place) for place in range(self.days))

    def _traffic(self, day: date) -> float:
        start, end = self._says["growth"]
        grown = start + (end - start) * self._through(day)
        holiday = self._says["in_holidays"] if self._is_holiday(day) else 1.0
        season = self._says["months"][day.month - 1]
        return grown * season * holiday * self._says["weekdays"][day.weekday()]

    def _through(self, day: date) -> float:
        """How far the year is: 0 on its first day, nearly 1 on its last."""
        return (day - self.first_day).days / self.days

    def _is_holiday(self, day: date) -> bool:
        at = f"{day:%m-%d}"
        return any(first <= at <= last for first, last in self._says["school_holidays"])

    def _is_school_day(self, day: date) -> bool:
        return day.weekday() < 5 and not self._is_holiday(day)

    def _moment(self, day: date, dice: random.Random) -> datetime:
        """A time of the day, in UTC."""
        kind = "school_day" if self._is_school_day(day) else "free_day"
        if day.weekday() == 6 and self._is_school_day(day + timedelta(days=1)):
            kind = "sunday"
        hour = dice.choices(range(24), self._says["hours"][kind])[0]
        return datetime.combine(day, time(hour), UK).astimezone(UTC)

    def _now(self, what: str, day: date) -> Mapping[str, Any] | None:
        """The spike or bad week that a day is in."""
        for one in self._says[what]:
            since = self._through(day) - one["at"]
            if 0 <= since < one["days"] / self.days:
                return one
        return None

    # What they do

    def _drawn(self, name: str, weights: Any, dice: random.Random) -> str:
        if name not in self._wheels:
            self._wheels[name] = _Wheel(weights)
        return self._wheels[name].draw(dice)

    def _said(self, name: str, dice: random.Random) -> str:
        return self._drawn(name, self._says[name], dice)

    def _worry(self, day: date, dice: random.Random) -> str:
        weights = {name: one["weight"] for name, one in self._says["topics"].items()}
        spike = self._now("sextortion_spikes", day) or {"times": 1.0}
        weights["worry_sextortion"] *= spike["times"]
        return self._drawn(f"topics {spike['times']}", weights, dice)

    def _somebody(self, day: date, dice: random.Random) -> _Person:
        start, end = self._says["telegram"]
        is_telegram = dice.random() < start + (end - start) * self._through(day)
        is_known = dice.random() < self._says["nation_known"]
        return _Person(
            number=dice.getrandbits(RANDOM_BITS),
            at=self._moment(day, dice),
            channel="telegram" if is_telegram else "webchat",
            audience=self._said("audiences", dice),
            nation=self._said("nations", dice) if is_known else None,
            worry=self._worry(day, dice),
        )

    def _with_those_who_only_look(
        self, day: date, dice: random.Random
    ) -> Iterator[list[Turn | Act]]:
        """One conversation, and now and then somebody who writes nothing before it."""
        somebody = self._somebody(day, dice)
        writes = self._says["writes_after_opening"][somebody.channel]
        while dice.random() > writes:
            looks = self._somebody(day, dice)
            looks.channel = somebody.channel
            self._act(looks, "visit")
            if dice.random() < self._says["quick_exit"]:
                self._act(looks, "quick_exit")
            yield looks.events
        self._talk(somebody, day, dice)
        yield somebody.events

    def _talk(self, somebody: _Person, day: date, dice: random.Random) -> None:
        """A conversation from its opening to its end."""
        self._act(somebody, "visit")
        intent = self._first_intent(somebody, dice)
        while True:
            self._turn(somebody, intent, day, dice)
            answer = somebody.answer
            assert answer is not None
            goes_on = answer.danger_check or not answer.understood
            is_over = dice.random() > self._says["goes_on"] and not goes_on
            if somebody.turns >= LONGEST or is_over:
                break
            if not answer.understood and dice.random() < 0.3:
                break
            intent = self._next_intent(somebody, answer, dice)
        self._after(somebody, day, dice)

    def _first_intent(self, somebody: _Person, dice: random.Random) -> str:
        intent = self._said("first_messages", dice)
        if intent == "worry":
            return somebody.worry
        return self._said("questions", dice) if intent == "question" else intent

    def _next_intent(
        self, somebody: _Person, answer: Answer, dice: random.Random
    ) -> str:
        if answer.danger_check:
            said = self._said("danger_answers", dice)
            return somebody.worry if said == "other" else said
        if dice.random() < self._says["emergency_button"]:
            return IMMEDIATE_DANGER
        if somebody.asked.topic is None and dice.random() < 0.75:
            return somebody.worry
        if dice.random() < 0.12:
            return "thank"
        if somebody.asked.topic and dice.random() < 0.6:
            return somebody.asked.topic
        return self._said("questions", dice)

    def _turn(
        self, somebody: _Person, intent: str, day: date, dice: random.Random
    ) -> None:
        """One message and its answer."""
        before, told = somebody.answer, intent in WORRIES
        is_again = told and before is not None and before.topic == intent
        part = self._said("parts", dice) if is_again else None
        is_pressed = intent in (IMMEDIATE_DANGER, "affirm", "deny") or (
            is_again and dice.random() < self._says["pressed"]
        )
        bad = self._now("bad_weeks", day) or {"missed": 1.0, "slow": 1.0}
        if not is_pressed and self._is_missed(before, bad["missed"], dice):
            intent, told, part = NOT_UNDERSTOOD, False, None
        signals = (
            self._signals(intent, somebody.audience, dice)
            if told and not is_again
            else frozenset()
        )
        urgency = self._urgency(intent if told and not is_pressed else None, dice)
        doubt = not is_pressed and dice.random() < self._says["danger_check"][urgency]
        somebody.asked = Question(
            intent=intent,
            urgency=urgency,
            signals=signals,
            danger_check=doubt,
            audience=somebody.audience,
            nation=somebody.nation,
            topic=before.topic if before else None,
            part=part,
            misses=before.misses if before else 0,
            danger_asked=bool(before and before.danger_asked),
            nation_asked=bool(before and before.nation_asked),
        )
        somebody.answer = self._choose(somebody.asked)
        somebody.turns += 1
        confidence = "button" if is_pressed else self._said("confidence", dice)
        slow = {**self._says["latency"]}
        slow["under_1s"] *= bad["slow"]
        slow["over_1s"] *= bad["slow"]
        somebody.events.append(
            self._counted(
                somebody,
                day,
                confidence if intent != NOT_UNDERSTOOD else "low",
                self._drawn(f"latency {bad['slow']}", slow, dice),
            )
        )

    def _is_missed(
        self, before: Answer | None, times: float, dice: random.Random
    ) -> bool:
        again = before is not None and before.misses
        chance = self._says["missed_again" if again else "missed"]
        return dice.random() < min(chance * times, 0.7)

    def _signals(
        self, worry: str, audience: str, dice: random.Random
    ) -> frozenset[str]:
        likely = {**self._says["topics"][worry]["signals"]}
        if audience == "young_person":
            likely["young_person_speaking"] = self._says["seen_to_be_young"]
        return frozenset(name for name, at in likely.items() if dice.random() < at)

    def _urgency(self, worry: str | None, dice: random.Random) -> Any:
        if worry is None:
            return "information"
        shares = self._says["topics"][worry]["urgency"]
        weights = dict(zip(URGENCIES, shares, strict=True))
        return self._drawn(f"urgency {worry}", weights, dice)

    def _counted(
        self, somebody: _Person, day: date, confidence: Any, latency: Any
    ) -> Turn:
        asked, answer = somebody.asked, somebody.answer
        assert answer is not None
        cards = [card.id for card in answer.cards]
        contacts = [
            name
            for card in cards
            for name in self._contacts(card, somebody.audience, somebody.nation)
        ]
        return Turn(
            conversation=somebody.number,
            day=somebody.at.date().isoformat(),
            hour=somebody.at.hour,
            turn_number=somebody.turns,
            channel=somebody.channel,
            intent=asked.intent,
            confidence=confidence,
            urgency=answer.urgency,
            danger_check=answer.danger_check,
            understood=answer.understood,
            nation=somebody.nation,
            audience=somebody.audience,
            latency=latency,
            signals=asked.signals,
            cards=tuple(dict.fromkeys(map(content_number, cards))),
            contacts=tuple(dict.fromkeys(map(content_number, contacts))),
            model=self._version("models", day),
            content=self._version("contents", day),
        )

    def _version(self, what: str, day: date) -> int:
        newest = [at for at in self._says[what] if at <= self._through(day)][-1]
        return content_number(f"{what} {newest}")

    def _act(self, somebody: _Person, kind: ActKind, number: int = 0) -> None:
        somebody.events.append(
            Act(
                somebody.number,
                somebody.at.date().isoformat(),
                somebody.at.hour,
                somebody.turns,
                somebody.channel,
                kind,
                number,
            )
        )

    def _after(self, somebody: _Person, day: date, dice: random.Random) -> None:
        """What is done beside writing, once the answers are there."""
        turns = [event for event in somebody.events if isinstance(event, Turn)]
        topic = somebody.answer.topic if somebody.answer else None
        gravest = max(turns, key=lambda turn: URGENCIES.index(turn.urgency)).urgency
        if somebody.channel == "webchat":
            shown = dict.fromkeys(name for turn in turns for name in turn.contacts)
            for number in shown:
                if dice.random() < self._says["opened"][gravest]:
                    self._act(somebody, "contact_opened", number)
        if dice.random() < self._says["gives_opinion"]:
            about = self._says["helpful_about"].get(topic, self._says["helpful"])
            chance = about if turns[-1].understood else self._says["helpful_after_miss"]
            self._act(somebody, "helpful" if dice.random() < chance else "unhelpful")
        if self._is_school_day(day) and dice.random() < self._says["handover"]:
            self._act(somebody, "handover")
        hurry = self._says["quick_exit_about"].get(topic, self._says["quick_exit"])
        if somebody.channel == "webchat" and dice.random() < hurry:
            self._act(somebody, "quick_exit")

    def _ticket(self, day: date, dice: random.Random) -> Turn:
        """A letter to a school's helpdesk; many are about something else."""
        somebody = self._somebody(day, dice)
        somebody.channel, somebody.audience = "helpdesk", "school_staff"
        somebody.turns = 1
        is_nothing = dice.random() < self._says["ticket_about_nothing"]
        worry = None if is_nothing else somebody.worry
        somebody.asked = Question(
            worry or "out_of_scope", self._urgency(worry, dice), audience="school_staff"
        )
        somebody.answer = self._choose(somebody.asked)
        return self._counted(
            somebody,
            day,
            self._said("confidence", dice),
            self._drawn("latency 1.0", self._says["latency"], dice),
        )

    def _lost(self, day: date, conversations: int) -> dict[Counter, int]:
        """Events of a day on which the database was away for too long."""
        for one in self._says["lost_events"]:
            if 0 <= self._through(day) - one["at"] < 1 / self.days:
                lost = max(round(conversations * one["share"]), 1)
                return {(day, "lost_events", TOTAL, 0): lost * self.times}
        return {}


def _poisson(expected: float, dice: random.Random) -> int:
    """How many come where so many are expected."""
    # Near enough for many, and quick.
    return max(0, round(dice.gauss(expected, expected**0.5)))


def conversations_for(turns_a_day: float) -> float:
    """About how many conversations have so many turns."""
    return turns_a_day / TURNS_OF_A_CONVERSATION
