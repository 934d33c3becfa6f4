"""What a real django-helpdesk 2.6.1 does: each test is something the bot must know.

They say nothing about the bot. When one fails after a new version of django-helpdesk,
the bot's client and the README of this folder have to be read again.
"""

import json
import time

import httpx
import pytest

from tests.helpdesk.django.desk import DeskError
from tests.helpdesk.django.record import RECORDED

pytestmark = pytest.mark.service

PARENT = "parent@home.example"
# HELPDESK_WEBHOOK_TIMEOUT, where a desk does not set it.
SECONDS_THE_DESK_WAITS = 3


def recipients(desk):
    return [address for mail in desk.outbox() for address in mail.to]


def comments(desk, ticket):
    return [follow_up.comment for follow_up in desk.follow_ups(ticket)]


# The webhook.


def test_a_webhook_carries_no_signature_and_no_secret(desk, receiver):
    desk.submit_form("Worried", "About my son.", PARENT)
    (call,) = receiver.calls
    # All that `requests` sends by itself, and nothing else.
    assert set(call.headers) == {
        *("Host", "User-Agent", "Accept-Encoding", "Accept", "Connection"),
        *("Content-Length", "Content-Type"),
    }
    assert call.headers["Content-Type"] == "application/json"
    assert set(call.said) == {"ticket", "queue_slug"}


def test_the_webhook_says_everything_that_is_in_the_ticket(desk, receiver, ticket):
    desk.follow_up_by_api(ticket, "A private note.")
    (call,) = receiver.calls
    told = call.said["ticket"]
    assert told["submitter_email"] == PARENT
    assert told["description"] == "About my son."
    assert [f["comment"] for f in told["followup_set"]] == comments(desk, ticket)


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda p: p.stem)
def test_what_is_recorded_is_what_the_desk_says(path, desk, receiver, ticket):
    recorded = json.loads(path.read_text("utf-8"))
    if path.stem.startswith("new_ticket"):
        desk.create_by_api()
    else:
        desk.follow_up_by_api(ticket, "A private note.")
    (call,) = receiver.calls
    assert set(recorded["headers"]) == set(call.headers)
    assert set(recorded["body"]) == set(call.said)
    assert set(recorded["body"]["ticket"]) == set(call.said["ticket"])
    (one, *_), (other, *_) = (
        body["ticket"]["followup_set"] for body in (recorded["body"], call.said)
    )
    assert set(one) == set(other)


@pytest.mark.parametrize("public", [True, False], ids=["public", "private"])
def test_a_follow_up_by_the_rest_api_fires_the_webhook(desk, receiver, ticket, public):
    """So the bot hears of what it wrote itself, and must know its own."""
    number = desk.follow_up_by_api(ticket, "By the bot.", public=public)
    (call,) = receiver.calls
    assert call.said["followup_id"] == number
    assert call.said["ticket"]["id"] == ticket
    (told,) = (f for f in call.said["ticket"]["followup_set"] if f["id"] == number)
    assert told["user"] == 1  # a number, not a name: the bot is the first user
    assert told["public"] is public


def test_a_private_note_of_staff_fires_the_webhook(desk, receiver, ticket):
    desk.staff_follow_up(ticket, "Not for the parent.", public=False)
    (call,) = receiver.calls
    assert call.said["followup_id"] == desk.follow_ups(ticket)[-1].id


def test_a_change_by_the_rest_api_fires_no_webhook_and_leaves_no_trace(
    desk, receiver, ticket
):
    """Neither priority nor owner nor even that it was closed."""
    before = desk.follow_ups(ticket)
    desk.change_by_api(ticket, priority=1, assigned_to=2, status=4)
    assert desk.ticket(ticket).priority == 1
    assert desk.ticket(ticket).assigned_to == "dsl"
    assert desk.ticket(ticket).status == 4
    assert receiver.calls == []
    assert desk.follow_ups(ticket) == before
    assert desk.outbox() == []


