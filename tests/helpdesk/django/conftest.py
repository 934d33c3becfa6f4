"""One desk for all tests of this folder, and somebody for its webhooks to talk to."""

import os

import pytest

from tests.helpdesk.django.desk import DjangoDesk
from tests.helpdesk.django.environment import CannotInstallError
from tests.helpdesk.django.receiver import Receiver


@pytest.fixture(scope="session")
def shared_receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def shared_desk(shared_receiver, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    try:
        desk = DjangoDesk(folder, webhook_url=shared_receiver.url)
    except CannotInstallError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with desk:
        yield desk


@pytest.fixture
def receiver(shared_receiver):
    """Has heard nothing yet, and answers as it should."""
    shared_receiver.behave()
    shared_receiver.calls.clear()
    return shared_receiver


@pytest.fixture
def desk(shared_desk, receiver):
    """Has sent nothing yet; its tickets are those of all tests so far."""
    shared_desk.empty_outbox()
    return shared_desk


@pytest.fixture
def ticket(desk, receiver):
    """A parent's ticket; that it came is no longer to be seen."""
    number = desk.submit_form("Worried", "About my son.", "parent@home.example")
    receiver.calls.clear()
    desk.empty_outbox()
    return number
