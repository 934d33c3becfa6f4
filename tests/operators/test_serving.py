"""The port of the metrics: one address, GET only, and no words of whoever asks."""

import logging
import socket
import threading
import time

import httpx
import pytest

from bot.errors import SettingError
from bot.operators.serving import MetricsServer
from bot.privacy.quiet_logs import count_errors
from tests.live_server import free_port, wait_for


@pytest.fixture
def port():
    """Where a small server shows one line."""
    port = free_port()
    server = MetricsServer(port, lambda: b"one 1.0\n")
    yield port
    server.close()


def ask(port, method="GET", path="/metrics", **headers):
    url = f"http://127.0.0.1:{port}{path}"
    return httpx.request(method, url, headers=headers, trust_env=False)


def send(port, words):
    """What is answered to bytes that no client would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(words)
        answer = b""
        while more := connection.recv(4096):
            answer += more
    return answer


def test_prometheus_is_answered(port):
    answer = ask(port)
    assert answer.status_code == 200
    assert answer.text == "one 1.0\n"
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/metrics/", "/metrics?name[]=one", "/favicon.ico", "/zzcanary", "*"]
)
def test_no_other_address_is(port, path):
    answer = send(port, f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.0 404 ")
    assert b"zzcanary" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "ZZCANARY"])
def test_nothing_but_get_is(port, method):
    answer = ask(port, method)
    assert answer.status_code == 501
    assert "zzcanary" not in f"{answer.text} {answer.headers}".lower()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:9464", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("[::1]", 403),
        ("", 403),
    ],
)
def test_a_page_whose_name_leads_here_is_not_answered(port, host, status):
    assert ask(port, Host=host).status_code == status


@pytest.mark.parametrize(
    "words",
    [
        b"zzcanary\r\n\r\n",
        b"\x16\x03\x01\x02\0zzcanary\r\n\r\n",
        b"GET " + b"z" * 99_999,
    ],
    ids=["no HTTP", "TLS", "too long"],
)
def test_nonsense_is_not_repeated(port, words, capfd):
    assert b"zzcanary" not in send(port, words + b"\r\n\r\n")
    assert ask(port).status_code == 200
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


def test_who_says_nothing_holds_nobody_up_for_long(port, monkeypatch):
    monkeypatch.setattr("bot.operators.serving._Answer.timeout", 0.2)
    with socket.create_connection(("127.0.0.1", port)):
        time.sleep(0.05)
        assert ask(port).status_code == 200


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"PROMETHEUS_PORT {number}"):
            MetricsServer(number, bytes)


def test_closed_it_lets_go_of_port_and_thread():
    number = free_port()
    before = threading.active_count()
    for _ in range(3):
        MetricsServer(number, bytes).close()
    assert wait_for(lambda: threading.active_count() == before)


def test_a_reading_that_fails_says_so_without_the_reason(caplog):
    def fail():
        raise ValueError("zzcanary")

    counted = []
    count_errors(counted.append)
    server = MetricsServer(number := free_port(), fail)
    try:
        with caplog.at_level(logging.ERROR):
            answer = ask(number)
    finally:
        server.close()
        count_errors(None)
    assert answer.status_code == 500
    assert counted == ["prometheus.answer.failed"]
    assert "zzcanary" not in answer.text + caplog.text
    assert "ValueError" in caplog.text
