"""The real server, watched: what it counts, who can read it, what it never says."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.metrics.operation import ERRORS, KINDS, STATUSES
from bot.terms import INTENTS, NATIONS, SIGNALS, URGENCIES
from tests.live_server import ROOT, Chat, environment_for, free_port, serving, wait_for
from tests.operators.reading import Watched, samples_in

pytestmark = pytest.mark.model

# Invented: telephone numbers and addresses of these forms belong to nobody.
CANARIES = (
    "Zebedee",
    "Quillfeather",
    "Brambleshaw",
    "07700900461",
    "07700 900461",
    "zeb.quill@canary.example",
    "14 Canary Crescent",
    "pictures.canary.example",
    "zzcanary",
)
TOLD = [
    "My son Zebedee Quillfeather (14) of Brambleshaw Academy is being blackmailed",
    "call me on 07700 900461 or 07700900461 or zeb.quill@canary.example",
    "we live at 14 Canary Crescent, the picture is at "
    "https://pictures.canary.example/zzcanary.jpg",
    "zzcanary has taken an overdose just now",
    "zzcanary",
]
PRESSED = ["worry_sextortion.signs", "nation.wales", "emergency", "restart"]
LISTENING = "0A"


def listening(process):
    """Where a process listens, as (address, port), out of what Linux knows of it."""
    sockets = {
        match[1]
        for link in Path(f"/proc/{process.pid}/fd").iterdir()
        if (match := re.match(r"socket:\[(\d+)\]", str(link.readlink())))
    }
    found = set()
    for kind in ("tcp", "tcp6"):
        lines = Path(f"/proc/{process.pid}/net/{kind}").read_text().splitlines()[1:]
        for _, here, _, state, *_, inode in (line.split()[:10] for line in lines):
            if state == LISTENING and inode in sockets:
                address, _, port = here.partition(":")
                name = socket.inet_ntoa(bytes.fromhex(address)[::-1])
                found.add((name, int(port, 16)))
    return found


def port_of(server):
    return int(server.url.rpartition(":")[2])


def start(folder, *arguments, **settings):
    """A start that is expected to be stopped."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment_for(folder, **settings),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def talked(watched):
    """A conversation full of canaries, by every way in; its session and the figures."""
    with watched.server.client() as http:
        chat = Chat(http)
        for text in TOLD:
            chat.say(text)
        for choice in PRESSED:
            chat.press(choice)
        chat.send(choice="zzcanary")
        chat.send(text=["zzcanary"])
        chat.send(zzcanary=1)
        http.post("/webhooks/webchat/message", content=b"zzcanary")
        http.post("/webhooks/webchat/helpful", json={"session": "zzcanary"})
        http.get("/zzcanary", params={"zzcanary": "zzcanary"})
        http.get("/webhooks/telegram/zzcanary")
        http.get(f"/{chat.session}")
        http.request("ZZCANARY", "/health")
        http.get(
            "/",
            headers={
                "User-Agent": "zzcanary",
                "Origin": "https://zzcanary.example",
                "X-Forwarded-For": "192.0.2.77",
                "Cookie": "zzcanary=1",
            },
        )
        chat.forget()
    return chat.session, watched.read()


@pytest.mark.parametrize("canary", CANARIES)
def test_nothing_that_was_told_is_shown(talked, canary):
    _, text = talked
    assert canary.lower() not in text.lower()


def test_neither_session_nor_address_nor_path_is_shown(talked):
    session, text = talked
    for secret in (session, "192.0.2.77", "/webhooks", "127.0.0.1"):
        assert secret not in text


def test_no_topic_is_shown(talked, library):
    _, text = talked
    labels = {
        value
        for name, pairs in samples_in(text)
        for key, value in pairs
        if key != "le" and name != "safeguarding_version_info"
    }
    # Whatever is told, on whatever channel: nothing else can be a label.
    assert labels == {*KINDS, *STATUSES, *ERRORS}
    names = {*INTENTS, *SIGNALS, *NATIONS, *URGENCIES}
    assert labels & {*names, *library.cards, *library.contacts} == set()
    for name in (*INTENTS, *SIGNALS, *NATIONS, *library.contacts):
        assert not re.search(rf"\b{name}\b", text)


def test_turns_are_counted_once(watched):
    turns = "safeguarding_turn_seconds_count"
    before = watched.figure(turns)
    with watched.server.client() as http:
        chat = Chat(http)
        for _ in range(10):
            chat.say("is this grooming")
            chat.press("emergency")
        chat.say("   ")  # answered without the model: no turn
    # Each figure may be rounded by 2, and the first also hidden.
    assert 20 - 4 <= watched.figure(turns) - before <= 20 + 9


