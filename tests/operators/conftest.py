"""A server that is watched, as an operator would have it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live_server import free_port, serving
from tests.operators.reading import Watched


@pytest.fixture(scope="session")
def watched(trained_model, tmp_path_factory) -> Iterator[Watched]:
    """One that listens to every network, so that its metrics must not by themselves."""
    port = free_port()
    folder = tmp_path_factory.mktemp("watched")
    with serving(folder, HOST="0.0.0.0", PROMETHEUS_PORT=str(port)) as server:
        yield Watched(server, port)
