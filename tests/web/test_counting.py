"""What the chat tells the server beside messages: contacts opened, and a quick exit."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from bot.channels.pages import SAFE_PLACE
from tests.live_server import ROOT, serving, wait_for
from tests.web.school import school_site
from tests.web.test_chat import PLEA, say

pytestmark = [pytest.mark.model, pytest.mark.service]

DANGER = "i think he may have hurt himself"
WITHOUT_BEACONS = {
    "taken out": "delete Navigator.prototype.sendBeacon",
    "failing": "Navigator.prototype.sendBeacon = () => { throw new TypeError() }",
    "refusing": "Navigator.prototype.sendBeacon = () => false",
}


@pytest.fixture
def chat(open_page, server):
    """An opened chat, its session, and what it has told the server."""
    page = open_page("about:blank")
    return watched(page, server.url)


def watched(page, url):
    """Opens the chat; nothing but our own machine is asked."""
    page.context.route(
        "https://**/*",
        lambda route: route.fulfill(body="elsewhere", content_type="text/html"),
    )
    page.opened = []
    page.context.on("request", lambda request: note(page, request))
    with page.expect_response("**/session") as started:
        page.goto(url)
    page.session = started.value.json()["session"]
    expect(page.locator(".turn.bot")).to_have_count(1)
    return page


def note(page, request):
    if request.url.endswith("/opened"):
        page.opened.append(json.loads(request.post_data)["contact"])


def link(answer, contact, kind):
    """A contact's link of this kind, such as `tel:`."""
    return answer.locator(f"[data-contact={contact}] a[href^='{kind}']").first


def press(page, link):
    """Presses a link; the body of the beacon, which the server has taken.

    After a `tel:` link Chromium asks for a program and takes no more input.
    """
    with page.expect_response("**/opened") as counted:
        link.click()
    assert counted.value.status == 200
    return json.loads(counted.value.request.post_data)


def test_a_pressed_phone_number_is_counted(chat):
    answer = say(chat, PLEA)
    body = press(chat, link(answer, "police_101", "tel:"))
    assert body == {"session": chat.session, "contact": "police_101"}
    assert chat.problems == []


def test_a_pressed_web_link_is_counted_and_opens(chat, library):
    answer = say(chat, PLEA)
    with chat.expect_popup() as popup:
        body = press(chat, link(answer, "report_remove", "https:"))
    assert body == {"session": chat.session, "contact": "report_remove"}
    assert popup.value.url == library.contacts["report_remove"].url
    assert chat.problems == []


