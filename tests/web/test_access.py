"""Who can use the chat: axe-core finds nothing, in every state; headers are strict."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.axe_core import violations
from tests.web.conftest import DESKTOP, PHONE, PICTURES
from tests.web.test_chat import PLEA, opened, say

pytestmark = [pytest.mark.model, pytest.mark.service]

SMALLEST_TARGET = 44


def greeted(page):
    return None


def answered(page):
    say(page, PLEA)


def in_an_emergency(page):
    say(page, "he is on a bridge and says he will jump")


def asked_about_danger(page):
    say(page, "she said goodbye to everyone in a strange way")


def in_trouble(page):
    page.route("**/message", lambda route: route.abort())
    page.get_by_label("What worries you?").fill(PLEA)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()


def with_too_long_a_text(page):
    page.get_by_label("What worries you?").fill("a" * 4_001)
    expect(page.locator(".limit")).to_contain_text("Too long")


STATES = [
    greeted,
    answered,
    in_an_emergency,
    asked_about_danger,
    in_trouble,
    with_too_long_a_text,
]
LOOKS = {
    "desktop": {"viewport": DESKTOP},
    "phone": PHONE,
    "tall phone": {**PHONE, "viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("reach", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(open_page, server, axe, reach, look):
    # axe-core is put into the page from outside, which its own policy forbids.
    still = {"bypass_csp": True, "reduced_motion": "reduce"}
    page = opened(open_page, server.url, **still, **LOOKS[look])
    reach(page)
    page.screenshot(path=PICTURES / f"{reach.__name__}_{look}.png")
    assert violations(page, axe) == []


def test_every_target_is_large_enough(open_page, server):
    page = opened(open_page, server.url, **PHONE)
    say(page, PLEA)
    small = []
    for target in page.locator(
        "safeguarding-chat button, safeguarding-chat summary, safeguarding-chat .call"
    ).all():
        box = target.bounding_box()
        if box and box["height"] < SMALLEST_TARGET - 0.5:
            small.append((target.inner_text(), box["height"]))
    assert small == []


def test_motion_and_colours_are_the_persons_choice(open_page, server):
    page = opened(
        open_page, server.url, forced_colors="active", reduced_motion="reduce"
    )
    say(page, PLEA)
    behaviour = page.locator(".log").evaluate(
        "log => getComputedStyle(log).scrollBehavior"
    )
    assert behaviour == "auto"


@pytest.mark.parametrize("zoom", [2, 4], ids=["200 %", "400 %"])
def test_a_zoomed_page_scrolls_one_way_only(open_page, server, zoom):
    size = {"width": 1280 // zoom, "height": 1024 // zoom}
    page = opened(open_page, server.url, viewport=size)
    say(page, PLEA)
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(overflow) <= 0


def test_the_policy_is_strict(http):
    headers = http.get("/").headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors https://school.example" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in headers["permissions-policy"]


def test_any_page_may_load_the_script(http):
    answer = http.get("/safeguarding-chat.js")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_first_paint_on_a_slow_phone(open_page, server):
    """150 ms there and back, 1.6 Mbit/s, a processor four times slower."""
    page = open_page("about:blank", **PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": 1.6e6 / 8,
            "uploadThroughput": 0.75e6 / 8,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(server.url)
    page.wait_for_function(
        "performance.getEntriesByName('first-contentful-paint').length"
    )
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert paint < 1_000
