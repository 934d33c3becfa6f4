"""Reads what a server shows Prometheus, as Prometheus does."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.live_server import Server

# A name, and its labels in order.
Figure = tuple[str, tuple[tuple[str, str], ...]]


def samples_in(text: str) -> dict[Figure, float]:
    """Every figure of an answer."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@dataclass(frozen=True)
class Watched:
    """A server and where Prometheus reads it."""

    server: Server
    port: int

    def read(self) -> str:
        """What the port of the metrics answers."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        answer = httpx.get(url, timeout=30, trust_env=False)
        assert answer.status_code == 200
        return answer.text

    def figure(self, name: str, **labels: str) -> float:
        """One figure, now."""
        return samples_in(self.read())[name, tuple(sorted(labels.items()))]
