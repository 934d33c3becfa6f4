"""The whole way on the page, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.helpdesk.requests.walking import NAME, WAY, WORRY, ticket_words
from tests.web.axe_core import violations
from tests.web.conftest import (  # noqa: F401  fixtures
    PHONE,
    PICTURES,
    _browser,
    _playwright,
    axe,
    browser,
    chromium_path,
    installed,
    open_page,
)
from tests.web.test_chat import opened, say

pytestmark = [pytest.mark.model, pytest.mark.service]

LOOKS = {"desktop": {}, "phone": PHONE}


def press(page, title):
    turns = page.locator(".turn.bot").count()
    page.locator(".turn.bot").last.get_by_role("button", name=title).click()
    expect(page.locator(".turn.bot")).to_have_count(turns + 1)
    return page.locator(".turn.bot").last


@pytest.mark.parametrize("look", LOOKS)
def test_the_whole_way_on_the_page(open_page, connected, desk, look):  # noqa: F811
    page = opened(open_page, connected[1].url, reduced_motion="reduce", **LOOKS[look])

    def picture(step):
        page.wait_for_timeout(150)
        page.screenshot(path=PICTURES / f"school_{step}_{look}.png")

    say(page, WORRY)
    picture("offered")
    press(page, "Ask my school to contact me")
    picture("consent")
    press(page, "Yes, go on")
    picture("name")
    say(page, NAME)
    answer = say(page, WAY)
    picture("check")
    # Each line of the summary stands by itself.
    lines = answer.inner_text().splitlines()
    assert f"Name: {NAME}" in [line.strip() for line in lines]
    assert any(line.strip().endswith(WAY) for line in lines)
    sent = press(page, "Yes, send it")
    picture("sent")
    expect(sent).to_contain_text(desk.tickets[-1].ref)
    expect(sent.get_by_role("link", name="Call 999").first).to_be_visible()
    assert NAME in ticket_words(desk)
    assert page.problems == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert page.context.cookies() == []


def test_a_name_is_no_markup(open_page, connected, desk):  # noqa: F811
    page = opened(open_page, connected[1].url)
    say(page, WORRY)
    press(page, "Ask my school to contact me")
    press(page, "Yes, go on")
    say(page, "Ann &lt;img src=x&gt; & \"Bo\" 'Jo'")
    answer = say(page, WAY)
    expect(answer).to_contain_text("Ann &lt;img src=x&gt; & \"Bo\" 'Jo'")
    assert answer.locator("img").count() == 0


def test_axe_finds_nothing_on_the_way(open_page, connected, desk, axe):  # noqa: F811
    still = {"bypass_csp": True, "reduced_motion": "reduce"}
    page = opened(open_page, connected[1].url, **still)
    say(page, WORRY)
    press(page, "Ask my school to contact me")
    assert violations(page, axe) == []
    press(page, "Yes, go on")
    say(page, NAME)
    say(page, WAY)
    assert violations(page, axe) == []
    press(page, "Yes, send it")
    assert violations(page, axe) == []
