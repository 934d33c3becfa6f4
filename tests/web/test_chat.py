"""The web chat in a real browser, with the real server."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from bot.channels.pages import SAFE_PLACE
from tests.live_server import ROOT, serving
from tests.web.conftest import PHONE, PICTURES

pytestmark = [pytest.mark.model, pytest.mark.service]

PLEA = "someone on snapchat is threatening to send my sons photos round unless he pays"
SCRIPTED = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> he wants money for pics"
)


def say(page, text):
    """Types a message and waits for the answer."""
    turns = page.locator(".turn.bot").count()
    page.get_by_label("What worries you?").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".turn.bot")).to_have_count(turns + 1)
    return page.locator(".turn.bot").last


def opened(open_page, url, **options):
    page = open_page(url, **options)
    expect(page.locator(".turn.bot")).to_have_count(1)
    return page


def elsewhere(page, url):
    """Requests that went to another host."""
    home = urlsplit(url).netloc
    return [
        address
        for address in page.requests
        if urlsplit(address).netloc not in ("", home)
    ]


def is_safe_place_stubbed(page):
    """The neutral page is answered here: nothing leaves this machine."""
    page.route(
        f"{SAFE_PLACE}*",
        lambda route: route.fulfill(body="weather", content_type="text/html"),
    )


def test_a_worried_parent_is_answered(open_page, server):
    page = opened(open_page, server.url)
    answer = say(page, PLEA)
    expect(answer.locator("[data-card=sextortion_now]")).to_be_visible()
    expect(answer.get_by_role("link", name="Call 999").first).to_have_attribute(
        "href", "tel:999"
    )
    expect(answer.locator("summary").first).to_contain_text("Reviewed")
    assert page.problems == []
    assert elsewhere(page, server.url) == []
    assert page.context.cookies() == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_quick_reply_is_a_press(open_page, server):
    page = opened(open_page, server.url)
    say(page, PLEA)
    page.locator(".turn.bot").last.get_by_role(
        "button", name="How to report it"
    ).click()
    expect(page.locator(".turn.bot")).to_have_count(3)
    expect(page.locator(".turn.person").last).to_contain_text("How to report it")


def test_the_whole_path_by_keyboard_alone(open_page, server):
    page = opened(open_page, server.url)
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "document.querySelector('safeguarding-chat').shadowRoot.activeElement?.id"
        )
        if focused == "text":
            break
    assert focused == "text"
    page.keyboard.type(PLEA)
    page.keyboard.press("Enter")
    expect(page.locator(".turn.bot")).to_have_count(2)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        name = page.evaluate(
            "document.querySelector('safeguarding-chat').shadowRoot"
            ".activeElement?.textContent"
        )
        if name == "How to report it":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".turn.bot")).to_have_count(3)


def test_the_whole_path_on_the_smallest_phone(open_page, server):
    page = opened(open_page, server.url, **PHONE, reduced_motion="reduce")
    answer = say(page, PLEA)
    expect(answer.locator("[data-card=sextortion_now]")).to_be_attached()
    header = page.locator("safeguarding-chat header").bounding_box()
    start = answer.locator("p").first.bounding_box()
    assert (
        header["y"] + header["height"] <= start["y"] < PHONE["viewport"]["height"] / 2
    )
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(overflow) <= 0


def test_the_answer_is_read_from_its_start(open_page, server):
    page = opened(open_page, server.url)
    answer = say(page, PLEA)
    page.wait_for_timeout(600)
    log = page.locator(".log").bounding_box()
    top = answer.bounding_box()["y"]
    assert log["y"] - 2 <= top <= log["y"] + 40


def test_one_announcement_for_each_answer(open_page, server):
    page = opened(open_page, server.url)
    page.evaluate(
        """() => {
          window.added = [];
          const root = document.querySelector('safeguarding-chat').shadowRoot;
          new MutationObserver((records) => {
            for (const record of records)
              for (const node of record.addedNodes) added.push(node.className);
          }).observe(root.querySelector('[role=log]'), {childList: true});
        }"""
    )
    say(page, PLEA)
    added = page.evaluate("added")
    assert [name.split()[1] for name in added] == ["person", "bot"]


def test_leaving_takes_one_press_and_back_does_not_return(open_page, server):
    page = opened(open_page, server.url)
    is_safe_place_stubbed(page)
    say(page, PLEA)
    # The page's own is out of sight: the chat's forgets as well.
    page.locator("safeguarding-chat").get_by_role(
        "link", name="Leave this page"
    ).click()
    page.wait_for_url(f"{SAFE_PLACE}*")
    page.go_back()
    assert "Worried" not in page.content()


def test_three_shifts_leave_at_once_and_the_server_forgets(open_page, server, http):
    page = opened(open_page, server.url)
    is_safe_place_stubbed(page)
    say(page, PLEA)
    sent = []
    page.on("request", lambda request: sent.append((request.url, request.post_data)))
    page.route("**/message", lambda route: None)  # an answer that never comes
    page.get_by_label("What worries you?").fill("and another thing")
    page.get_by_role("button", name="Send").click()
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(f"{SAFE_PLACE}*")
    session = next(
        json.loads(data)["session"] for url, data in sent if url.endswith("/forget")
    )
    answer = http.post(
        "/webhooks/webchat/message", json={"session": session, "text": "hello"}
    )
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "SESSION_UNKNOWN"


def test_capital_letters_do_not_leave(open_page, server):
    page = opened(open_page, server.url)
    page.get_by_label("What worries you?").click()
    page.keyboard.type("HELP ME Please")
    for key in ("Shift", "a", "Shift", "b", "Shift"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url.startswith(server.url)


def test_without_scripts_the_people_are_there(open_page, server):
    page = open_page(server.url, java_script_enabled=False)
    expect(page.get_by_role("link", name="Call 999")).to_be_visible()
    expect(page.get_by_role("link", name="Leave this page")).to_have_attribute(
        "href", SAFE_PLACE
    )
    expect(page.get_by_role("link", name="Childline")).to_be_visible()


def test_a_message_that_cannot_be_sent_is_kept(open_page, server):
    page = opened(open_page, server.url)
    page.route("**/webhooks/**", lambda route: route.abort())
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").click()
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("call 999")
    expect(trouble).to_contain_text("0800 1111")
    expect(page.get_by_label("What worries you?")).to_have_value(PLEA)
    page.unroute("**/webhooks/**")
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn.bot")).to_have_count(2)
    expect(page.locator(".turn.person")).to_have_count(1)
    expect(page.get_by_label("What worries you?")).to_have_value("")


def test_a_killed_server_and_a_new_one(open_page, tmp_path, trained_model):
    """The text is kept, and one press goes on in a new session."""
    with serving(tmp_path) as first:
        port = urlsplit(first.url).port
        page = opened(open_page, first.url)
        say(page, PLEA)
    page.get_by_label("What worries you?").fill("should he pay")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("call 999")
    (tmp_path / "again").mkdir()
    with serving(tmp_path / "again", at_port=port):
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".turn.person").last).to_contain_text("should he pay")
        expect(
            page.locator(".turn.bot").last.locator("[data-card]").first
        ).to_be_visible()
        expect(page.get_by_label("What worries you?")).to_have_value("")


def test_a_session_that_timed_out_goes_on_in_a_new_one(open_page, server, http):
    """To the chat a session that ran out is one that the server forgot."""
    page = open_page("about:blank")
    with page.expect_response("**/session") as started:
        page.goto(server.url)
    expect(page.locator(".turn.bot")).to_have_count(1)
    http.post("/webhooks/webchat/forget", json=started.value.json())
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").click()
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("This chat has ended.")
    expect(trouble).to_contain_text("call 999")
    trouble.get_by_role("button", name="Start again and send this").click()
    expect(page.locator("[data-card=sextortion_now]")).to_be_visible()
    expect(page.get_by_label("What worries you?")).to_have_value("")


def test_offline_and_back(open_page, server):
    page = opened(open_page, server.url)
    page.context.set_offline(True)
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").click()
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("Your message was not sent. It is still here.")
    page.context.set_offline(False)
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-card=sextortion_now]")).to_be_visible()


def test_what_an_error_of_the_server_says_stays_text(open_page, server):
    page = opened(open_page, server.url)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    page.route(
        "**/message",
        lambda route: route.fulfill(
            status=500, body=SCRIPTED, content_type="text/html"
        ),
    )
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("call 999")
    assert page.locator("safeguarding-chat img, safeguarding-chat script").count() == 0


def test_the_advice_can_be_copied(open_page, server):
    page = opened(
        open_page, server.url, permissions=["clipboard-write", "clipboard-read"]
    )
    say(page, PLEA)
    page.get_by_role("button", name="Copy this advice").click()
    expect(page.locator(".told")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "999" in copied
    assert PLEA not in copied


def test_print_shows_the_advice_and_not_the_buttons(open_page, server):
    page = opened(open_page, server.url)
    say(page, PLEA)
    page.emulate_media(media="print")
    expect(page.locator("[data-card=sextortion_now]")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    expect(page.get_by_role("link", name="Leave this page").last).to_be_hidden()
    expect(page.get_by_role("link", name="Call 999").first).to_be_visible()
    page.pdf(path=PICTURES / "printed.pdf")


@pytest.mark.parametrize(
    "text",
    [SCRIPTED, "مرحبا ابني في خطر", "😭😭 my son 🙏", "' OR 1=1; --"],
    ids=["markup", "right to left", "emoji", "sql"],
)
def test_what_is_written_stays_text(open_page, server, text):
    page = opened(open_page, server.url)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    say(page, text)
    expect(page.locator(".turn.person").last).to_contain_text(text)
    assert page.locator(".turn img, .turn script").count() == 0
    assert page.problems == []


def test_markup_from_the_server_stays_text(open_page, server):
    page = opened(open_page, server.url)
    evil = "<img src=x onerror=alert(1)>"
    reply = {
        "urgency": "concern",
        "danger_check": False,
        "messages": [
            {
                "text": evil,
                "buttons": [{"title": evil, "choice": "human"}],
                "contacts": [
                    {
                        "id": "x",
                        "name": evil,
                        "phone": evil,
                        "url": "javascript:alert(1)",
                    }
                ],
                "card": {
                    "id": '"><b>',
                    "title": evil,
                    "sources": [{"name": evil, "url": "javascript:alert(1)"}],
                    "reviewed_on": "2026-11-21",
                },
            }
        ],
    }
    page.route("**/message", lambda route: route.fulfill(json=reply))
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    answer = say(page, "hello")
    expect(answer).to_contain_text(evil)
    assert page.locator(".turn img, [href^=javascript]").count() == 0


def test_ten_thousand_pasted_characters_lose_nothing(open_page, server):
    page = opened(open_page, server.url)
    text = "my son is being threatened " * 371
    page.get_by_label("What worries you?").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".limit")).to_contain_text("Too long")
    expect(page.get_by_label("What worries you?")).to_have_value(text)
    expect(page.locator(".turn.person")).to_have_count(0)


def test_a_double_click_sends_once(open_page, server):
    page = opened(open_page, server.url)
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".turn.bot")).to_have_count(2)
    page.wait_for_timeout(500)
    expect(page.locator(".turn.person")).to_have_count(1)


def test_two_tabs_are_two_conversations(open_page, server):
    first, second = opened(open_page, server.url), opened(open_page, server.url)
    say(first, PLEA)
    expect(second.locator(".turn")).to_have_count(1)


def test_a_slow_answer_is_announced(open_page, server):
    page = opened(open_page, server.url)

    def slowly(route):
        page.wait_for_timeout(2_000)
        route.continue_()

    page.route("**/message", slowly)
    page.get_by_label("What worries you?").fill("hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".typing")).to_be_visible()
    expect(page.locator(".turn.bot")).to_have_count(2)
    expect(page.locator(".typing")).to_be_hidden()


def test_an_opinion_is_counted_without_words(open_page, server):
    page = opened(open_page, server.url)
    answer = say(page, PLEA)
    with page.expect_response("**/helpful") as counted:
        answer.get_by_role("button", name="Yes").click()
    assert counted.value.status == 200
    expect(answer.locator(".helpful")).to_contain_text("Thank you.")


def test_start_again_forgets(open_page, server):
    page = opened(open_page, server.url)
    say(page, PLEA)
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".turn")).to_have_count(1)


def test_the_script_is_small():
    import gzip

    built = (ROOT / "bot/web/chat/built/safeguarding-chat.js").read_bytes()
    assert len(gzip.compress(built, 9)) <= 15 * 1024


def test_the_built_in_people_are_those_of_the_contacts():
    from tools.write_people import TARGET, people

    assert json.loads(Path(TARGET).read_text("utf-8")) == people()
