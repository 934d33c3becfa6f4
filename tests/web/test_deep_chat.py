"""A client that we did not write holds a conversation with our endpoint."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.live_server import ROOT, serving
from tests.web.school import school_site
from tests.web.test_chat import PLEA

pytestmark = [pytest.mark.model, pytest.mark.service]

EXAMPLE = ROOT / "docs" / "examples" / "deep-chat.html"


@pytest.fixture
def deep_chat(installed, tmp_path, trained_model):
    """The example's address, on another origin that the bot allows."""
    bundle = installed("deep-chat/dist/deepChat.bundle.js")
    pages = {
        "/deepChat.bundle.js": bundle.read_text("utf-8"),
        "/index.html": EXAMPLE.read_text("utf-8"),
    }
    with (
        school_site(pages) as origin,
        serving(tmp_path, ALLOWED_ORIGINS=origin) as server,
    ):
        yield f"{origin}/index.html?server={server.url}"


def type_into(page, text):
    page.locator("deep-chat #text-input").fill(text)
    page.keyboard.press("Enter")


def test_deep_chat_shows_what_our_chat_shows(open_page, deep_chat):
    page = open_page(deep_chat)
    expect(page.locator("[data-card=opening]")).to_be_visible()
    type_into(page, PLEA)
    answer = page.locator("[data-card=sextortion_now]")
    expect(answer).to_be_visible()
    expect(answer.get_by_role("link", name="101").first).to_have_attribute(
        "href", "tel:101"
    )
    answer.get_by_role("button", name="How to report it").click()
    expect(page.locator("[data-card=sextortion_report]")).to_be_visible()
    type_into(page, "he is on the bridge and says he will jump")
    expect(page.locator("[data-card=emergency_suicide]")).to_be_visible()


def test_deep_chat_shows_what_cannot_be_read_as_plain_words(open_page, deep_chat):
    page = open_page(deep_chat)
    expect(page.locator("[data-card=opening]")).to_be_visible()
    type_into(page, "🙂🙂")
    expect(page.locator("[data-card=message_unreadable]")).to_be_visible()
