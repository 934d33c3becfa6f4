"""Promise 11: no outbound connection but to channels that an operator configured.

Every process under test writes down what it tries to reach (tests/outbound_guard).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.live_server import ROOT, Chat, Server, environment_for

pytestmark = pytest.mark.model

# For documentation only (RFC 5737): nobody lives there. UDP `connect` sends nothing.
REACH_OUT = (
    "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
)
REACH_OUT_BY_UVLOOP = """
import asyncio, uvloop
async def reach():
    await asyncio.get_running_loop().getaddrinfo('guard.invalid', 443)
uvloop.install()
try:
    asyncio.run(reach())
except OSError:
    pass
"""


@pytest.mark.parametrize(
    ("code", "address"),
    [(REACH_OUT, "192.0.2.1"), (REACH_OUT_BY_UVLOOP, "guard.invalid")],
    ids=["a socket", "uvloop"],
)
def test_the_guard_sees_who_reaches_out(
    tmp_path: Path, code: str, address: str
) -> None:
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment_for(tmp_path),
        check=True,
        timeout=60,
    )
    assert address in (tmp_path / "outbound.txt").read_text()


def test_the_guard_lets_this_machine_be(tmp_path: Path) -> None:
    code = REACH_OUT.replace("192.0.2.1", "127.0.0.1")
    environment = environment_for(tmp_path)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not (tmp_path / "outbound.txt").exists()


def test_the_server_reaches_nobody(server: Server, chat: Chat) -> None:
    """From its start to here, whatever other tests have asked of it."""
    for text in (
        "hello",
        "what are com networks",
        "http://192.0.2.1/x.png look",
        "bye",
    ):
        chat.say(text)
    for choice in ("emergency", "worry_sextortion.now", "human", "nation.wales"):
        chat.press(choice)
    chat.forget()
    with server.client() as http:
        http.get("/ready")
    assert not server.outbound.exists(), server.outbound.read_text()


def test_the_terminal_reaches_nobody(terminal) -> None:
    assert not terminal.outbound.exists(), terminal.outbound.read_text()
