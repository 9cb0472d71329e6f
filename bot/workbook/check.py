"""Each row of a workbook on its own: a value, or the reasons why it is refused. Pure; no database, no files."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from bot.workbook import rules, times
from bot.workbook.known import Known, served
from bot.workbook.row import Row
from bot.workbook.rules import Bad, Cell
from messages.words import day as day_words
from storage import imports, names
from storage.coverages import JKK, JKM
from storage.elections import ZONES
from storage.imports import Where
from storage.roster import CHAIR

T = TypeVar("T")
_WORD = re.compile(r"[a-z]+")
_LATEST = timedelta(days=366)  # that a TPS votes after the others

ROLES = {
    "KPPS": "KPU", "PPS": "KPU", "PPK": "KPU", "Linmas": "KPU", "Pantarlih": "KPU", "Sekretariat": "",
    "PTPS": "Bawaslu", "PKD": "Bawaslu", "Panwascam": "Bawaslu",
}  # fmt: skip
_AT_TPS, _AT_WARD, _AT_AREA = {"KPPS", "PTPS", "Linmas"}, {"PPS", "PKD"}, {"PPK", "Panwascam"}
_ROLE_WORDS = {
    "satlinmas": "Linmas", "petugasketertiban": "Linmas", "petugasketertibantps": "Linmas", "ppdp": "Pantarlih",
    "pengawastps": "PTPS", "panwaslukelurahandesa": "PKD", "panwaslukelurahan": "PKD", "panwasludesa": "PKD",
    "panwaslukecamatan": "Panwascam", "sekretariatppk": "Sekretariat", "sekretariatpps": "Sekretariat",
}  # fmt: skip

MEMBER = "anggota"
_ROLE_KEYS = {names.key(each): each for each in ROLES} | _ROLE_WORDS
_POSTED = {position + key: each for position in (CHAIR, MEMBER) for key, each in _ROLE_KEYS.items()}  # "Ketua KPPS"

role = rules.one_of(_ROLE_KEYS | _POSTED, "role")
zone = rules.one_of({names.key(each): each for each in ZONES}, "zone")
kind = rules.one_of({each: each for each in ("reguler", "khusus")}, "kind", default="reguler")
status = rules.one_of({"aktif": "aktif", "nonaktif": "nonaktif", "tidakaktif": "nonaktif"}, "status", default="aktif")
programmes = rules.one_of(
    {"jkk": JKK, "jkm": JKM, "jkkjkm": f"{JKK}+{JKM}", "jkmjkk": f"{JKK}+{JKM}", "jkkdanjkm": f"{JKK}+{JKM}"},
    "programme",
)
_PROGRAMMES = {JKK: (JKK,), JKM: (JKM,), f"{JKK}+{JKM}": (JKK, JKM)}


@dataclass(frozen=True, slots=True)
class Day:
    """What times of the day hang on."""

    voting_day: date
    zone: str


def election(row: Row) -> imports.ElectionRow:
    return imports.ElectionRow(
        code=row.take("kode", rules.code),
        name=row.take("nama", rules.name),
        region_code=row.take("kode_wilayah", rules.region),
        voting_day=row.take("tanggal", times.day),
        zone=row.take("zona", zone),
        emergency_number=row.take("nomor_darurat", rules.emergency),
        wage_base=row.take("dasar_upah", rules.text),
        scheme=row.take("skema", rules.text),
        secretariat=row.take("sekretariat", rules.text),
    )


def ward_of_tps(row: Row) -> tuple[str, str]:
    """Kecamatan and kelurahan as the sheet tps writes them: this sheet is where places come from."""
    return row.take("kecamatan", rules.name), row.take("kelurahan", rules.name)


def _founded(row: Row, known: Known) -> Where:
    kecamatan, kelurahan = ward_of_tps(row)
    area = row.check("kecamatan", lambda: known.founded_area(kecamatan)) if not row.faults else ""
    return row.check("kelurahan", lambda: known.founded_ward(area, kelurahan)) if not row.faults else Where()


def station(row: Row, known: Known, day: Day) -> imports.TpsRow:
    ward = _founded(row, known)
    number = row.take("tps", rules.need_tps)
    latitude, longitude = row.take("lintang", rules.degrees(90)), row.take("bujur", rules.degrees(180))
    if not row.faults and (latitude is None) != (longitude is None):
        row.refuse("bujur" if longitude is None else "lintang", "empty")
    return imports.TpsRow(
        where=ward._replace(tps=number) if not row.faults else Where(),
        puskesmas=row.take("puskesmas", lambda cell: known.health(rules.text(cell))),
        kind=row.take("jenis", kind),
        voting_day=_own_day(row, day.voting_day),
        moved_to=row.take("pindah_ke", _moved_to),
        address=row.take("alamat", rules.text),
        latitude=latitude,
        longitude=longitude,
    )


def _own_day(row: Row, voting_day: date) -> date | None:
    """PSU and PSL come after the election's day, and within months."""
    found = row.take("tanggal", times.maybe_day)
    if found is not None and not voting_day <= found <= voting_day + _LATEST:
        row.doubt("tanggal", "tps_day", day=day_words(found), election=day_words(voting_day))
    return found


