"""Encryption at rest and keyed hashes, both derived from the one installation secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Vault:
    """Seals and opens text (AES-256-GCM) and makes keyed hashes (HMAC-SHA-256).

    Each use has its own key, so that a keyed hash tells nothing about the sealing key.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def _key(self, use: str) -> bytes:
        return hmac.digest(self._secret, b"siaga/" + use.encode(), hashlib.sha256)

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._key("seal"))

    @cached_property
    def _hasher(self) -> hmac.HMAC:
        return hmac.new(self._key("hash"), digestmod="sha256")

    def seal(self, text: str) -> bytes:
        """Encrypt `text`; two calls never give the same bytes."""
        return self.seal_all([text])[0]

    def seal_all(self, texts: Sequence[str]) -> list[bytes]:
        """Encrypt many; asking the system for each nonce would cost more than the encryption."""
        drawn, encrypt = os.urandom(_NONCE * len(texts)), self._cipher.encrypt
        nonces = [drawn[at : at + _NONCE] for at in range(0, len(drawn), _NONCE)]
        return [nonce + encrypt(nonce, text.encode(), None) for nonce, text in zip(nonces, texts, strict=True)]

    def open(self, sealed: bytes) -> str:
        """Decrypt what `seal` made. Raises `cryptography.exceptions.InvalidTag` for another secret's bytes."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()

    def seal_json(self, value: Any) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False))

    def open_json(self, sealed: bytes | None) -> Any:
        return json.loads(self.open(sealed)) if sealed else None

    def hash(self, value: str) -> str:
        """A keyed hash, 32 hex digits: equal for equal values, telling nothing without the secret."""
        keyed = self._hasher.copy()  # half the price of a new one, and a roster hashes a million
        keyed.update(value.encode())
        return keyed.hexdigest()[:32]

    def token(self, use: str) -> str:
        """A secret for the outside (a webhook), 64 hex digits, the same at every start."""
        return self._key(use).hex()

    @property
    def fingerprint(self) -> str:
        """What is stored to recognise the secret again."""
        return self._key("fingerprint").hex()[:16]
