"""Severity by pure rules (first-aid level, no diagnosis): what a kind or a sign means, and which is worse."""

from __future__ import annotations

from collections.abc import Iterable

from storage.incidents import GREEN, RED, YELLOW

RIOT, DEATH, UNCLEAR = "kerusuhan", "meninggal", "belum_jelas"

KINDS: dict[str, str] = {
    "pingsan": RED,
    "sesak": RED,
    "kecelakaan": RED,
    DEATH: RED,
    UNCLEAR: RED,
    "sakit": YELLOW,
    RIOT: YELLOW,
    "lainnya": YELLOW,
}

SIGNS: dict[str, str] = {
    "tidak_respons": RED,
    "tidak_bernapas": RED,
    "nyeri_dada": RED,
    "sesak_napas": RED,
    "stroke": RED,
    "kejang": RED,
    "perdarahan": RED,
    "bingung_panas": RED,
    "sakit_kepala": RED,
    "tersetrum": RED,
    "sadar_kembali": YELLOW,
    "muntah": YELLOW,
    "demam": YELLOW,
    "pusing": YELLOW,
    "jatuh": YELLOW,
    "lelah": GREEN,
}

_ORDER = (GREEN, YELLOW, RED)


def first(kind: str) -> str:
    """The severity at the first tap."""
    return KINDS[kind]


def raised(now: str, kinds: Iterable[str] = (), signs: Iterable[str] = ()) -> str:
    """The severity after answers: they raise, never lower."""
    levels = [now, *(KINDS[kind] for kind in kinds), *(SIGNS[sign] for sign in signs)]
    return max(levels, key=_ORDER.index)


def one_lower(severity: str) -> str | None:
    """One step down, or None at the lowest."""
    rank = _ORDER.index(severity)
    return _ORDER[rank - 1] if rank else None


def needs_medicine(kinds: Iterable[str], signs: Iterable[str], casualty: str) -> bool:
    """Whether the puskesmas is called: always, but for a riot in which nobody is hurt as far as said."""
    return any(kind != RIOT for kind in kinds) or bool(list(signs)) or bool(casualty)