def test_two_addresses_are_written_differently_for_the_two_webhooks(
    desk, receiver, ticket
):
    """New tickets: split at a comma. Follow-ups: at a comma between two spaces."""
    base = receiver.url
    try:
        desk.restart(webhook_url=f"{base}/a,{base}/b")
        desk.create_by_api()
        desk.follow_up_by_api(ticket, "One call, to an address that is two.")
    finally:
        desk.restart(webhook_url=base)
    assert [call.path for call in receiver.calls] == [
        "/desk/a",
        "/desk/b",
        f"/desk/a,{base}/b",
    ]


# A webhook that is not well.


def test_a_ticket_is_saved_and_the_parent_sees_an_error_when_the_webhook_is_away(
    desk, receiver
):
    with receiver.away(), pytest.raises(DeskError) as refused:
        desk.submit_form("Saved all the same", "About my son.", PARENT)
    assert refused.value.response.status_code == 500
    assert desk.tickets()[-1].title == "Saved all the same"
    # And the parent is told by e-mail that the ticket is there.
    assert recipients(desk) == [PARENT]


def test_a_follow_up_is_saved_and_the_bot_sees_an_error_when_the_webhook_is_away(
    desk, receiver, ticket
):
    """Whoever tries again after a 500 writes it twice."""
    with receiver.away(), pytest.raises(DeskError) as refused:
        desk.follow_up_by_api(ticket, "Once.")
    assert refused.value.response.status_code == 500
    assert comments(desk, ticket)[-1] == "Once."


def test_nothing_is_told_again_when_the_webhook_is_back(desk, receiver, ticket):
    with receiver.away(), pytest.raises(DeskError):
        desk.follow_up_by_api(ticket, "Missed.")
    desk.follow_up_by_api(ticket, "Heard.")
    (call,) = receiver.calls
    # But it says everything that is in the ticket, so what was missed is seen now.
    told = [f["comment"] for f in call.said["ticket"]["followup_set"]]
    assert told == comments(desk, ticket)
    assert "Missed." in told


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_the_desk_does_not_look_at_what_the_webhook_answers(
    desk, receiver, ticket, status
):
    """Nobody notices and nothing is sent again."""
    receiver.behave(status=status)
    log = desk.log
    desk.follow_up_by_api(ticket, "Taken.")
    assert len(receiver.calls) == 1
    assert desk.log == log


def test_a_silent_webhook_holds_up_the_request_for_three_seconds(desk, receiver):
    receiver.behave(silent_for=4 * SECONDS_THE_DESK_WAITS)
    began = time.monotonic()
    ticket = desk.submit_form("Slow", "About my son.", PARENT)
    waited = time.monotonic() - began
    assert SECONDS_THE_DESK_WAITS <= waited < 3 * SECONDS_THE_DESK_WAITS
    # This one is no error: only here does the desk catch what goes wrong.
    assert desk.ticket(ticket).title == "Slow"
    assert "Timeout while sending new ticket webhook" in desk.log


def test_three_seconds_are_not_the_most_that_the_desk_waits(desk, receiver, ticket):
    """They are counted from byte to byte, not for the whole answer."""
    dripping = SECONDS_THE_DESK_WAITS + 2
    receiver.behave(one_byte_a_second_for=dripping)
    began = time.monotonic()
    desk.follow_up_by_api(ticket, "Slower.")
    assert time.monotonic() - began >= dripping


def test_the_webhook_may_ask_the_desk_before_it_answers(desk, receiver, ticket):
    """The follow-up is stored by then, and the database is not locked."""
    seen = []

    def ask():
        with desk.api() as http:
            seen.append(http.get(f"/tickets/{ticket}/").json()["followup_set"][-1])

    receiver.behave(asks=ask)
    number = desk.follow_up_by_api(ticket, "Asked for.")
    assert [follow_up["id"] for follow_up in seen] == [number]


# What a follow-up does beside being written.


def test_a_follow_up_with_a_title_renames_the_ticket(desk, ticket):
    desk.follow_up_by_api(ticket, "A note.", title="Seen by the bot")
    assert desk.ticket(ticket).title == "Seen by the bot"


