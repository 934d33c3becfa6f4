"""One school for what is quick, and the parts for tests that break something."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager

import pytest

from tests.helpdesk.django.desk import DjangoDesk
from tests.helpdesk.django.environment import CannotInstallError
from tests.helpdesk.school.between import Between
from tests.helpdesk.school.school import ADDRESS, School, bot_beside
from tests.live_server import free_port


def desk_in(folder, webhook_url):
    """A desk, or a test that is skipped; fails where all must be there."""
    try:
        return DjangoDesk(folder, webhook_url=webhook_url)
    except CannotInstallError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def shared_school(trained_model, tmp_path_factory):
    port = free_port()
    with (
        Between(f"http://127.0.0.1:{port}") as webhooks,
        desk_in(tmp_path_factory.mktemp("desk"), webhooks.url + ADDRESS) as desk,
        bot_beside(desk, tmp_path_factory.mktemp("bot"), port) as bot,
    ):
        yield School(desk, bot, webhooks)


@pytest.fixture
def school(shared_school) -> School:
    """Has sent no mail yet; its tickets are those of all tests so far."""
    shared_school.desk.empty_outbox()
    return shared_school


@pytest.fixture
def desk_folder(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def bot_folder(tmp_path):
    folder = tmp_path / "bot"
    folder.mkdir()
    return folder


@pytest.fixture
def desk_with(trained_model, desk_folder):
    """Opens a desk of the test's own: `with desk_with(webhook_url) as desk`."""

    def open_desk(webhook_url):
        return desk_in(desk_folder, webhook_url)

    return open_desk


@pytest.fixture
def bot_that_sees():
    """A bot with somebody between it and the desk: gives both."""

    @contextmanager
    def open_bot(desk, folder, port):
        with (
            Between(desk.url) as way,
            bot_beside(desk, folder, port, url=way.url) as bot,
        ):
            yield bot, way

    return open_bot


@pytest.fixture
def report(capsys):
    """Says a figure in the middle of pytest's own words."""

    def say(words):
        with capsys.disabled():
            sys.stdout.write(f"\n  {words} ")

    return say


@pytest.fixture
def chromium(unavailable) -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("Chromium is not installed (Debian: apt-get install chromium)")
    return path