def _moved_to(cell: Cell) -> str:
    """`Kasin/12`; whether there is such a TPS is seen once the whole sheet is read."""
    written = rules.text(cell)
    if not written:
        return ""
    kelurahan, slash, number = written.rpartition("/")
    if not slash or not kelurahan.strip():
        raise Bad("moved_form")
    return f"{names.place(kelurahan)}/{rules.need_tps(number)}"


def moved_exists(row: Row, value: imports.TpsRow, known: Known) -> None:
    """Where a TPS moved to is one, and not in the end itself."""
    kelurahan, _, number = value.moved_to.rpartition("/")
    if value.moved_to:
        ward = row.check("pindah_ke", lambda: known.ward(kelurahan, "", value.where.kecamatan))
        if not row.faults:
            row.check("pindah_ke", lambda: known.move(value.where, known.station(ward, int(number))))


def health(row: Row, known: Known) -> imports.PuskesmasRow:
    kecamatan = row.take("kecamatan", lambda cell: known.area(rules.need(cell)))
    serves: set[Where] = set()
    for name in served(str(row.cells.get("kelurahan", ""))):
        serves.add(row.check("kelurahan", lambda name=name: known.ward(name, "", kecamatan)))  # type: ignore[misc]
    return imports.PuskesmasRow(
        name=row.take("puskesmas", lambda cell: names.place(rules.name(cell))),
        kecamatan=kecamatan,
        phone=row.take("telepon", rules.telephone),
        serves=frozenset(serves),
    )


def officer(row: Row, known: Known) -> imports.OfficerRow:
    nik = _nik(row)
    its_role, institution, position = _once(row, known, _POST, _post)
    return imports.OfficerRow(
        nik=nik,
        name=row.take("nama", rules.name),
        role=its_role,
        phone=row.take("no_hp", rules.phone),
        position=position,
        institution=institution,
        where=place(row, known, _needed(its_role)),
    )


_POST = ("peran", "lembaga", "jabatan")


def _post(row: Row, known: Known) -> tuple[str, str, str]:
    """Role, institution and position."""
    its_role = row.take("peran", role)
    written = rules.text(row.cells.get("lembaga", "")) or ROLES.get(its_role, "")
    if its_role and not written:
        row.refuse("lembaga", "secretariat")
    return its_role, _institution(row, known, written) if written else "", _position(row)


def _institution(row: Row, known: Known, written: str) -> str:
    """A new one goes in, but whoever reads the report should know it."""
    found = row.check("lembaga", lambda: known.institution(written))
    if found and known.is_new(found):
        row.doubt("lembaga", "institution_new", value=found)
    return found


def _institution_of(row: Row, known: Known) -> str:
    written = row.take("lembaga", rules.need)
    return _institution(row, known, written) if written else ""


def _position(row: Row) -> str:
    """`ketua`, as decrees say it too ("Ketua merangkap anggota"), `anggota`, else as it is written; of an empty column,
    what stands before the role."""
    written = rules.text(row.cells.get("jabatan", "")).casefold()
    words = set(_WORD.findall(written or rules.text(row.cells.get("peran", "")).casefold()))
    if CHAIR in words and "wakil" not in words:
        return CHAIR
    return MEMBER if MEMBER in words else written


def _once(row: Row, known: Known, columns: tuple[str, ...], look: Callable[..., T], *more: Hashable) -> T:
    """What `look` makes of these cells, looked up once: thousands of rows say the same. A fault is told every time."""
    asked = (look, more, *map(row.cells.get, columns))
    found: T | None = known.answered.get(asked)
    if found is None:
        before = row.faults
        found = look(row, known, *more)
        if row.faults is before:
            known.answered[asked] = found
    return found


def _nik(row: Row) -> str:
    cell = row.cells.get("nik")
    if isinstance(cell, str) and rules.is_sound_nik(cell):
        return cell
    nik = row.take("nik", rules.nik)
    doubt = rules.nik_doubt(nik) if nik else None
    if doubt:
        row.doubt("nik", doubt)
    return nik


