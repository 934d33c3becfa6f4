"""A strict desk for each test, and the bot's work on it with the pauses cut short."""

from __future__ import annotations

import pytest

from bot.channels import helpdesk_work
from tests.helpdesk.clients.at_desk import WITH_API, at_work
from tests.helpdesk.desks.desks import DESKS


@pytest.fixture(params=WITH_API)
def helpdesk(request):
    """Each desk in turn; whatever a test did, the reporter was never written to."""
    with DESKS[request.param]() as server:
        yield server
        assert server.public_replies == []
        assert server.complaints == []


@pytest.fixture
def zendesk_only():
    """One desk where all are alike."""
    with DESKS["zendesk"]() as server:
        yield server
        assert server.public_replies == []
        assert server.complaints == []


@pytest.fixture
def short_pauses(monkeypatch):
    """No test waits as long as a desk would."""
    monkeypatch.setattr(helpdesk_work, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(helpdesk_work, "LONGEST_PAUSE", 0.05)
    return monkeypatch


@pytest.fixture
def working(agent, library, short_pauses):
    """Begins the bot's work at a desk: `async with working(helpdesk) as here`."""
    return lambda helpdesk, **other: at_work(helpdesk, agent, library, **other)
