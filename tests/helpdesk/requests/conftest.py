"""A school's desk, the bot that is connected to it, and parents who write."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.channels.reception import Reception
from bot.channels.school_requests import SchoolRequests
from bot.desk_settings import DeskSettings
from bot.guidance.choices import Menu, load_titles
from tests.channels.telegram.conftest import CHATS, on_telegram
from tests.helpdesk.desks.zendesk import ZendeskDesk
from tests.helpdesk.requests.walking import desk_settings
from tests.live_server import Chat, wait_for

SECRET = "a-made-up-webhook-secret"


@pytest.fixture(scope="session")
def school_desk():
    """The desk of all tests here."""
    with ZendeskDesk() as desk:
        desk.secret = SECRET
        yield desk


@pytest.fixture(scope="session")
def connected(trained_model, tmp_path_factory, school_desk):
    """Telegram, and the bot with web chat and desk."""
    folder = tmp_path_factory.mktemp("school")
    with on_telegram(folder, **desk_settings(school_desk)) as (api, server):
        # Its first look at the desk is over, and eats no fault of a test.
        assert wait_for(lambda: school_desk.asked("GET", "search"))
        yield api, server


@pytest.fixture
def desk(school_desk):
    """The desk, as good as new; whatever a test did, nobody was written to."""
    school_desk.come_back()
    school_desk.all_well()
    del school_desk.tickets[:]
    yield school_desk
    school_desk.all_well()
    assert school_desk.complaints == []
    assert school_desk.public_replies == []


@pytest.fixture(scope="session")
def school_http(connected):
    """A client of the bot that is connected."""
    with connected[1].client() as client:
        yield client


@pytest.fixture
def parent(school_http, desk):
    """A parent in the web chat."""
    return Chat(school_http)


@pytest.fixture
def new_chat():
    """Numbers of Telegram chats that nobody has used yet."""
    return lambda: next(CHATS)


@pytest.fixture
def inside(agent, library, desk):
    """The same without a server, to look inside.

    `reception` answers, `school` holds the requests, `handed` is what Rasa was given,
    `app` is what forgetting needs.
    """
    settings = DeskSettings(
        name="zendesk",
        url=desk.base_url,
        secret=desk.secret,
        user=desk.user,
        token=desk.token,
    )
    school = SchoolRequests(settings, library, "webchat")
    app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))
    school.begin(app)
    handed = []

    async def hand_on(message):
        handed.append(message.text)
        return await agent.handle_message(message)

    menu = Menu(library, load_titles(), has_school=True)
    reception = Reception("webchat", hand_on, library, menu, school=school)
    return SimpleNamespace(
        reception=reception, school=school, handed=handed, app=app, agent=agent
    )
