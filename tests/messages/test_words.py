"""Every message renders, with any name, and fits what the channels take."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import messages
from bot.channels.whatsapp import markup, template
from handlers import timetable
from handlers.triage import KINDS, SIGNS
from messages import notice, response, words
from messages.render import Words, labels, render
from tests.channels.whatsapp import limits

for each in pkgutil.iter_modules(messages.__path__):
    importlib.import_module(f"messages.{each.name}")
ALL = sorted(Words.known.items())
NOW = datetime(2024, 11, 27, 7, 32, tzinfo=UTC)
NASTY = "Siti {{ 7*7 }} <b>*_`[x](y)" + "\u202e" + "😀" * 900
CODES = {"state": "waiting", "severity": "red", "kind": "pingsan", "to": "yellow", "what": None, "reason": "kelurahan", "relation": "open"}


def filled(kind: type[Words], text: str) -> dict[str, Any]:
    """Every field with the longest and strangest value of its type."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for each in fields(kind):
        hint = str(hints[each.name])
        if each.name in CODES or each.name in {"emergency_number", "police_number", "nik"}:
            continue
        if each.name == "kinds":
            values[each.name] = tuple(KINDS)
        elif each.name in {"signs", "chosen", "offered", "codes"}:
            values[each.name] = tuple(SIGNS)
        elif "datetime" in hint:
            values[each.name] = NOW
        elif hint == "<class 'str'>":
            values[each.name] = text
        elif "tuple[tuple[int, str]" in hint:
            values[each.name] = tuple((2**31 - 1, text) for _ in range(12))
        elif "tuple[tuple[str, str]" in hint:
            values[each.name] = ((text, "+6281234567890"), (text, ""))
        elif hint.startswith("tuple[str"):
            values[each.name] = (text, text) if each.name not in {"menu"} else ("status", "jaga", "kasus", "data", "bantuan")
        elif hint.startswith("tuple[int"):
            values[each.name] = tuple(range(1, 9))
        elif "int" in hint:
            values[each.name] = 2**31 - 1
    for name in ("casualty", "outcome", "who", "kind", "told", "version", "data"):
        values.pop(name, None)
    return values


def codes_of(kind: type[Words]) -> list[dict[str, Any]]:
    names = {f.name for f in fields(kind)}
    base = {k: v for k, v in CODES.items() if k in names and v}
    if "what" not in names:
        return [base]
    source = (Path(messages.__file__).parent / "id" / f"{kind.name}.j2").read_text()
    found = set(re.findall(r'what == "(\w+)"', source)) or {"ok"}
    found |= {"noted": {"who", "signs", "note", "photo", "voice", "place", "document"}, "shown": {"photo", "voice", "place", "document"}}.get(kind.name, set())
    found -= {"ok"} if kind.name in {"noted", "shown"} else set()
    return [base | {"what": each} for each in sorted(found)]


@pytest.mark.parametrize(("name", "kind"), ALL, ids=[name for name, _ in ALL])
def test_every_message_renders_with_the_longest_data_and_fits_telegram(name: str, kind: type[Words]) -> None:
    for codes in codes_of(kind):
        said = render(kind(**(filled(kind, NASTY) | codes)), "WIT")
        assert "Siti 49" not in said.text, "a name is never a template"
        assert len(said.text.encode("utf-16-le")) // 2 <= 4096, len(said.text)
        for row in said.choices:
            for choice in row:
                assert 1 <= len(choice.data.encode()) <= 64 or re.fullmatch(r"[A-Za-z0-9_-]{1,64}", choice.start)
                assert 0 < len(choice.label) <= 64
        assert not (said.choices and said.keyboard), "one message has one kind of buttons"


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_name_renders_in_one_line_and_cannot_forge_another(text: str) -> None:
    said = render(response.Alert(incident=1, number=7, state="waiting", severity="red", kinds=("pingsan",), reported_at=NOW,
                                 reporters=((text, ""),), casualty_name=text, notes=(text,)), "WIB")  # fmt: skip
    for line in said.text.splitlines()[1:]:
        assert line.startswith(("📍", "🗺", "Korban:", "Pelapor:", "💬", "Dilaporkan")) or not line.strip()


