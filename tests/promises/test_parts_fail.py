"""Promise 10: when a part fails, people still get the emergency card.

Each test breaks one part of a real server (failing_server.py), asks, and mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import Chat, Reply, Server, serving, wait_for

pytestmark = pytest.mark.model

# Known for certain: tests/safety/must_notice.yml.
DANGER = "I'm being forced to have sex and I'm only 12"
ANYTHING = "hello, I am Quentin Quillfeather"
# Rasa keeps a conversation in memory where our store fails.
ANSWERS_ANYWAY = ("broker", "saving", "tracker store")
CANNOT_ANSWER = (
    "action",
    "action server",
    "model",
    "classifier",
    "policy",
)


@pytest.fixture(scope="module")
def broken(trained_model, tmp_path_factory) -> Iterator[Server]:
    """A server whose database is away from the start, and whose parts can fail."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "part.txt").write_text("none")
    with serving(
        folder,
        ("-m", "tests.promises.failing_server"),
        ready_at="/health",
        FAILING_PART=str(folder / "part.txt"),
        DATABASE_URL=f"sqlite:///{folder}/not_there_yet/metrics.db",
    ) as server:
        yield server


@pytest.fixture
def person(broken: Server) -> Iterator[Chat]:
    """Somebody who writes to the broken server."""
    with broken.client() as http:
        yield Chat(http)


@pytest.fixture
def part_fails(broken: Server):
    """Breaks a part until the test is over."""
    file = broken.folder / "part.txt"
    yield file.write_text
    file.write_text("none")


def shows_emergency_card(reply: Reply) -> bool:
    """Whether the first card is an emergency card with 999 on it."""
    first = reply.messages[0]
    return first["card"]["id"].startswith("emergency_") and (
        first["contacts"][0]["id"] == "emergency_999"
    )


def test_without_a_database_answers_are_as_ever(broken: Server, person: Chat) -> None:
    with broken.client() as http:
        assert http.get("/health").status_code == 200
        ready = http.get("/ready")
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "model": True, "database": False}
    assert person.press("worry_sextortion.now").cards[0] == "sextortion_now"
    assert person.say(DANGER).is_emergency_first


@pytest.mark.parametrize("part", CANNOT_ANSWER)
@pytest.mark.parametrize("text", [DANGER, ANYTHING], ids=["danger", "anything"])
def test_whatever_is_typed_the_emergency_card_comes(
    person: Chat, part_fails, part: str, text: str
) -> None:
    part_fails(part)
    reply = person.say(text)
    assert shows_emergency_card(reply)
    assert reply.urgency == "emergency" or reply.danger_check


@pytest.mark.parametrize("part", [*CANNOT_ANSWER, *ANSWERS_ANYWAY])
def test_the_emergency_button_always_works(person: Chat, part_fails, part: str) -> None:
    part_fails(part)
    assert person.press("emergency").is_emergency_first


@pytest.mark.parametrize("part", ANSWERS_ANYWAY)
def test_the_answer_comes_although_nothing_can_be_kept(
    person: Chat, part_fails, part: str
) -> None:
    part_fails(part)
    assert person.press("worry_sextortion.now").cards[0] == "sextortion_now"
    assert person.say(DANGER).is_emergency_first


@pytest.mark.parametrize("part", CANNOT_ANSWER)
def test_a_failure_says_so_and_names_people_to_reach(
    person: Chat, part_fails, part: str
) -> None:
    part_fails(part)
    reply = person.say(ANYTHING)
    assert reply.cards[-1] == "something_failed"
    assert {"police_101", "nspcc_helpline", "childline"} <= set(reply.contacts)


@pytest.mark.parametrize("part", [*CANNOT_ANSWER, *ANSWERS_ANYWAY])
def test_the_same_conversation_goes_on_when_the_part_is_mended(
    person: Chat, part_fails, part: str
) -> None:
    part_fails(part)
    person.press("worry_bullying.now")
    part_fails("none")
    assert person.press("worry_bullying.talk").cards[0] == "bullying_talk"
    assert person.say(DANGER).is_emergency_first


def test_a_model_that_fails_leaves_the_buttons_working(
    person: Chat, part_fails
) -> None:
    """A button is not read by the model."""
    part_fails("model")
    assert person.press("worry_sextortion.now").cards[0] == "sextortion_now"
    assert person.press("human").cards == ["human_routes"]


@pytest.mark.parametrize("part", [*CANNOT_ANSWER, *ANSWERS_ANYWAY])
def test_the_log_names_the_failure_and_never_the_words(
    broken: Server, person: Chat, part_fails, part: str
) -> None:
    """Even where the error itself quotes the person."""
    before = broken.log.stat().st_size
    part_fails(part)
    person.say(ANYTHING)
    assert wait_for(lambda: broken.log.stat().st_size > before)
    said = broken.log.read_bytes()[before:].decode()
    assert "error" in said
    for word in ("Quentin", "Quillfeather", "Traceback", person.session):
        assert word not in said


def test_a_database_that_comes_back_is_used(broken: Server) -> None:
    folder = Path(broken.folder / "not_there_yet")
    folder.mkdir(exist_ok=True)
    with broken.client() as http:
        assert wait_for(lambda: http.get("/ready").status_code == 200)
    assert (folder / "metrics.db").stat().st_size > 0
