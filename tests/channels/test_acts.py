"""What people do beside writing is counted once, and never with more than it says."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from bot.channels.acts import count_act
from tests.channels.counted import LAST, Counted, acts_in, opened
from tests.channels.test_webchat import WRONG_BODIES, assert_is_refused
from tests.live_server import ROOT, Chat, environment_for, serving

pytestmark = pytest.mark.model

OPENED = "/webhooks/webchat/opened"
FORGET = "/webhooks/webchat/forget"
HELPFUL = "/webhooks/webchat/helpful"
VISIT = ("webchat", "visit", 0)
LEFT = ("webchat", "quick_exit", 0)


@pytest.fixture(scope="module")
def counting(trained_model, tmp_path_factory):
    """A server that no other test writes to."""
    with serving(tmp_path_factory.mktemp("counting")) as server:
        yield server


@pytest.fixture
def counted(counting):
    """What is counted from the start of this test on."""
    return Counted(counting)


@pytest.fixture
def http(counting):
    with counting.client() as client:
        yield client


def does(chat, address, **what):
    """Tells the server something beside a message."""
    return chat._http.post(address, json={"session": chat.session, **what})


# --- what is counted ---


def test_an_opened_chat_is_a_visit(counted, http):
    Chat(http)
    Chat(http)
    assert counted.conversations() == [[VISIT], [VISIT]]


def test_a_message_is_no_second_visit(counted, http):
    chat = Chat(http)
    chat.press("worry_sextortion.now")
    chat.press("human")
    assert counted.conversations() == [[VISIT]]


def test_an_opened_contact_is_counted_with_the_contact(counted, http):
    response = does(Chat(http), OPENED, contact="childline")
    assert (response.status_code, response.json()) == (200, {"counted": True})
    assert response.headers["cache-control"] == "no-store"
    assert counted.conversations() == [[opened("childline"), VISIT]]


def test_each_contact_can_be_opened(counted, http, library):
    chat, contacts = Chat(http), library.contacts.keys() - {LAST}
    for contact in contacts:
        assert does(chat, OPENED, contact=contact).status_code == 200
    assert counted.conversations() == [sorted([VISIT, *map(opened, contacts)])]


@pytest.mark.parametrize(
    ("helpful", "kind"), [(True, "helpful"), (False, "unhelpful")], ids=str
)
def test_an_opinion_is_counted(counted, http, helpful, kind):
    chat = Chat(http)
    chat.press("human")
    assert does(chat, HELPFUL, helpful=helpful).json() == {"counted": True}
    assert counted.conversations() == [sorted([VISIT, ("webchat", kind, 0)])]


def test_leaving_quickly_is_counted_and_forgets(counted, http):
    chat = Chat(http)
    assert does(chat, FORGET, left_quickly=True).json() == {"forgotten": True}
    assert counted.conversations() == [sorted([VISIT, LEFT])]
    assert_is_refused(chat.send(text="hello"), 404, "SESSION_UNKNOWN")


def test_a_page_that_was_closed_is_no_quick_exit(counted, http):
    Chat(http).forget()
    assert counted.conversations() == [[VISIT]]


@pytest.mark.parametrize("said", [False, None, 0, 1, "true", [True], {}], ids=repr)
def test_nothing_but_true_says_that_somebody_left_quickly(counted, http, said):
    """And it is forgotten all the same."""
    chat = Chat(http)
    assert does(chat, FORGET, left_quickly=said).status_code == 200
    assert counted.conversations() == [[VISIT]]
    assert_is_refused(chat.send(text="hello"), 404, "SESSION_UNKNOWN")


def test_leaving_twice_is_counted_once(counted, http):
    chat = Chat(http)
    for _ in range(2):
        does(chat, FORGET, left_quickly=True)
    assert counted.conversations() == [sorted([VISIT, LEFT])]


# --- what is not ---


def test_of_a_session_that_is_over_nothing_is_counted(counted, http):
    chat = Chat(http)
    chat.forget()
    for address, what in {
        OPENED: {"contact": "childline"},
        HELPFUL: {"helpful": True},
        FORGET: {"left_quickly": True},
    }.items():
        assert does(chat, address, **what).status_code == 200
    assert counted.conversations() == [[VISIT]]


@pytest.mark.parametrize("session", ["", "made up", "A" * 5_000, "default"])
def test_of_a_made_up_session_nothing_is_counted(counted, http, session):
    for address, what in {
        OPENED: {"contact": "childline"},
        HELPFUL: {"helpful": True},
        FORGET: {"left_quickly": True},
    }.items():
        body = {"session": session, **what}
        assert http.post(address, json=body).status_code == 200
    assert counted.conversations() == []


WRONG_CONTACTS = [
    None,
    "",
    "nobody",
    "CHILDLINE",
    "childline ",
    "opening",
    "my daughter Zebedee",
    1,
    True,
    ["childline"],
    {"id": "childline"},
]


@pytest.mark.parametrize("contact", WRONG_CONTACTS, ids=repr)
def test_a_contact_that_does_not_exist_is_refused(counted, http, contact):
    chat = Chat(http)
    assert_is_refused(does(chat, OPENED, contact=contact), 400, "CONTACT_UNKNOWN")
    assert counted.conversations() == [[VISIT]]


def test_no_contact_at_all_is_refused(http):
    assert_is_refused(does(Chat(http), OPENED), 400, "CONTACT_UNKNOWN")


@pytest.mark.parametrize("session", [None, 1, ["x"], {"a": 1}, True], ids=repr)
def test_a_session_that_is_no_string_is_refused(http, session):
    body = {"session": session, "contact": "childline"}
    assert_is_refused(http.post(OPENED, json=body), 400, "SESSION_MISSING")


@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_body_of_the_wrong_kind_is_refused(http, body):
    assert_is_refused(http.post(OPENED, content=body), 400, "BODY_INVALID")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_a_wrong_method_is_refused(http, method):
    assert http.request(method, OPENED).status_code == 405


def test_a_wrong_contact_is_not_in_the_log(counting, http):
    does(Chat(http), OPENED, contact="my daughter Zebedee")
    log = counting.log.read_text("utf-8")
    assert "CONTACT_UNKNOWN" in log
    assert "Zebedee" not in log


# --- without a server ---


def test_the_terminal_is_a_visit(trained_model, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "bot.chat"],
        cwd=ROOT,
        env=environment_for(tmp_path),
        input="/bye\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [*acts_in(tmp_path).values()] == [[("terminal", "visit", 0)]]


def app_with(broker):
    store = SimpleNamespace(event_broker=broker)
    return SimpleNamespace(
        ctx=SimpleNamespace(agent=SimpleNamespace(tracker_store=store))
    )


NO_BROKERS = {
    "no agent yet": SimpleNamespace(ctx=SimpleNamespace(agent=None)),
    "no broker": app_with(None),
    "another broker": app_with(object()),
}


@pytest.mark.parametrize("app", NO_BROKERS.values(), ids=NO_BROKERS)
def test_where_nothing_counts_nothing_fails(app):
    count_act(app, "somebody", "webchat", "visit")


def test_the_broker_is_told_who_where_what(library):
    told = []
    app = app_with(SimpleNamespace(act=lambda *act: told.append(act)))
    count_act(app, "somebody", "webchat", "contact_opened", "childline")
    count_act(app, None, "webchat", "visit")
    assert told == [("somebody", "webchat", "contact_opened", "childline")]
