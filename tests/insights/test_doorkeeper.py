"""Who knows the token comes in at once; who guesses waits longer and longer."""

import asyncio
import logging
from base64 import b64encode

import pytest

from bot.channels import doorkeeper as module
from bot.channels.doorkeeper import (
    LONGEST_DELAY,
    MOST_WAITING,
    QUIET_SECONDS,
    Doorkeeper,
    Verdict,
)

TOKEN = "look-at-the-figures"


def basic(token, name="anybody"):
    return "Basic " + b64encode(f"{name}:{token}".encode()).decode()


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def time(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(clock):
    return Doorkeeper(TOKEN, clock.sleep, clock.time)


@pytest.mark.parametrize(
    "said",
    [
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN} ",
        basic(TOKEN),
        basic(TOKEN, ""),
        basic(TOKEN, "trustee@charity.example"),
    ],
)
async def test_the_token_opens_at_once(door, clock, said):
    assert await door.judge(said) is Verdict.WELCOME
    assert clock.slept == []


@pytest.mark.parametrize(
    "said",
    [
        "Bearer ",
        "Bearer",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        "Bearer \udcff\x00é",
        basic("wrong"),
        basic(f"x:{TOKEN}"),
        "Basic " + b64encode(TOKEN.encode()).decode(),
        "Basic not base64 at all",
        "Basic ====",
        f"Digest {TOKEN}",
        TOKEN,
        "x" * 60_000,
    ],
)
async def test_anything_else_does_not(door, said):
    assert await door.judge(said) is Verdict.WRONG


@pytest.mark.parametrize("said", [None, ""])
async def test_who_says_nothing_is_asked_and_does_not_wait(door, clock, said):
    assert await door.judge(said) is Verdict.ASK
    assert clock.slept == []


async def test_the_delay_doubles_to_a_limit(door, clock):
    for _ in range(8):
        await door.judge("Bearer wrong")
    assert clock.slept == [0.25, 0.5, 1, 2, 4, 8, 8, 8]
    assert max(clock.slept) == LONGEST_DELAY


async def test_after_a_quiet_time_it_begins_anew(door, clock):
    for _ in range(3):
        await door.judge("Bearer wrong")
    clock.now += QUIET_SECONDS
    await door.judge("Bearer wrong")
    assert clock.slept[-1] == 0.25


async def test_guesses_wait_for_each_other_and_the_token_for_nobody():
    begun, go_on = [], asyncio.Event()

    async def sleep(seconds):
        begun.append(seconds)
        await go_on.wait()

    door = Doorkeeper(TOKEN, sleep)
    guesses = [
        asyncio.create_task(door.judge("Bearer wrong")) for _ in range(MOST_WAITING)
    ]
    for _ in range(5):
        await asyncio.sleep(0)
    # One is being slowed, the others wait behind it.
    assert begun == [0.25]
    assert await door.judge(basic(TOKEN)) is Verdict.WELCOME
    assert await door.judge("Bearer wrong") is Verdict.TOO_MANY
    go_on.set()
    assert set(await asyncio.gather(*guesses)) == {Verdict.WRONG}
    assert await door.judge("Bearer wrong") is Verdict.WRONG


async def test_who_goes_away_makes_room():
    async def sleep(seconds):
        await asyncio.Event().wait()

    door = Doorkeeper(TOKEN, sleep)
    for _ in range(3 * MOST_WAITING):
        guess = asyncio.create_task(door.judge("Bearer wrong"))
        await asyncio.sleep(0)
        guess.cancel()
        with pytest.raises(asyncio.CancelledError):
            await guess


async def test_tokens_are_compared_in_constant_time(door, monkeypatch):
    """Byte for byte, always as many, whatever was sent."""
    compared = []

    def compare(a, b):
        compared.append((type(a), len(a), len(b)))
        return False

    monkeypatch.setattr(module, "compare_digest", compare)
    for said in (f"Bearer {TOKEN}", "Bearer x", basic("y" * 999), "nonsense"):
        assert await door.judge(said) is Verdict.WRONG
    assert set(compared) == {(bytes, 32, 32)}


async def test_the_log_has_the_event_and_nothing_that_was_sent(door, caplog):
    caplog.set_level(logging.INFO)
    await door.judge("Bearer a-token-with-one-typo")
    assert [record.getMessage() for record in caplog.records] == [
        "insights.token.refused"
    ]
