"""How each vendor signs what it sends, written from its documentation.

`vectors.json` holds the same sums done by openssl; see `make_vectors.sh`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def _mac(kind: str, secret: str, message: bytes) -> hmac.HMAC:
    return hmac.new(secret.encode(), message, getattr(hashlib, kind))


def zendesk(secret: str, timestamp: str, body: bytes) -> str:
    """`X-Zendesk-Webhook-Signature`: the timestamp and the body, nothing between."""
    digest = _mac("sha256", secret, timestamp.encode() + body).digest()
    return base64.b64encode(digest).decode()


def zammad(secret: str, body: bytes) -> str:
    """`X-Hub-Signature` with SHA-1."""
    return "sha1=" + _mac("sha1", secret, body).hexdigest()


def jira(secret: str, body: bytes) -> str:
    """`X-Hub-Signature` with SHA-256."""
    return "sha256=" + _mac("sha256", secret, body).hexdigest()


def freescout(secret: str, body: bytes) -> str:
    """`X-FreeScout-Signature`: SHA-1 in base64."""
    return base64.b64encode(_mac("sha1", secret, body).digest()).decode()
