"""A webhook is the desk's own only with the desk's own signature, made lately."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clients.desk import Desk
from bot.clients.desks import DESKS as CLIENTS
from bot.desk_settings import DESKS, DeskSettings
from tests.helpdesk.desks import signing

DESK_FILES = Path(__file__).parents[1] / "desks"
VECTORS = json.loads((DESK_FILES / "vectors.json").read_text(encoding="utf-8"))
NAMED = [pytest.param(v, id=f"{v['scheme']}: {v['about']}") for v in VECTORS]
SIGNED_AT = datetime(2026, 11, 20, 9, 12, 44, tzinfo=UTC)
SECRET, BODY = "a-secret-for-tests-only", b'{"ticket_id": "1001"}'
HEADERS = {
    "zendesk": "x-zendesk-webhook-signature",
    "zammad": "x-hub-signature",
    "jira": "x-hub-signature",
    "freescout": "x-freescout-signature",
    "freshdesk": "x-webhook-secret",
    "generic": "x-webhook-secret",
}
TIME = "x-zendesk-webhook-signature-timestamp"
ODD = {
    "beyond ASCII": "Ünïcode",
    "bytes that are no text": b"\xff\xfe\x80".decode(errors="surrogateescape"),
    "latin letters": b"\xe9\xe8".decode("latin-1"),
    "nothing": "",
    "a space": " ",
    "very long": "A" * 100_000,
}


def desk_with(name: str, secret: str) -> Desk:
    settings = DeskSettings(name, "http://127.0.0.1:9", secret, "a@b.c", "key")
    return CLIENTS[name](settings, None)  # it makes no calls


def signed(name: str, secret: str, body: bytes = BODY, at: datetime = SIGNED_AT):
    """Right headers, and the key of the address."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if name == "django-helpdesk":
        return {}, secret
    if name == "zendesk":
        value = signing.zendesk(secret, stamp, body)
        return {HEADERS[name]: value, TIME: stamp}, None
    if name in ("freshdesk", "generic"):
        return {HEADERS[name]: secret}, None
    return {HEADERS[name]: getattr(signing, name)(secret, body)}, None


def vector_headers(vector: dict) -> dict[str, str]:
    found = {vector["header"].lower(): vector["value"]}
    return {**found, TIME: vector["timestamp"]} if vector["timestamp"] else found


def is_genuine(vector: dict, headers: dict[str, str], **other) -> bool:
    """What the desk says of the vector with one thing changed."""
    body = other.get("body", base64.b64decode(vector["body_base64"]))
    desk = desk_with(vector["scheme"], other.get("secret", vector["secret"]))
    return desk.is_genuine(headers, body, None, SIGNED_AT)


@pytest.mark.parametrize("vector", NAMED)
def test_what_openssl_signed_is_genuine(vector):
    assert is_genuine(vector, vector_headers(vector))


@pytest.mark.parametrize("vector", NAMED)
def test_with_anything_changed_it_is_not(vector):
    right = vector_headers(vector)
    name, value = vector["header"].lower(), vector["value"]
    body = base64.b64decode(vector["body_base64"])
    for wrong in (value[:-1], value + "=", value.swapcase(), f" {value}", "sha1=", ""):
        assert not is_genuine(vector, {**right, name: wrong}), wrong
    assert not is_genuine(vector, {**right, name: value.partition("=")[2]})
    assert not is_genuine(vector, {k: v for k, v in right.items() if k != name})
    assert not is_genuine(vector, right, body=body + b" ")
    assert not is_genuine(vector, right, secret=vector["secret"] + "x")


@pytest.mark.parametrize("name", DESKS)
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_headers_are_refused_and_do_no_harm(name, odd):
    desk = desk_with(name, SECRET)
    right, _ = signed(name, SECRET)
    for header in (*right, "x-other"):
        headers = {**right, header: odd} if right else {}
        if header != "x-other":
            assert not desk.is_genuine(headers, BODY, odd, SIGNED_AT)
    assert not desk.is_genuine({}, BODY, odd, SIGNED_AT)


@pytest.mark.parametrize("name", DESKS)
def test_the_right_secret_alone_opens(name):
    headers, key = signed(name, SECRET)
    assert desk_with(name, SECRET).is_genuine(headers, BODY, key, SIGNED_AT)
    headers, key = signed(name, SECRET + "x")
    assert not desk_with(name, SECRET).is_genuine(headers, BODY, key, SIGNED_AT)
    assert not desk_with(name, SECRET).is_genuine({}, BODY, None, SIGNED_AT)


@pytest.mark.parametrize("name", DESKS)
def test_an_empty_secret_opens_nothing(name):
    headers, key = signed(name, "")
    assert not desk_with(name, "").is_genuine(headers, BODY, key, SIGNED_AT)
    assert not desk_with(name, "").is_genuine({}, BODY, None, SIGNED_AT)


@pytest.mark.parametrize("other", DESKS)
def test_another_desks_signature_opens_nothing(other):
    headers, key = signed(other, SECRET)
    for name in DESKS:
        is_alike = {name, other} <= {"freshdesk", "generic"} or name == other
        desk = desk_with(name, SECRET)
        assert desk.is_genuine(headers, BODY, key, SIGNED_AT) is is_alike, name


@pytest.mark.parametrize(
    ("late", "is_taken"),
    [(0, True), (299, True), (301, False), (86_400, False), (-60, True), (-301, False)],
)
def test_zendesk_signed_it_lately(late, is_taken):
    headers, _ = signed("zendesk", SECRET)
    now = SIGNED_AT + timedelta(seconds=late)
    desk = desk_with("zendesk", SECRET)
    assert desk.is_genuine(headers, BODY, None, now) is is_taken


@pytest.mark.parametrize(
    "at",
    ["", "yesterday", "2026-11-20T09:12:44", "2026-11-20", "1763630000", "9999-12-31"],
)
def test_zendesk_signed_it_with_a_time(at):
    value = signing.zendesk(SECRET, at, BODY)
    headers = {HEADERS["zendesk"]: value, TIME: at}
    assert not desk_with("zendesk", SECRET).is_genuine(headers, BODY, None, SIGNED_AT)


def test_zendesks_time_is_signed_too():
    headers, _ = signed("zendesk", SECRET)
    headers[TIME] = "2026-11-20T09:12:45Z"
    assert not desk_with("zendesk", SECRET).is_genuine(headers, BODY, None, SIGNED_AT)