def _needed(its_role: str) -> tuple[str, ...]:
    if its_role in _AT_TPS:
        return ("kelurahan", "tps")
    if its_role in _AT_WARD:
        return ("kelurahan",)
    return ("kecamatan",) if its_role in _AT_AREA else ()


def place(row: Row, known: Known, needed: tuple[str, ...] = (), hint: str = "") -> Where:
    """The place of a row: a TPS brings its kelurahan, a kelurahan its kecamatan."""
    return _once(row, known, _PLACE, _looked_up, needed, hint)


_PLACE = ("kecamatan", "kelurahan", "tps")


def _looked_up(row: Row, known: Known, needed: tuple[str, ...], hint: str) -> Where:
    before = len(row.faults)
    for column in needed:
        row.take(column, rules.need)
    kecamatan = row.take("kecamatan", lambda cell: known.area(rules.text(cell)))
    kelurahan, number = rules.text(row.cells.get("kelurahan", "")), row.take("tps", rules.tps)
    if number and not kelurahan and "kelurahan" not in needed:
        row.refuse("kelurahan", "tps_alone")
    if len(row.faults) > before or not kelurahan:
        return Where(kecamatan)
    ward = row.check("kelurahan", lambda: known.ward(kelurahan, kecamatan, hint))
    return row.check("tps", lambda: known.station(ward, number)) if ward and number else ward


_TERMS = ("lembaga", "program", "mulai", "akhir", "status", "per_tanggal", "upah")
_Terms: TypeAlias = tuple[str, tuple[str, ...], date, date, bool, date | None, int | None]


def coverage(row: Row, known: Known) -> imports.CoverageRow:
    terms = _once(row, known, _TERMS, _terms)
    kpj = row.take("kpj", rules.kpj)
    if kpj and len(kpj) != 11:  # noqa: PLR2004 - the length that today's cards have
        row.doubt("kpj", "kpj_length")
    return imports.CoverageRow(_nik(row), *terms, kpj)


def _terms(row: Row, known: Known) -> _Terms:
    """What a list says of many in the same words: institution, programmes, start, end, active, date, wage."""
    starts, ends = row.take("mulai", times.day), row.take("akhir", times.day)
    if starts and ends and ends < starts:
        row.refuse("akhir", "ends_before")
    return (
        _institution_of(row, known),
        _PROGRAMMES.get(row.take("program", programmes), ()),
        starts,
        ends,
        row.take("status", status) == "aktif",
        row.take("per_tanggal", times.maybe_day),
        row.take("upah", rules.rupiah),
    )


def worker(row: Row, known: Known, day: Day) -> imports.WorkerRow:
    puskesmas = row.take("puskesmas", lambda cell: known.health(rules.need(cell)))
    area = known.puskesmas[puskesmas][1] if puskesmas else ""
    where = place(row, known, hint=area)
    own_day = known.days.get(where) if where else None
    starts, ends = _shift(row, day if own_day is None else replace(day, voting_day=own_day))
    return imports.WorkerRow(
        name=row.take("nama", rules.name),
        phone=row.take("no_hp", rules.need_phone),
        puskesmas=puskesmas,
        position=rules.text(row.cells.get("jabatan", "")).casefold(),
        starts_at=starts,
        ends_at=ends,
        where=where if where and where.kecamatan else Where(area),
    )


def _shift(row: Row, day: Day) -> tuple[datetime | None, datetime | None]:
    """Start and end in the election's zone; an end before the start is on the next day; neither: always."""
    before = len(row.faults)
    start, end = row.take("mulai", times.moment), row.take("selesai", times.moment)
    if len(row.faults) > before or (start is None and end is None):
        return None, None
    if start is None or end is None:
        row.refuse("mulai" if start is None else "selesai", "shift_half")
        return None, None
    starts = _instant(start, day.voting_day, day)
    ends = _instant(end, start[0] or day.voting_day, day)
    if ends <= starts:
        ends += timedelta(days=1)
    if ends <= starts:
        row.refuse("selesai", "shift_backwards")
    return starts, ends


def _instant(moment: times.Moment, otherwise: date, day: Day) -> datetime:
    midnight = datetime.combine(moment[0] or otherwise, time(), ZoneInfo(ZONES[day.zone]))
    return midnight + timedelta(minutes=moment[1])


def coordinator(row: Row, known: Known) -> imports.CoordinatorRow:
    return imports.CoordinatorRow(
        name=row.take("nama", rules.name),
        phone=row.take("no_hp", rules.need_phone),
        institution=_institution_of(row, known),
        where=place(row, known),
    )


def candidate(row: Row) -> imports.CandidateRow:
    return imports.CandidateRow(number=row.take("nomor", rules.need_tps), name=row.take("nama", rules.name))