@pytest.mark.parametrize(
    ("title", "written"),
    [({}, "Worried"), ({"title": None}, "Worried"), ({"title": ""}, "Comment")],
    ids=["none", "null", "empty"],
)
def test_a_follow_up_without_a_title_leaves_the_ticket_its_own(
    desk, ticket, title, written
):
    desk.follow_up_by_api(ticket, "A note.", **title)
    assert desk.ticket(ticket).title == "Worried"
    assert desk.follow_ups(ticket)[-1].title == written


def test_a_title_given_afterwards_does_not_rename_the_ticket(desk, receiver, ticket):
    """Nor does changing a follow-up fire the webhook."""
    number = desk.follow_up_by_api(ticket, "A note.")
    receiver.calls.clear()
    with desk.api() as http:
        changed = http.patch(f"/followups/{number}/", json={"title": "By the bot"})
    assert changed.status_code == 200
    assert desk.follow_ups(ticket)[-1].title == "By the bot"
    assert desk.ticket(ticket).title == "Worried"
    assert receiver.calls == []


def test_words_in_double_braces_are_replaced(desk, ticket):
    desk.follow_up_by_api(ticket, "[{{ ticket.title }}] [{{ nothing }}] {% now 'Y' %}")
    assert comments(desk, ticket)[-1] == "[Worried] [] {% now 'Y' %}"


def test_a_space_between_the_braces_keeps_them(desk, ticket):
    desk.follow_up_by_api(ticket, "[{ { ticket.title } }] [{ {this? } }] {# all #}")
    assert comments(desk, ticket)[-1] == "[{ { ticket.title } }] [{ {this? } }] "


def test_a_comment_with_a_broken_brace_is_an_error_and_is_not_saved(desk, ticket):
    with pytest.raises(DeskError) as refused:
        desk.follow_up_by_api(ticket, "What is {{ this? }}")
    assert refused.value.response.status_code == 500
    assert len(comments(desk, ticket)) == 1


def test_a_number_after_a_hash_leaves_a_note_in_that_ticket(desk, receiver, ticket):
    """Even where the number is of something else; it fires no webhook there."""
    other = desk.create_by_api()
    receiver.calls.clear()
    desk.follow_up_by_api(ticket, f"He is #{other} in his class.")
    assert desk.follow_ups(other)[-1].title == f"Referenced in ticket #{ticket}"
    assert [call.said["ticket"]["id"] for call in receiver.calls] == [ticket]


# Who is written to.


@pytest.mark.parametrize("by", ["api", "staff"])
def test_a_public_follow_up_is_mailed_to_the_reporter(desk, ticket, by):
    if by == "api":
        desk.follow_up_by_api(ticket, "For you.", public=True)
    else:
        desk.staff_follow_up(ticket, "For you.", public=True)
    assert recipients(desk) == [PARENT]
    assert "For you." in desk.outbox()[0].body


@pytest.mark.parametrize("by", ["api", "staff"])
def test_a_private_follow_up_is_mailed_to_nobody(desk, ticket, by):
    if by == "api":
        desk.follow_up_by_api(ticket, "Not for you.")
    else:
        desk.staff_follow_up(ticket, "Not for you.", public=False)
    assert desk.outbox() == []


def test_a_private_follow_up_is_not_on_the_reporters_page(desk, ticket):
    desk.follow_up_by_api(ticket, "Not for you.")
    desk.follow_up_by_api(ticket, "For you.", public=True)
    page = httpx.get(f"{desk.url}{desk.ticket(ticket).public_page}", trust_env=False)
    assert "For you." in page.text
    assert "Not for you." not in page.text


def test_a_private_follow_up_is_mailed_to_the_owner(desk, ticket):
    """Its words leave the desk, though not for the reporter."""
    desk.change_by_api(ticket, assigned_to=2)
    desk.follow_up_by_api(ticket, "Not for the parent.")
    assert recipients(desk) == [desk.dsl.email]
    assert "Not for the parent." in desk.outbox()[0].body


def test_a_ticket_closed_in_private_is_mailed_to_nobody(desk, ticket):
    desk.close(ticket)
    assert desk.ticket(ticket).status == 4
    assert desk.outbox() == []