def test_requests_are_counted_by_kind_and_status(watched):
    def figures():
        return {
            pairs[0][1] + " " + pairs[1][1]: value
            for (name, pairs), value in samples_in(watched.read()).items()
            if name == "safeguarding_requests_total"
        }

    before = figures()
    with watched.server.client() as http:
        for number in range(30):
            http.get("/")
            http.get("/health")
            http.get(f"/zzcanary{number}")
            http.post("/webhooks/webchat/message", content=b"{")
            http.post("/health")
    now = figures()
    grown = {key: now[key] - before[key] for key in now if now[key] != before[key]}
    assert set(grown) == {
        "page 2xx",
        "health 2xx",
        "unknown_address 4xx",
        "chat 4xx",
    }
    for key, times in grown.items():
        wanted = 60 if key == "unknown_address 4xx" else 30
        assert wanted - 4 <= times <= wanted + 9, key
    assert {key.partition(" ")[0] for key in now} == set(KINDS)


def test_the_model_and_the_versions_are_shown(watched):
    text = watched.read()
    assert watched.figure("safeguarding_model_loaded") == 1
    assert watched.figure("safeguarding_database_writable") == 1
    version = re.search(
        r'safeguarding_version_info\{content="([0-9a-f]{8})",model="([0-9a-f]{8})"\}',
        text,
    )
    assert version
    assert version[1] != version[2]


def test_the_metrics_are_on_this_machine_only(watched):
    """Although the public server listens to every network."""
    server = watched.server
    assert listening(server.process) == {
        ("0.0.0.0", port_of(server)),
        ("127.0.0.1", watched.port),
    }


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/webhooks/metrics", "/webhooks/webchat/metrics"]
)
def test_the_public_server_has_no_metrics(watched, path):
    with watched.server.client() as http:
        answer = http.get(path)
    assert answer.status_code == 404
    assert "safeguarding_" not in answer.text


def test_it_is_off_unless_it_is_asked_for(server, http):
    assert listening(server.process) == {("127.0.0.1", port_of(server))}
    assert http.get("/metrics").status_code == 404


def test_where_it_is_off_nothing_of_it_is_loaded(tmp_path):
    asked = (
        "import sys; from bot.server import build_app; "
        "from bot.settings import Settings; "
        "build_app(Settings());"
        "print([m for m in sys.modules if 'prometheus' in m or 'bot.operators' in m])"
    )
    assert start(tmp_path, "-c", asked).stdout.split("\n")[-2:] == ["[]", ""]


def test_readings_go_on_while_the_database_is_away(trained_model, tmp_path):
    port = free_port()
    with serving(
        tmp_path,
        ready_at="/health",
        PROMETHEUS_PORT=str(port),
        DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/metrics.db",
    ) as server:
        watched = Watched(server, port)
        with server.client() as http:
            chat = Chat(http)
            for _ in range(12):
                chat.say("is this grooming")
        failed = "metrics.write.failed"
        errors = "safeguarding_errors_total"
        assert wait_for(lambda: watched.figure(errors, event=failed) == 1)
        assert watched.figure("safeguarding_error_seen", event=failed) == 1
        assert watched.figure("safeguarding_database_writable") == 0
        assert watched.figure("safeguarding_model_loaded") == 1
        assert watched.figure("safeguarding_events_waiting") >= 10


def test_a_desk_that_is_away_is_seen(trained_model, tmp_path):
    port = free_port()
    with serving(
        tmp_path,
        PROMETHEUS_PORT=str(port),
        HELPDESK_DESK="django-helpdesk",
        HELPDESK_URL=f"http://127.0.0.1:{free_port()}",
        HELPDESK_SECRET="a_secret-of-20-letters",
        HELPDESK_USER="bot",
        HELPDESK_TOKEN="zzcanary",
        HELPDESK_QUEUE="4",
    ) as server:
        watched = Watched(server, port)
        errors = "safeguarding_errors_total"
        assert wait_for(lambda: watched.figure(errors, event="helpdesk.away") == 1)
        assert watched.figure("safeguarding_channel_ready", channel="helpdesk") == 0
        assert watched.figure("safeguarding_tickets_waiting") == 0
        assert "zzcanary" not in watched.read()


@pytest.mark.parametrize("arguments", [["--check"], []], ids=["check", "start"])
def test_a_port_in_use_stops_the_start_and_is_named(tmp_path, arguments):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        port = str(free_port())
        tried = start(
            tmp_path, "-m", "bot.server", *arguments, PORT=port, PROMETHEUS_PORT=number
        )
    assert tried.returncode == 1
    assert f"PROMETHEUS_PORT {number} cannot be used" in tried.stderr
    assert "Traceback" not in tried.stderr


def test_a_port_that_was_taken_during_the_start_stops_it_too(trained_model, tmp_path):
    without_check = (
        "import sys; from bot import server; server.check_port = lambda settings: None;"
        "sys.exit(server.main())"
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        tried = start(
            tmp_path, "-c", without_check, PORT=str(free_port()), PROMETHEUS_PORT=number
        )
    assert tried.returncode == 1
    assert f"PROMETHEUS_PORT {number} cannot be used" in tried.stderr
    assert "Traceback" not in tried.stderr


def test_the_port_of_the_chat_is_refused(tmp_path):
    port = str(free_port())
    tried = start(tmp_path, "-m", "bot.server", PORT=port, PROMETHEUS_PORT=port)
    assert tried.returncode == 1
    assert "PROMETHEUS_PORT must not be the same as PORT" in tried.stderr