WAYS = {
    "phone": ("samaritans", "tel:116123", {"phone": "116 123"}),
    "text": ("shout", "sms:85258?body=SHOUT", {"text": "SHOUT to 85258"}),
    "page": ("ceop", "https://ceop.example/", {"url": "https://ceop.example/"}),
    "e-mail": ("a_desk", "mailto:help@x.example", {"email": "help@x.example"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_reach_a_contact_is_counted_under_its_id(chat, way):
    contact, href, fields = WAYS[way]
    reply = {
        "urgency": "concern",
        "danger_check": False,
        "messages": [
            {
                "text": "Somebody to talk to.",
                "buttons": [],
                "contacts": [{"id": contact, "name": "They", **fields}],
                "card": None,
            }
        ],
    }
    chat.route("**/message", lambda route: route.fulfill(json=reply))
    pressed = link(say(chat, "hello"), contact, href.partition(":")[0])
    assert pressed.get_attribute("href") == href
    with chat.expect_request("**/opened") as sent:
        pressed.click()
    assert json.loads(sent.value.post_data)["contact"] == contact


def test_999_above_the_chat_is_counted(chat):
    head = chat.locator("safeguarding-chat .emergency")
    pressed = head.get_by_role("link", name="Call 999")
    assert press(chat, pressed)["contact"] == "emergency_999"


def test_a_helpline_above_the_chat_is_counted(chat):
    head = chat.locator("safeguarding-chat .emergency")
    head.locator("summary").click()
    with chat.expect_popup():
        body = press(chat, link(head, "nspcc_helpline", "https:"))
    assert body["contact"] == "nspcc_helpline"
    assert press(chat, link(head, "childline", "tel:"))["contact"] == "childline"


def test_999_beside_the_question_for_danger_is_counted(chat):
    reply = say(chat, DANGER)
    pressed = reply.locator(".choices").get_by_role("link", name="Call 999").first
    assert press(chat, pressed)["contact"] == "emergency_999"


def test_enter_on_a_link_is_counted(chat):
    pressed = link(say(chat, PLEA), "police_101", "tel:")
    pressed.focus()
    with chat.expect_request("**/opened") as sent:
        chat.keyboard.press("Enter")
    assert json.loads(sent.value.post_data)["contact"] == "police_101"


def test_the_wheel_opens_a_link_and_is_counted_once(chat):
    pressed = link(say(chat, PLEA), "report_remove", "https:")
    with chat.context.expect_page():
        pressed.click(button="middle")
    say(chat, "thank you")
    assert chat.opened == ["report_remove"]


def test_what_opens_no_contact_is_not_counted(chat):
    """The menu of a link, a source, the contact's own words, a quick reply."""
    answer = say(chat, PLEA)
    link(answer, "report_remove", "https:").click(button="right")
    chat.keyboard.press("Escape")
    answer.locator("[data-contact=report_remove] strong").click()
    answer.locator("details summary").first.click()
    with chat.expect_popup():
        answer.locator("details a").first.click()
    answer.get_by_role("button", name="How to report it").click()
    expect(chat.locator(".turn.bot")).to_have_count(3)
    assert chat.opened == []


def test_each_conversation_has_its_own(chat):
    assert press_childline(chat)["session"] == chat.session
    with chat.expect_response("**/session") as again:
        chat.get_by_role("button", name="Start again").click()
    expect(chat.locator(".turn")).to_have_count(1)
    session = again.value.json()["session"]
    assert press_childline(chat)["session"] == session != chat.session


def press_childline(page):
    page.locator("safeguarding-chat .emergency details").evaluate(
        "details => details.open = true"
    )
    with page.expect_popup():
        return press(page, page.locator("[data-contact=childline] a").first)


# --- leaving ---

OPENING = {"urgency": "information", "danger_check": False, "messages": []}


@pytest.fixture
def ears():
    """A server that hears what a page says while it goes, as Playwright does not.

    Gives its address and the list of what was posted, as (address, body).
    """
    script = (ROOT / "bot/web/chat/built/safeguarding-chat.js").read_bytes()
    page = (
        b'<!doctype html><title>A page</title><link rel="icon" href="data:,">'
        b'<script type="module" src="/chat.js"></script>'
        b"<safeguarding-chat></safeguarding-chat>"
    )
    heard = []

    class Ears(BaseHTTPRequestHandler):
        def do_GET(self):
            is_script = self.path == "/chat.js"
            self.answer(script if is_script else page, is_script)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            what = self.path.rpartition("/")[2]
            if what == "session":
                self.answer(json.dumps({"session": "token", **OPENING}).encode())
            else:
                heard.append((what, json.loads(body)))
                self.answer(b"{}")

        def answer(self, content, is_script=False):
            self.send_response(200)
            kind = "text/javascript" if is_script else "text/html"
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ears)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def leave_by_button(page):
    page.get_by_role("link", name="Leave this page").click()


def leave_by_shift(page):
    for _ in range(3):
        page.keyboard.press("Shift")


@pytest.mark.parametrize("leave", [leave_by_button, leave_by_shift])
def test_leaving_says_so_and_says_it_once(open_page, ears, leave):
    address, heard = ears
    page = watched(open_page("about:blank"), address)
    leave(page)
    page.wait_for_url(f"{SAFE_PLACE}*")
    page.close(run_before_unload=True)
    assert wait_for(lambda: heard)
    assert heard == [("forget", {"session": "token", "left_quickly": True})]


GOINGS = {
    "the tab is closed": lambda page: page.close(run_before_unload=True),
    "another page": lambda page: page.goto("https://elsewhere.example/"),
    "reloaded": lambda page: page.reload(),
    "the element is taken out": lambda page: page.evaluate(
        "document.querySelector('safeguarding-chat').remove()"
    ),
    "start again": lambda page: page.get_by_role("button", name="Start again").click(),
}


@pytest.mark.parametrize("going", GOINGS)
def test_a_page_that_is_merely_closed_was_not_left_quickly(open_page, ears, going):
    address, heard = ears
    page = watched(open_page("about:blank"), address)
    GOINGS[going](page)
    assert wait_for(lambda: heard)
    assert heard == [("forget", {"session": "token"})]


# --- when the server, or the browser, does not play along ---


def test_a_server_that_is_away_holds_up_no_link(chat):
    answer = say(chat, PLEA)
    chat.context.route("**/webhooks/**", lambda route: route.abort())
    with chat.expect_popup() as popup:
        link(answer, "report_remove", "https:").click()
    assert popup.value.url.startswith("https://")
    link(answer, "police_101", "tel:").click()
    assert [said for said in chat.problems if "ERR_FAILED" not in said] == []


def test_a_server_that_never_answers_holds_up_no_link(chat):
    answer = say(chat, PLEA)
    chat.context.route("**/opened", lambda route: None)
    with chat.expect_popup(timeout=2_000) as popup:
        link(answer, "report_remove", "https:").click()
    assert popup.value.url.startswith("https://")


def test_a_killed_server_holds_up_no_link(open_page, tmp_path, trained_model):
    with serving(tmp_path) as server:
        page = watched(open_page("about:blank"), server.url)
        answer = say(page, PLEA)
    with page.expect_popup() as popup:
        link(answer, "report_remove", "https:").click()
    assert popup.value.url.startswith("https://")
    page.locator("safeguarding-chat").get_by_role(
        "link", name="Leave this page"
    ).click()
    page.wait_for_url(f"{SAFE_PLACE}*")


@pytest.mark.parametrize("way", WITHOUT_BEACONS)
def test_a_browser_without_beacons_works_as_well(open_page, server, way):
    page = open_page("about:blank")
    page.add_init_script(WITHOUT_BEACONS[way])
    watched(page, server.url)
    answer = say(page, PLEA)
    with page.expect_popup() as popup:
        link(answer, "report_remove", "https:").click()
    assert popup.value.url.startswith("https://")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".turn")).to_have_count(1)
    page.locator("safeguarding-chat").get_by_role(
        "link", name="Leave this page"
    ).click()
    page.wait_for_url(f"{SAFE_PLACE}*")
    assert page.problems == []


def test_a_page_of_a_strict_school_lets_beacons_through(
    open_page, tmp_path, trained_model
):
    """Its policy lets the bot's address in, and nothing else."""
    pages = {}
    with (
        school_site(pages) as origin,
        serving(tmp_path, ALLOWED_ORIGINS=origin) as bot,
    ):
        policy = (
            f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}; "
            "img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        pages["/index.html"] = (
            '<!doctype html><html lang="en-GB"><title>Our school</title>'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            '<link rel="icon" href="data:,">'
            f'<script type="module" src="{bot.url}/safeguarding-chat.js"></script>'
            "<safeguarding-chat></safeguarding-chat></html>"
        )
        page = watched(open_page("about:blank"), f"{origin}/index.html")
        body = press(page, link(say(page, PLEA), "police_101", "tel:"))
        assert body == {"session": page.session, "contact": "police_101"}
        page.wait_for_timeout(300)
        assert page.problems == []


def test_opening_a_contact_leaves_nothing_in_the_browser(chat):
    press(chat, link(say(chat, PLEA), "police_101", "tel:"))
    assert chat.context.cookies() == []
    assert chat.evaluate("sessionStorage.length + localStorage.length") == 0
    assert chat.evaluate("history.length") <= 2