def test_a_ticket_by_the_rest_api_is_mailed_to_the_address_in_it(desk):
    desk.create_by_api(submitter_email=PARENT)
    assert recipients(desk) == [PARENT]


def test_a_ticket_by_the_rest_api_without_an_address_is_mailed_to_nobody(desk):
    ticket = desk.create_by_api()
    desk.follow_up_by_api(ticket, "Nobody is there.", public=True)
    assert desk.outbox() == []


# The reporter.


def test_the_reporter_cannot_comment_in_the_public_page(desk, receiver, ticket):
    """The page has the form. Sending it leads to a log-in that a parent has not."""
    answer = desk.comment_as_reporter(ticket, "It has got worse.")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/login/")
    assert comments(desk, ticket) == ["About my son."]
    assert receiver.calls == []


def test_a_reply_by_mail_is_a_public_follow_up_of_nobody(desk, receiver, ticket):
    desk.reporter_follow_up(ticket, "It has got worse.")
    written = desk.follow_ups(ticket)[-1]
    assert written.comment.strip() == "It has got worse."
    assert written.public
    assert written.user is None
    (call,) = receiver.calls
    assert call.said["followup_id"] == written.id
    # And the desk writes it back to who wrote it.
    assert recipients(desk) == [PARENT]


def test_a_reply_by_mail_is_stored_again_while_the_webhook_is_away(
    desk, receiver, ticket
):
    with receiver.away():
        desk.reporter_follow_up(ticket, "Once.")
    desk.read_mail()
    assert [words.strip() for words in comments(desk, ticket)] == [
        "About my son.",
        "Once.",
        "Once.",
    ]
    # Only the second is told of by name.
    assert [call.said["followup_id"] for call in receiver.calls] == [
        desk.follow_ups(ticket)[-1].id
    ]


# Asking the desk.


@pytest.mark.parametrize(
    "way", ["password", "token"], ids=["user name and password", "token"]
)
def test_the_rest_api_knows_the_bot(desk, way):
    token = {"Authorization": f"Token {desk.token}"}
    with httpx.Client(trust_env=False) as http:
        answer = http.get(
            f"{desk.url}/api/tickets/",
            **({"headers": token} if way == "token" else {"auth": desk.staff}),
        )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "who", [None, ("bot", "wrong")], ids=["nobody", "a wrong password"]
)
def test_the_rest_api_forbids_others(desk, who):
    with httpx.Client(trust_env=False, auth=who) as http:
        answer = http.get(f"{desk.url}/api/tickets/")
    # Not 401: sessions come first, and have no way to ask for a password.
    assert answer.status_code == 403


@pytest.mark.parametrize("what", ["tickets", "followups"])
def test_the_newest_are_on_the_last_page(desk, ticket, what):
    desk.follow_up_by_api(ticket, "The newest.")
    newest = desk.follow_ups(ticket)[-1].id if what == "followups" else ticket
    with desk.api() as http:
        page = http.get(f"/{what}/", params={"page": "last", "page_size": 1}).json()
    assert [found["id"] for found in page["results"]] == [newest]
    assert page["next"] is None
    assert page["count"] > 1


def test_the_rest_api_has_no_other_order_and_no_search(desk, ticket):
    """Unknown questions are not refused; they change nothing."""
    with desk.api() as http:
        plain, asked = (
            http.get("/followups/", params={"page_size": 5, **more}).json()["results"]
            for more in ({}, {"ordering": "-id", "ticket": ticket, "search": "Worried"})
        )
    assert asked == plain


def test_the_rest_api_finds_tickets_by_status(desk, ticket):
    desk.close(ticket)
    with desk.api() as http:
        # Numbers, though its own words for programmers say names.
        answer = http.get("/tickets/", params={"status": "4", "page_size": 100})
    found = answer.json()["results"]
    assert ticket in [one["id"] for one in found]
    assert {one["status"] for one in found} == {4}


def test_whoever_is_staff_may_delete(desk, ticket):
    """The bot's account can do more than the bot ever should."""
    with desk.api() as http:
        assert http.delete(f"/tickets/{ticket}/").status_code == 204
    assert ticket not in [one.id for one in desk.tickets()]
