"""The chat on a school's page: another origin, its attributes, floating in a corner."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.live_server import serving
from tests.web.axe_core import violations
from tests.web.conftest import PHONE, PICTURES
from tests.web.school import school_site
from tests.web.test_chat import PLEA, say

pytestmark = [pytest.mark.model, pytest.mark.service]

HEADING = "Worried about a child online?"
EVIL = "<img src=x onerror=alert(1)>"
FOCUSED = "document.querySelector('safeguarding-chat').shadowRoot.activeElement.{}"


@pytest.fixture(scope="module")
def pages():
    """What the school has at each path, to be filled by a test."""
    return {}


@pytest.fixture(scope="module")
def origin(pages):
    with school_site(pages) as address:
        yield address


@pytest.fixture(scope="module")
def bot(origin, tmp_path_factory, trained_model):
    """A bot that lets the school's pages talk to it."""
    with serving(tmp_path_factory.mktemp("bot"), ALLOWED_ORIGINS=origin) as server:
        yield server


@pytest.fixture
def school(open_page, pages, origin, bot):
    """Opens the school's page with the chat on it, as its web editor wrote it."""

    def open_(attributes="", inside="", policy="", **options):
        pages["/index.html"] = f"""<!doctype html>
<html lang="en-GB"><title>Our school</title>
<meta name="viewport" content="width=device-width">{policy}
<link rel="icon" href="data:,">
<main><h1>Our school</h1><p>Term starts on Monday.</p></main>
<script type="module" src="{bot.url}/safeguarding-chat.js"></script>
<safeguarding-chat {attributes}>{inside}</safeguarding-chat></html>"""
        return open_page(f"{origin}/index.html", **options)

    return open_


def test_one_script_and_one_tag_on_another_origin(school):
    page = school()
    expect(page.locator(".turn.bot")).to_have_count(1)
    say(page, PLEA)
    expect(page.locator("[data-card=sextortion_now]")).to_be_visible()
    assert page.problems == []


def test_a_page_of_a_strict_school(school, bot):
    """Its policy lets the bot's address in, and nothing else: no inline, no eval."""
    policy = (
        '<meta http-equiv="Content-Security-Policy" content="'
        f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}; "
        "img-src data:; "
        "require-trusted-types-for 'script'; trusted-types 'none'\">"
    )
    page = school(policy=policy)
    expect(page.locator(".turn.bot")).to_have_count(1)
    say(page, PLEA)
    assert page.problems == []


def test_an_origin_that_is_not_listed_gets_the_emergency_card_only(
    open_page, bot, pages
):
    with school_site(pages) as stranger:
        pages["/other.html"] = (
            '<!doctype html><html lang="en-GB"><title>Other</title>'
            f'<script type="module" src="{bot.url}/safeguarding-chat.js"></script>'
            "<safeguarding-chat></safeguarding-chat></html>"
        )
        page = open_page(f"{stranger}/other.html")
        expect(page.get_by_role("alert")).to_contain_text("call 999")
        expect(page.locator(".turn.bot")).to_have_count(0)


def test_each_attribute_does_what_the_docs_say(school, bot):
    page = school(
        f'server="{bot.url}/" heading="Ask Hillview" '
        'greeting="We are here in term time." accent="#5b2a86"'
    )
    panel = page.get_by_role("region", name="Ask Hillview")
    expect(panel.get_by_role("heading", name="Ask Hillview")).to_be_visible()
    expect(panel).to_contain_text("We are here in term time.")
    colour = page.get_by_role("button", name="Send").evaluate(
        "send => getComputedStyle(send).backgroundColor"
    )
    assert colour == "rgb(91, 42, 134)"
    expect(page.locator(".turn.bot")).to_have_count(1)


def test_markup_in_attributes_stays_text(school):
    page = school(f'heading="{EVIL}" greeting="{EVIL}" accent="red;}}*{{display:none"')
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    expect(page.get_by_role("heading", name=EVIL)).to_be_visible()
    assert page.locator("safeguarding-chat img").count() == 0
    expect(page.locator(".turn.bot")).to_have_count(1)


def test_a_server_that_is_away_leaves_the_emergency_card(school):
    page = school('server="http://127.0.0.1:9"')
    expect(page.get_by_role("link", name="Call 999").first).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("0800 1111")


def test_what_stands_in_the_tag_shows_without_scripts(school):
    page = school(
        inside='<p>In danger? <a href="tel:999">Call 999</a></p>',
        java_script_enabled=False,
    )
    expect(page.get_by_role("link", name="Call 999")).to_be_visible()


@pytest.mark.parametrize("position", ["bottom-right", "bottom-left"])
def test_floating_and_open_axe_finds_nothing(school, axe, position):
    page = school(f'position="{position}"', bypass_csp=True)
    launcher = page.get_by_role("button", name=HEADING)
    expect(launcher).to_be_visible()
    assert violations(page, axe) == []
    launcher.click()
    expect(page.locator(".turn.bot")).to_have_count(1)
    page.screenshot(path=PICTURES / f"floating_{position}.png")
    assert violations(page, axe) == []


def test_nothing_is_asked_of_the_server_before_the_chat_is_opened(school):
    page = school('position="bottom-right"')
    page.get_by_role("button", name=HEADING).wait_for()
    assert [url for url in page.requests if "/webhooks/" in url] == []


def test_focus_goes_in_on_open_and_back_on_close(school):
    page = school('position="bottom-right"')
    page.get_by_role("button", name=HEADING).click()
    assert page.evaluate(FOCUSED.format("id")) == "text"
    page.get_by_role("button", name="Close").click()
    assert page.evaluate(FOCUSED.format("className")) == "launcher"


def test_floating_on_a_phone_the_input_is_in_sight(school):
    page = school('position="bottom-right"', **PHONE)
    page.get_by_role("button", name=HEADING).click()
    expect(page.locator(".turn.bot")).to_have_count(1)
    expect(page.get_by_label("What worries you?")).to_be_in_viewport()
    page.screenshot(path=PICTURES / "floating_phone.png")
