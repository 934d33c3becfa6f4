"""A tracker store that forgets: no words, a bounded number of conversations, an end.

Rasa's in-memory store never forgets and keeps every text. This one drops the text as
soon as a turn is over, keeps what the next turn needs, and wipes a conversation when
it has been quiet for half an hour, or when it is asked to.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Final

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.privacy.quiet_logs import log_event
from bot.settings import DEFAULT_SESSION_MINUTES

logger = logging.getLogger(__name__)

# docs/decisions/006-what-is-kept.md
SECONDS_KEPT: Final = DEFAULT_SESSION_MINUTES * 60
MOST_CONVERSATIONS: Final = 10_000
# The memoization policy looks back five events; a turn has about seven.
EVENTS_KEPT: Final = 14


class ForgetfulTrackerStore(TrackerStore):
    """Keeps slots and intents of open conversations in memory, and nothing else.

    Args:
        domain: Rasa's domain.
        event_broker: told of every new event before its text is dropped.
        seconds_kept: how long a quiet conversation is held.
        most_conversations: beyond this the one that is quiet for longest is dropped.
        clock: seconds that never go back; for tests.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        seconds_kept: float = SECONDS_KEPT,
        most_conversations: int = MOST_CONVERSATIONS,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._seconds_kept = float(seconds_kept)
        self._most_conversations = int(most_conversations)
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, list[Event]]] = OrderedDict()
        # Python's id of an event object is enough to tell which are new in a turn.
        self._told: dict[str, int] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Tells the broker of the turn, then keeps the conversation without words.

        Never raises: Rasa would then keep the whole conversation, words and all, in a
        store of its own.
        """
        sender = tracker.sender_id
        try:
            await self.stream_events(tracker)
            self._held[sender] = (self._clock(), _without_words(tracker))
            self._held.move_to_end(sender)
            self.forget_old()
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "conversation.save.failed", error=name)
            self._held.pop(sender, None)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Publishes the events of this turn: those after the ones we handed out."""
        handed_out = self._told.pop(tracker.sender_id, 0)
        if self.event_broker is not None:
            new = list(tracker.events)[handed_out:]
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was left, or None if there is none any more."""
        self.forget_old()
        held = self._held.get(sender_id)
        if held is None:
            return None
        events = held[1]
        self._told[sender_id] = len(events)
        tracker = self.init_tracker(sender_id)
        for event in events:
            tracker.update(event, self.domain)
        return tracker

    async def keys(self) -> Iterable[str]:
        """The conversations held now."""
        return list(self._held)

    def forget(self, sender_id: str) -> None:
        """Drops everything held for a conversation, here and by the broker."""
        self._held.pop(sender_id, None)
        self._told.pop(sender_id, None)
        forget = getattr(self.event_broker, "forget", None)
        if forget is not None:
            forget(sender_id)

    def forget_old(self) -> None:
        """Drops what is too old or too much."""
        oldest_kept = self._clock() - self._seconds_kept
        while self._held:
            sender, (seen, _) = next(iter(self._held.items()))
            if seen >= oldest_kept and len(self._held) <= self._most_conversations:
                return
            self.forget(sender)


def _without_words(tracker: DialogueStateTracker) -> list[Event]:
    """What the next turn needs: the slots as they stand, and the last turn's shape."""
    slots: list[Event] = [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    ]
    recent = [_wordless(event) for event in list(tracker.events)[-EVENTS_KEPT:]]
    first_listen = next(
        (
            place
            for place, event in enumerate(recent)
            if isinstance(event, ActionExecuted)
            and event.action_name == ACTION_LISTEN_NAME
        ),
        len(recent),
    )
    return [*slots, *recent[first_listen:]]


def _wordless(event: Event) -> Event:
    if isinstance(event, UserUttered):
        intent = {"name": event.intent.get("name")}
        return UserUttered(
            text=None,
            intent=intent,
            parse_data={"intent": intent, "entities": [], "text": None},
            timestamp=event.timestamp,
            input_channel=event.input_channel,
            message_id=event.message_id,
        )
    if isinstance(event, BotUttered):
        return BotUttered(text=None, data={}, timestamp=event.timestamp)
    return event
