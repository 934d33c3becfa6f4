"""Whether a webhook was sent by the desk: the vendors' signatures, in constant time."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

# A signed message that is older is a replay.
LONGEST_AGO: Final = timedelta(minutes=5)


def is_same(given: str | None, wanted: str) -> bool:
    """Whether two secrets are the same; an empty one never is."""
    # A header may hold bytes that are no text.
    said = (given or "").encode(errors="surrogateescape")
    return bool(wanted) and hmac.compare_digest(said, wanted.encode())


def in_hex(secret: str, body: bytes, kind: str) -> str:
    """HMAC with a hash of this kind, such as sha256, in hexadecimal."""
    return hmac.new(_key(secret), body, kind).hexdigest()


def in_base64(secret: str, body: bytes, kind: str) -> str:
    """HMAC with a hash of this kind, in base64."""
    return base64.b64encode(hmac.new(_key(secret), body, kind).digest()).decode()


def is_recent(given: str | None, now: datetime) -> bool:
    """Whether an ISO time lies within the last five minutes, or little ahead."""
    try:
        at = datetime.fromisoformat(given or "")
        return abs(now - at) <= LONGEST_AGO
    except (ValueError, TypeError, OverflowError):
        return False


def _key(secret: str) -> bytes:
    """A key; of an empty secret one that nobody has."""
    return secret.encode() or secrets.token_bytes()