@pytest.mark.parametrize(("name", "kind"), ALL, ids=[name for name, _ in ALL])
def test_every_message_fits_whatsapp_with_the_longest_values(name: str, kind: type[Words]) -> None:
    for codes in codes_of(kind):
        said = render(kind(**(filled(kind, NASTY) | codes)), "WITA")
        for part in markup.parts(replace(said, text=said.text or "x"), "1"):
            limits.check(part.kind, part.body)
        if said.template is not None:
            limits.check("template", template.message(said.template))


def test_every_template_has_a_message_and_every_medical_one_its_source() -> None:
    folder = Path(messages.__file__).parent / "id"
    templates = {path.stem for path in folder.glob("*.j2")} - {"_kata", "_notices", "_siaran", "first_aid"}
    assert templates == set(Words.known)
    for name in ("first_aid", "signs", "status", "call", "consent", "not_found", "help", "_notices", "recap"):
        assert "{#" in (folder / f"{name}.j2").read_text(), f"{name} says something medical or legal without its source"


def test_every_line_of_the_timetable_has_words_in_one_message_that_fits() -> None:
    alone = [render(notice.Notice(((line.key, ""),), "Pilkada"), "WIB").text for line in timetable.LINES]
    assert all(len(text.splitlines()) > 2 for text in alone)
    every = notice.Notice(tuple((line.key, "") for line in timetable.LINES), "Pilkada", 1)
    assert len(render(every, "WIB").text) < 4096


def test_every_label_fits_and_the_words_of_the_contract_are_findable() -> None:
    every = " | ".join(labels().values())
    for word in ("Darurat", "Setuju", "Tidak", "Bukan saya", "Pingsan", "Sesak atau nyeri dada", "Kecelakaan", "Sakit atau kelelahan",
                 "Kerusuhan", "Meninggal", "Lainnya", "Saya tangani", "Tidak bisa", "Tiba", "Selesai", "Rujuk", "Batal", "Kirim", "Jadwalkan",
                 "Jeda", "Lanjut", "Hentikan", "Ulangi ke yang gagal", "Ulangi ke yang belum pasti", "Sudah saya terima", "Ingatkan yang belum"):  # fmt: skip
        assert word in every


@pytest.mark.parametrize(
    ("made", "expected"),
    [(words.number(7), "L-0007"), (words.number(12345), "L-12345"), (words.tps(12), "TPS 012"), (words.mask_nik("3573010101900001"), "3573********0001"),
     (words.mask_phone("+6281234567890"), "0812****7890"), (words.local_phone("+6281234567890"), "081234567890"),
     (words.day(date(2024, 8, 5)), "5 Agu 2024"), (words.hour_in(NOW, "WIB"), "14.32 WIB"), (words.hour_in(NOW, "WIT"), "16.32 WIT"),
     (words.first_name("dr. SITI AMINAH, M.Kes"), "Siti"), (words.place(12, "Kasin", "Klojen"), "TPS 012, Kel. Kasin, Kec. Klojen"),
     (words.place(None, "", "Klojen"), "Kec. Klojen"), (words.place(None, "", "", "Puskesmas Arjuno"), "Puskesmas Arjuno")],
)  # fmt: skip
def test_numbers_dates_and_masks(made: str, expected: str) -> None:
    assert made == expected


def test_a_template_carries_the_mark_of_false_alarms() -> None:
    """Where the alert itself may not go, who decides whether to come still reads it."""
    at = datetime(2024, 11, 27, 3, tzinfo=UTC)
    marked = response.Alert(incident=1, number=3, severity="red", kinds=("pingsan",), alarms=2, reported_at=at)
    template = marked.template("", "WIB")
    assert template is not None
    assert "pelapor sudah 2 kali alarm palsu" in template.values[2]
