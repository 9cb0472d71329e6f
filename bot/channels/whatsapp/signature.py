"""Whether a webhook comes from Meta: the signature of what is posted, the question at its registration. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

SCHEME = "sha256="


def signed(body: bytes, header: str | None, app_secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is that of these very bytes; takes equally long for every wrong one."""
    if header is None or not app_secret:
        return False
    ours = SCHEME + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header.encode(errors="replace"), ours.encode())


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What Meta wants to read when the webhook is registered; None if it is not Meta that asks."""
    token = query.get("hub.verify_token", "").encode(errors="replace")
    if not verify_token or query.get("hub.mode") != "subscribe":
        return None
    if not hmac.compare_digest(token, verify_token.encode()):
        return None
    return query.get("hub.challenge")
