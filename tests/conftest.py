"""What every test starts from: quiet logs, no network, one server for the whole run."""

import os
import socket

import httpx
import pytest

# The entry points stand in for scikit-learn (`bot.quick_start`). Tests that compare
# with it need the real one, whichever test is read first.
import sklearn.feature_extraction.text
import sklearn.linear_model  # noqa: F401

from bot.agent import load_agent
from bot.guidance.load import load_library
from bot.privacy.quiet_logs import log_quietly
from bot.settings import Settings
from tests.live_server import ROOT, Chat, Server, serving

log_quietly()

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Only this machine may be reached."""
    connect = socket.socket.connect

    def connect_here(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            pytest.fail(f"a test wanted to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture
def unavailable():
    """Skips a test for want of a service, or fails it where all must be there."""

    def give_up(reason):
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return give_up


@pytest.fixture(scope="session")
def library():
    """All content, as the bot reads it."""
    return load_library()


@pytest.fixture(scope="session")
def trained_model():
    """Fails at once, and says why, where there is no model."""
    if not (ROOT / "models" / "current.tar.gz").exists():
        pytest.fail("There is no trained model. Run `make train`, or `make test`.")


@pytest.fixture(scope="session")
def server(trained_model, tmp_path_factory) -> Server:
    """The server as `make run` starts it, shared by all tests."""
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def http(server) -> httpx.Client:
    """A client of the shared server."""
    with server.client() as client:
        yield client


@pytest.fixture
def chat(http) -> Chat:
    """A new conversation with the shared server."""
    return Chat(http)


@pytest.fixture(scope="session")
def agent(trained_model, tmp_path_factory):
    """The bot without a server, for what cannot be asked over HTTP."""
    folder = tmp_path_factory.mktemp("agent")
    return load_agent(Settings(database_url=f"sqlite:///{folder}/metrics.db"))
