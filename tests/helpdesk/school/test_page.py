"""The note as staff see it, in the desk's own page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.helpdesk.school.letters import URGENT
from tests.helpdesk.school.school import MARK, PARENT
from tests.live_server import ROOT

pytestmark = [pytest.mark.model, pytest.mark.service]

# A copy of it stands in docs/pictures.
PICTURE = ROOT / "reports" / "pictures" / "helpdesk_note.png"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
WIDTH, HEIGHT = 1180, 1400
# The rest of the note is more of the same.
AS_MUCH_OF_THE_NOTE = 412
MARGIN = 16


@pytest.fixture
def page(school, chromium):
    """A browser in which the DSL is signed in."""
    desk = school.desk
    packages = Path(desk._process._python).parents[1]
    (static,) = packages.glob("lib/python3*/site-packages/helpdesk/static")

    def style(route):
        """The desk of the tests serves no styles; a real one does."""
        file = static / route.request.url.partition("/static/")[2].partition("?")[0]
        route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.route("**/static/**", style)
        page.goto(f"{desk.url}/login/")
        page.fill("input[name=username]", desk.dsl.name)
        page.fill("input[name=password]", desk.dsl.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile("/(tickets|dashboard)/"))
        yield page
        browser.close()


def test_staff_see_the_note_as_private(school, page):
    ticket = school.desk.submit_form("My son and a game", URGENT[0], PARENT)
    assert school.has_note(ticket)
    page.goto(f"{school.desk.url}/tickets/{ticket}/")
    note = page.locator(".list-group-item", has_text=MARK)
    expect(note).to_have_count(1)
    expect(note).to_contain_text("Private")
    expect(note).to_contain_text("Only staff see this.")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    # The bar of the page would lie over the note.
    page.add_style_tag(content=".navbar, .sticky-top {position: static !important}")
    top, column = (
        page.get_by_role("heading", level=2).bounding_box(),
        note.bounding_box(),
    )
    assert top
    assert column
    clip = {
        "x": column["x"],
        "y": top["y"] - MARGIN,
        "width": column["width"],
        "height": column["y"] + AS_MUCH_OF_THE_NOTE - top["y"] + MARGIN,
    }
    page.screenshot(path=PICTURE, full_page=True, clip=clip)


def test_the_reporters_page_does_not_show_it(school, page):
    ticket = school.desk.submit_form("My son and a game", URGENT[0], PARENT)
    assert school.has_note(ticket)
    page.context.clear_cookies()
    page.goto(school.desk.url + school.desk.ticket(ticket).public_page)
    expect(page.locator("body")).to_contain_text(URGENT[0])
    expect(page.locator("body")).not_to_contain_text(MARK)
