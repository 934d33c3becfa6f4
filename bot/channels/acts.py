"""Counts what people do beside writing: a visit, a contact opened, a quick exit.

Used by every channel. The broker neither raises nor waits, so nobody's answer or link
is held up by it.
"""

from __future__ import annotations

from typing import Any

from bot.channels.forgetting import tracker_store
from bot.metrics.turn import ActKind, Channel


def count_act(
    app: Any,
    conversation: str | None,
    channel: Channel,
    kind: ActKind,
    contact: str | None = None,
) -> None:
    """Counts an act.

    Args:
        app: the server, or whatever has the agent.
        conversation: its id; None of a session that is over, and counts nothing.
        channel: where it happened.
        kind: what was done.
        contact: the id of the contact that was opened.
    """
    broker = getattr(tracker_store(app), "event_broker", None)
    # An operator's own broker may know turns only.
    act = getattr(broker, "act", None)
    if act is not None and conversation is not None:
        act(conversation, channel, kind, contact)
