"""Ends what other parts hold for a conversation. Used by every channel."""

from __future__ import annotations

from typing import Any


def tracker_store(app: Any) -> Any:
    """Rasa's tracker store, or None while there is no agent."""
    agent = getattr(getattr(app, "ctx", None), "agent", None)
    store = getattr(agent, "tracker_store", None)
    # Rasa wraps a tracker store in one that survives its failures.
    return getattr(store, "_tracker_store", store)


def forget_everywhere(app: Any, conversation: str) -> None:
    """Drops what the store and the broker hold for a conversation."""
    store = tracker_store(app)
    for part in (store, getattr(store, "event_broker", None)):
        forget = getattr(part, "forget", None)
        if forget is not None:
            forget(conversation)
    for requests in getattr(app.ctx, "school_requests", ()):
        requests.forget(conversation)
