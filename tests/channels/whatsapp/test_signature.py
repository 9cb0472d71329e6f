"""Only what Meta signed is heard, and only Meta's question is answered."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.channels.whatsapp.signature import challenge, signed

BODY, SECRET = b'{"entry": [ ]}', "app-secret"
# As openssl says: printf '{"entry": [ ]}' | openssl dgst -sha256 -hmac app-secret
KNOWN = "sha256=f57bc7894f7ef68ee36a7fd8fcfad89d5880bbcadae268f9f6620a2ff04cf477"


def test_what_was_signed_is_known() -> None:
    assert signed(BODY, KNOWN, SECRET)


@pytest.mark.parametrize(
    ("body", "header", "secret"),
    [
        (BODY.replace(b" ", b""), KNOWN, SECRET),  # the same JSON, but not the same bytes
        (BODY + b"\n", KNOWN, SECRET),
        (b"", KNOWN, SECRET),
        (BODY, None, SECRET),
        (BODY, "", SECRET),
        (BODY, KNOWN.removeprefix("sha256="), SECRET),
        (BODY, KNOWN.replace("sha256", "sha1"), SECRET),
        (BODY, KNOWN[:-1], SECRET),
        (BODY, KNOWN.upper(), SECRET),
        (BODY, "\udcff", SECRET),
        (BODY, KNOWN, "another-secret"),
        (BODY, "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest(), ""),
    ],
)
def test_what_was_changed_or_signed_by_another_is_not(body: bytes, header: str | None, secret: str) -> None:
    assert not signed(body, header, secret)


ASKED = {"hub.mode": "subscribe", "hub.verify_token": "v3rify", "hub.challenge": "1158201444"}


def test_the_registration_is_answered() -> None:
    assert challenge(ASKED, "v3rify") == "1158201444"


@pytest.mark.parametrize(
    ("change", "token"),
    [
        ({"hub.verify_token": "guess"}, "v3rify"),
        ({"hub.verify_token": "\udcff"}, "v3rify"),
        ({"hub.mode": "unsubscribe"}, "v3rify"),
        ({"hub.verify_token": ""}, ""),
    ],
)
def test_another_question_is_not(change: dict[str, str], token: str) -> None:
    assert challenge(ASKED | change, token) is None


def test_an_empty_question_is_not_answered() -> None:
    assert challenge({}, "v3rify") is None
