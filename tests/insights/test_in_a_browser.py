"""The page in Chromium: readable by all, on a phone, in the dark, and on two sheets."""

from __future__ import annotations

import re

import pytest

from tests.insights.conftest import TOKEN
from tests.web.axe_core import violations
from tests.web.conftest import DESKTOP, PHONE, PICTURES

pytestmark = [
    pytest.mark.model,
    pytest.mark.service,
    # A browser sees no database: the same page comes from both (test_over_http.py).
    pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session"),
]

LOOKS = {
    "desktop": {"viewport": DESKTOP},
    "phone": PHONE,
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "high contrast": {"viewport": DESKTOP, "forced_colors": "active"},
}
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def opened(open_page, page_server):
    """Opens the page with the token as password."""

    def open_(**options):
        known = {"username": "trustee", "password": TOKEN}
        return open_page(
            f"{page_server.url}/insights", http_credentials=known, **options
        )

    return open_


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(opened, axe, look):
    # axe-core is put into the page from outside, which its own policy forbids.
    page = opened(bypass_csp=True, **LOOKS[look])
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"insights_{look}.png", full_page=True)
    assert violations(page, axe) == []


def test_nothing_else_is_loaded_and_nothing_is_refused(opened, page_server):
    page = opened()
    loaded = [url for url in page.requests if not url.startswith("data:")]
    assert set(loaded) == {f"{page_server.url}/insights"}
    # The first answer asks for the token.
    assert [said for said in page.problems if "401" not in said] == []


def test_it_works_without_scripts(opened):
    page = opened(java_script_enabled=False)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("img").count() >= 10
    page.get_by_role("link", name="March 2026").click()
    page.get_by_role("heading", name="The safeguarding chat in March 2026").wait_for()


def test_every_chart_is_a_picture_with_words(opened):
    page = opened()
    images = page.locator("img").evaluate_all(
        "images => images.map(one => [one.naturalWidth, one.alt])"
    )
    assert len(images) >= 10
    assert all(width > 0 and len(alt) > 40 for width, alt in images)


@pytest.mark.parametrize("zoom", [1, 2, 4], ids=["100 %", "200 %", "400 %"])
def test_a_zoomed_page_scrolls_one_way_only(opened, zoom):
    size = {"width": 1280 // zoom, "height": 1024 // zoom}
    assert opened(viewport=size).evaluate(OVERFLOW) <= 0


def test_no_figure_is_cut_off_on_a_phone(opened):
    """A table scrolls by itself, or fits."""
    page = opened(**PHONE)
    wide = page.locator(".table:not([role])").evaluate_all(
        "tables => tables.filter(one => one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.innerText.slice(0, 40))"
    )
    assert wide == []


def test_the_figures_can_be_reached_without_a_mouse(opened):
    page = opened()
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the figures")
    assert link.evaluate("link => link === document.activeElement")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "figures"


@pytest.mark.parametrize("look", ["desktop", "dark"])
def test_it_prints_on_two_sheets(opened, look):
    pdf = opened(**LOOKS[look]).pdf(prefer_css_page_size=True)
    (PICTURES / "insights.pdf").write_bytes(pdf)
    assert len(PAGE_OF_PDF.findall(pdf)) == 2


def test_a_download_link_is_let_in_too(opened):
    page = opened()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "insights.csv"
