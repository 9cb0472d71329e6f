"""How dates, hours, numbers and names are written for people; masks for what must not be read whole."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

ZONES = {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
EXCERPT = 260
PART = 1800  # characters of somebody's own words in one message: with any of them it fits what the platforms take
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def number(value: int) -> str:
    """An incident's number: 7 → `L-0007`."""
    return f"L-{value:04d}"


def broadcast(value: int) -> str:
    """A broadcast's number: 1 → `B-0001`."""
    return f"B-{value:04d}"


def tps(value: int) -> str:
    """A TPS in three digits: 12 → `TPS 012`."""
    return f"TPS {value:03d}"


def short(value: str, limit: int) -> str:
    """Somebody's own words in one safe line: no control or direction marks, cut with an ellipsis."""
    plain = " ".join(_CONTROL.sub(" ", value).split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def parts(value: str, limit: int = PART) -> list[str]:
    """The same, whole: as many such lines as it takes, parted between words. Nothing said is no line."""
    return textwrap.wrap(short(value, len(value) + 1), limit)


def excerpt(value: str) -> str:
    """So much of somebody's words as an alert shows."""
    return short(value, EXCERPT)


def body(value: str) -> str:
    """Somebody's own words with their lines: no control or direction marks, at most one empty line between two."""
    plain = "\n".join(_CONTROL.sub(" ", line).rstrip() for line in value.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", plain).strip()


def first_name(value: str) -> str:
    """The first name without titles before it: `dr. Siti Aminah` → `Siti`."""
    for part in value.replace(",", " ").split():
        if not part.endswith(".") and part.lower() not in {"dr", "drg", "h", "hj", "ir"}:
            return short(part.title() if part.isupper() else part, 40)
    return short(value, 40)


def mask_nik(nik: str) -> str:
    """`3573********0001`."""
    return f"{nik[:4]}********{nik[-4:]}"


def mask_phone(phone: str) -> str:
    """`+6281234567890` → `0812****7890`."""
    local = "0" + phone.removeprefix("+62") if phone.startswith("+62") else phone
    return f"{local[:4]}****{local[-4:]}" if len(local) > 8 else "****"  # noqa: PLR2004 - four shown at each end


def local_phone(phone: str) -> str:
    """`+6281234567890` → `081234567890`, as people dial it."""
    return "0" + phone.removeprefix("+62") if phone.startswith("+62") else phone


def day(value: date) -> str:
    """`27 Nov 2024`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def hour_in(value: datetime, zone: str) -> str:
    """`14.32 WIB`."""
    local = value.astimezone(ZONES[zone])
    return f"{local.hour:02d}.{local.minute:02d} {zone}"


def day_in(value: datetime, zone: str) -> str:
    """`27 Nov 2024 pukul 14.32 WIB`: the word between is the template's, so this gives only the day."""
    return day(value.astimezone(ZONES[zone]).date())


def span(starts: datetime, ends: datetime, zone: str) -> str:
    """`27 Nov 2024 07.00–14.00 WIB`, over midnight `27 Nov 2024 21.00 – 28 Nov 2024 07.00 WIB`."""
    first, last = day_in(starts, zone), day_in(ends, zone)
    since, until = hour_in(starts, zone).removesuffix(f" {zone}"), hour_in(ends, zone)
    return f"{first} {since}–{until}" if first == last else f"{first} {since} – {last} {until}"


@pass_context
def _hour(context: Context, value: datetime) -> str:
    return hour_in(value, context["zone"])


@pass_context
def _local_day(context: Context, value: datetime) -> str:
    return day_in(value, context["zone"])


def place(number: int | None, kelurahan: str, kecamatan: str, puskesmas: str = "") -> str:
    """`TPS 012, Kel. Kasin, Kec. Klojen`: the level is always said, since one name may stand for two levels."""
    parts = [tps(number)] if number is not None else []
    parts += [f"Kel. {kelurahan}"] if kelurahan else []
    parts += [f"Kec. {kecamatan}"] if kecamatan else []
    return ", ".join(parts) or centre(puskesmas)


def joined(names: Iterable[str]) -> str:
    """`Kec. Klojen, Kec. Lowokwaru dan Kec. Sukun`."""
    *before, last = names
    return f"{', '.join(before)} dan {last}" if before else last


def centre(name: str) -> str:
    """`Arjuno` → `Puskesmas Arjuno`: rosters write it either way."""
    return f"Puskesmas {name.removeprefix('Puskesmas ')}" if name else ""


def title(kind: str, role: str, position: str, institution: str) -> str:
    """What somebody is, by kind officer, worker or coordinator: `KPPS KPU, ketua`, `Perawat`, `Koordinator KPU`."""
    if kind == "coordinator":
        return f"Koordinator {institution}".strip()
    if kind == "worker":
        return (position or "Petugas kesehatan").capitalize()
    named = " ".join(each for each in (role, institution) if each)
    return f"{named}, {position}" if position else named


def seal(head: str) -> str:
    """The first 16 digits of a chain's head, as one reads them aloud: `a1b2-c3d4-e5f6-0789`."""
    return "-".join(head[at : at + 4] for at in range(0, 16, 4)).strip("-")


def map_link(latitude: float | None, longitude: float | None, place_name: str) -> str:
    """A link that every phone opens: the position, else a search for the place."""
    if latitude is not None and longitude is not None:
        return f"https://www.google.com/maps?q={latitude:.6f},{longitude:.6f}"
    return f"https://www.google.com/maps/search/?api=1&query={quote_plus(short(place_name, 100))}" if place_name else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "broadcast": broadcast,
    "tps": tps,
    "short": short,
    "excerpt": excerpt,
    "body": body,
    "first_name": first_name,
    "mask_nik": mask_nik,
    "mask_phone": mask_phone,
    "local_phone": local_phone,
    "day": day,
    "centre": centre,
    "seal": seal,
    "hour": _hour,
    "local_day": _local_day,
}
