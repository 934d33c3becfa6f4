"""Takes a person through "ask the school to contact me", in any channel.

Used by `bot.channels.reception`, before Rasa: what is typed here is personal and must
not become part of the conversation. Whoever tells of danger instead is answered like
anybody who does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.channels.acts import count_act
from bot.channels.forgetting import tracker_store
from bot.desk_settings import DeskSettings
from bot.errors import BotError
from bot.guidance.choose import Question, worry_card
from bot.guidance.load import Library
from bot.handover.finding import finding_of
from bot.handover.marks import Marks
from bot.handover.note import load_words
from bot.handover.request import (
    AGAIN,
    AGREE,
    ASK,
    BUTTONS,
    CARDS,
    DANGER,
    DOUBT,
    FAILED,
    MOST_WORDS_OF_A_NAME,
    SEND,
    SENT,
    STOP,
    STOPPED,
    THAT_IS_IT,
    WORDS_THAT_AGREE,
    WORDS_THAT_STOP,
    ContactRequest,
    is_way,
    plain,
    summary,
    ticket_text,
    without_way,
)
from bot.metrics.turn import Channel
from bot.privacy.quiet_logs import log_event
from bot.settings import Settings
from bot.terms import IMMEDIATE_DANGER, URGENCIES, Urgency

logger = logging.getLogger(__name__)

# Beyond this the request that was begun first is dropped.
MOST_OPEN: Final = 1_000
# Shorter than the page waits for an answer.
SECONDS_TO_SEND: Final = 12
# Who asks for this at the question for their name has not typed a name.
CRIES_FOR_HELP: Final = frozenset(
    {IMMEDIATE_DANGER, "ask_human", "ask_how_to_report", "ask_police_response"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """What to say: a card, lines of the person's own below it, and buttons.

    `danger_first` puts the emergency card before it.
    """

    card: str
    lines: str = ""
    buttons: tuple[str, ...] = ()
    danger_first: bool = False


class SchoolRequests:
    """The requests under way, in memory only.

    Args:
        settings: of the desk.
        library: for the topics' names.
        channel: where the people are, for the counts.
    """

    def __init__(
        self, settings: DeskSettings, library: Library, channel: Channel
    ) -> None:
        self._settings = settings
        self._library = library
        self._channel = channel
        self._marks = Marks(settings.secret)
        self._words = load_words()
        self._open: OrderedDict[str, ContactRequest] = OrderedDict()
        # What was said last of a request that has ended, or is being sent.
        self._ended: dict[str, asyncio.Future[Said]] = {}
        self._gravest: dict[str, Urgency] = {}
        self._app: Any = None

    def begin(self, app: Any) -> None:
        """Called once the server runs: it has the model and the conversations."""
        self._app = app
        if not hasattr(app.ctx, "school_requests"):
            app.ctx.school_requests = []
        app.ctx.school_requests.append(self)

    def is_open(self, conversation: str) -> bool:
        """Whether a request is under way."""
        return conversation in self._open

    def heard(self, conversation: str, urgency: Urgency) -> None:
        """Remembers the gravest urgency of a conversation."""
        before = self._gravest.get(conversation, "information")
        self._gravest[conversation] = max(before, urgency, key=URGENCIES.index)

    def leave(self, conversation: str) -> None:
        """Drops a request that is under way."""
        self._open.pop(conversation, None)

    def forget(self, conversation: str) -> None:
        """Drops all that is held for a conversation."""
        self.leave(conversation)
        self._ended.pop(conversation, None)
        self._gravest.pop(conversation, None)

    async def press(self, conversation: str, key: str) -> Said:
        """Answers a button of a request."""
        if key == ASK:
            self._ended.pop(conversation, None)
            return await self._go_to(conversation, ContactRequest())
        request = self._open.get(conversation)
        if request is None:
            ended = self._ended.get(conversation)
            return await asyncio.shield(ended) if ended else Said(STOPPED)
        if key == STOP:
            self.leave(conversation)
            return Said(STOPPED)
        if key == SEND and request.step == "check":
            self.leave(conversation)
            sending = asyncio.ensure_future(self._send(conversation, request))
            self._ended[conversation] = sending
            return await asyncio.shield(sending)
        then = request.pressed(key)
        return await self._go_to(conversation, then) if then else _again(request)

    async def take(self, conversation: str, text: str) -> Said | None:
        """Answers what was typed, or None if it is no part of a request."""
        request = self._open.get(conversation)
        if request is None:
            return None
        short = plain(text)
        if short in WORDS_THAT_STOP:
            return await self.press(conversation, STOP)
        if request.step in ("consent", "check"):
            if short in WORDS_THAT_AGREE:
                wanted = AGREE if request.step == "consent" else SEND
                return await self.press(conversation, wanted)
            if request.step == "check" and is_way(text):
                # A corrected number.
                then = replace(request, step="way").typed(text)
                return await self._go_to(conversation, then or request)
            if short and await self._tells_of_danger(request, text):
                self.leave(conversation)
                return None
            return _again(request)
        # A number is no danger, what stands beside it may be.
        told = without_way(text) if request.step == "way" else text
        if plain(told) and await self._tells_of_danger(request, told):
            # A long text is answered in full. A short one may be a name ("Dean
            # Slaughter"): 999 first, and one press goes on.
            if request.step != "name" or request.typed(text) is None:
                self.leave(conversation)
                return None
            if self._open.get(conversation) is request:
                self._open[conversation] = replace(request, doubted=text)
            buttons = (DANGER, THAT_IS_IT, STOP)
            return Said(DOUBT, buttons=buttons, danger_first=True)
        if self._open.get(conversation) is not request:
            return Said(STOPPED)  # stopped while it was read
        then = request.typed(text)
        return await self._go_to(conversation, then) if then else _again(request)

    async def _go_to(self, conversation: str, request: ContactRequest) -> Said:
        self._open[conversation] = request
        self._open.move_to_end(conversation)
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        lines = ""
        if request.step == "check":
            topic, urgency = await self._story(conversation)
            lines = summary(request, topic, urgency, self._words.request)
        return Said(CARDS[request.step], lines, BUTTONS[request.step])

    async def _send(self, conversation: str, request: ContactRequest) -> Said:
        """Straight to the desk, once: nothing is kept to be sent later."""
        # Imported here: a server without a desk starts sooner without an HTTP client.
        from bot.clients.desk import Words
        from bot.clients.desks import desk_of

        topic, urgency = await self._story(conversation)
        words, mark = self._words.request, self._marks.of_new_ticket()
        for_staff = self._words.urgency[urgency]
        text = Words(*ticket_text(request, topic, urgency, for_staff, words, mark))
        desk, calls = desk_of(self._settings)
        try:
            async with calls, asyncio.timeout(SECONDS_TO_SEND):
                number = await desk.open_ticket(words.title, text, urgency)
        except Exception as error:
            name = error.code if isinstance(error, BotError) else type(error).__name__
            log_event(logger, logging.ERROR, "helpdesk.request.lost", error=name)
            return Said(FAILED)
        count_act(self._app, conversation, self._channel, "handover")
        return Said(SENT, f"{words.reference} {number}" if number else "")

    async def _story(self, conversation: str) -> tuple[str | None, Urgency]:
        """What the conversation is about, and the gravest urgency in it."""
        store = tracker_store(self._app)
        tracker = await store.retrieve(conversation) if store else None
        topic = tracker.get_slot("topic") if tracker else None
        card = (
            worry_card(topic, "now", Question(intent=topic), self._library)
            if topic
            else None
        )
        # Whoever asks for the school has a worry, even if they did not tell it here.
        urgency = max(
            self._gravest.get(conversation, "concern"), "concern", key=URGENCIES.index
        )
        return (card.title if card else None), urgency

    async def _tells_of_danger(self, request: ContactRequest, text: str) -> bool:
        try:
            finding = finding_of(await self._app.ctx.agent.parse_message(text))
        except Exception as error:
            name = type(error).__name__
            log_event(logger, logging.ERROR, "helpdesk.request.unread", error=name)
            # Unread it may be anything: the person is answered, not the form.
            return True
        if len(plain(text).split()) > MOST_WORDS_OF_A_NAME or request.step == "check":
            return finding.is_grave
        # The model doubts many a name: a short text needs a sign beside the doubt.
        signs = finding.signals - {"young_person_speaking"}
        if finding.urgency == "emergency" or request.step != "name":
            return finding.urgency == "emergency"  # "after 6pm" is no danger
        is_cry = finding.intent in CRIES_FOR_HELP or "help" in plain(text).split()
        return is_cry or (finding.is_grave and bool(signs))


def _again(request: ContactRequest) -> Said:
    return Said(AGAIN[request.step], buttons=BUTTONS[request.step])


def school_of(
    settings: Settings, library: Library, channel: Channel
) -> SchoolRequests | None:
    """Takes requests to the school, or None where no desk is set."""
    return SchoolRequests(settings.desk, library, channel) if settings.desk else None
