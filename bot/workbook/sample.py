"""An example workbook: made-up people of Kota Malang, the same at every run."""

from __future__ import annotations

import calendar
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from random import Random

from bot.workbook import sheets, words
from bot.workbook.rules import Cell

VOTING_DAY = date(2024, 11, 27)
MOST = 1_188  # TPS of Kota Malang at Pilkada 2024
_SEED = 119
_WAGES = {
    "KPPS": 850_000, "Linmas": 650_000, "PTPS": 800_000, "PPS": 1_300_000, "PKD": 1_100_000, "PPK": 2_200_000,
    "Panwascam": 1_900_000,
}  # fmt: skip
_AT_TPS = (("KPPS", 7), ("Linmas", 2), ("PTPS", 1))
_AT_WARD = (("PPS", 3), ("PKD", 1))
_AT_AREA = (("PPK", 5), ("Panwascam", 3))
_COVERED, _ONE_PROGRAMME = 0.92, 0.02  # of the KPU's officers; all of Bawaslu's are covered
_SPECIAL = {"Lowokwaru": 5, "Kebonsari": 1}  # TPS in prisons, the last numbers of their kelurahan

Rows = dict[str, list[tuple[Cell, ...]]]


@dataclass(frozen=True, slots=True)
class Ward:
    code: str
    kelurahan: str
    kecamatan: str
    puskesmas: str
    stations: int
    all_stations: int


def rows(tps: int = MOST, voting_day: date = VOTING_DAY) -> Rows:
    """Every sheet with its header, as `read.of_rows` takes it; `tps` (1 to 1,188) are spread over all kelurahan."""
    return _Sample(_wards(tps), voting_day).rows()


@lru_cache(maxsize=1)
def places() -> tuple[dict[str, str], ...]:
    """The 57 kelurahan of `malang.csv`."""
    with (Path(__file__).parent / "malang.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(line for line in file if not line.startswith("#")))


def _wards(tps: int) -> list[Ward]:
    """The kelurahan with their numbers of TPS: a kecamatan's TPS divided evenly, then `tps` of them dealt in rounds."""
    if not 1 <= tps <= MOST:
        raise ValueError(f"between 1 and {MOST}")
    whole: dict[str, int] = {}
    for kecamatan in dict.fromkeys(row["kecamatan"] for row in places()):
        own = [row for row in places() if row["kecamatan"] == kecamatan]
        each, more = divmod(int(own[0]["kecamatan_tps"]), len(own))
        whole |= {row["code"]: each + (n < more) for n, row in enumerate(own)}
    dealt = dict.fromkeys(whole, 0)
    for code in _rounds(whole, tps):
        dealt[code] += 1
    return [
        Ward(row["code"], row["kelurahan"], row["kecamatan"], row["puskesmas"], dealt[row["code"]], whole[row["code"]])
        for row in places()
        if dealt[row["code"]]
    ]


def _rounds(whole: dict[str, int], tps: int) -> Iterator[str]:
    """One TPS to each kelurahan in turn, the kecamatan taking turns too, so that few TPS still reach all of them."""
    by_area: dict[str, list[str]] = {}
    for code in whole:
        by_area.setdefault(code[:8], []).append(code)
    order = [code for turn in zip_longest(*by_area.values()) for code in turn if code]
    dealt = 0
    for number in range(max(whole.values())):
        for code in order:
            if number < whole[code] and dealt < tps:
                dealt += 1
                yield code


@dataclass
class _Sample:
    wards: list[Ward]
    voting_day: date
    dice: Random = field(default_factory=lambda: Random(_SEED))  # noqa: S311 - an example, not a secret
    phones: int = 0
    serials: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Rows:
        officers = [row for people in (self._at_tps(), self._at_ward(), self._at_area()) for row in people]
        found: dict[str, list[tuple[Cell, ...]]] = {
            sheets.ELECTION: [self._election()],
            sheets.TPS: list(self._stations()),
            sheets.PUSKESMAS: list(self._puskesmas()),
            sheets.OFFICERS: officers,
            sheets.COVERAGES: list(self._coverages(officers)),
            sheets.WORKERS: [row for name in self._served() for row in self._workers(name)],
            sheets.COORDINATORS: list(self._coordinators()),
            sheets.CANDIDATES: [(n, f"{self._name(0)} – {self._name(n % 2)}") for n in (1, 2, 3)],
        }
        return {name: [sheets.LAYOUTS[name].columns, *its] for name, its in found.items()}

    def _election(self) -> tuple[Cell, ...]:
        year = self.voting_day.year
        about = [_word(each) for each in ("wage_base", "scheme", "secretariat")]
        return (f"malang-{year}", _word("election", year=year), "35.73", self.voting_day, "WIB", "119", *about)

    def _stations(self) -> Iterator[tuple[Cell, ...]]:
        for ward in self.wards:
            for number in range(1, ward.stations + 1):
                special = number > ward.all_stations - _SPECIAL.get(ward.kelurahan, 0)
                kind = "khusus" if special else "reguler"
                yield ward.kelurahan, ward.kecamatan, number, "", kind, "", "", self._address(ward), "", ""

    def _address(self, ward: Ward) -> str:
        chosen: str = self.dice.choice(words.table()["sample"]["address"])
        rw, rt = f"{self.dice.randint(1, 12):02}", f"{self.dice.randint(1, 9):02}"
        return chosen.format(kelurahan=ward.kelurahan, rw=rw, rt=rt)

    def _served(self) -> dict[str, list[Ward]]:
        """The puskesmas of the kecamatan that are in, with the kelurahan each of them serves."""
        areas = {ward.kecamatan for ward in self.wards}
        found: dict[str, list[Ward]] = {row["puskesmas"]: [] for row in places() if row["kecamatan"] in areas}
        for ward in self.wards:
            found[ward.puskesmas].append(ward)
        return found

    def _puskesmas(self) -> Iterator[tuple[Cell, ...]]:
        home = {row["puskesmas"]: row["kecamatan"] for row in places()}
        for name, wards in self._served().items():
            yield name, home[name], "", "; ".join(ward.kelurahan for ward in wards)

    def _at_tps(self) -> Iterator[tuple[Cell, ...]]:
        for ward in self.wards:
            for number in range(1, ward.stations + 1):
                for role, count in _AT_TPS:
                    for n in range(count):
                        yield self._officer(role, n, ward, number)

    def _at_ward(self) -> Iterator[tuple[Cell, ...]]:
        for ward in self.wards:
            for role, count in _AT_WARD:
                for n in range(count):
                    yield self._officer(role, n, ward, "")

    def _at_area(self) -> Iterator[tuple[Cell, ...]]:
        for ward in {ward.kecamatan: ward for ward in reversed(self.wards)}.values():
            for role, count in _AT_AREA:
                for n in range(count):
                    yield (*self._officer(role, n, ward, "")[:7], "", "")

    def _officer(self, role: str, n: int, ward: Ward, number: int | str) -> tuple[Cell, ...]:
        woman = int(self.dice.random() < (0.05 if role == "Linmas" else 0.5))
        position = "" if role in {"Linmas", "PTPS", "PKD"} else _word("member" if n else "chief")
        institution = "Bawaslu" if role in {"PTPS", "PKD", "Panwascam"} else "KPU"
        nik = self._nik(ward.code, woman, oldest=65 if role == "Linmas" else 55)
        return (nik, self._name(woman), role, self._phone(), position, institution,
                ward.kecamatan, ward.kelurahan, number)  # fmt: skip

    def _nik(self, code: str, woman: int, oldest: int) -> str:
        """A NIK of this region; serials from 9001 on, as no office gives them, show that it is made up."""
        born = self.voting_day - timedelta(days=self.dice.randint(19 * 366, oldest * 365))
        start = f"{code[:8].replace('.', '')}{born.day + 40 * woman:02}{born:%m%y}"
        self.serials[start] = self.serials.get(start, 9000) + 1
        return f"{start}{self.serials[start]}"

    def _name(self, woman: int) -> str:
        table: dict[str, list[str]] = words.table()["sample"]
        first, last = table["women" if woman else "men"], table["last_women" if woman else "last_men"]
        parts = (self.dice.choice(first), self.dice.choice(table["middle"]), self.dice.choice(last))
        return " ".join(dict.fromkeys(part for part in parts if part))

    def _phone(self) -> str:
        self.phones += 1
        return f"081200{self.phones:06}"

    def _coverages(self, officers: list[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
        starts = self.voting_day.replace(day=1)
        ends = starts.replace(day=calendar.monthrange(starts.year, starts.month)[1])
        as_of = self.voting_day - timedelta(days=7)
        for n, (nik, _, role, _, _, institution, *_) in enumerate(officers):
            programme = self._programme(institution)
            if programme:
                kpj = f"24{n + 1:09}"
                yield nik, institution, programme, starts, ends, kpj, _WAGES[str(role)], "aktif", as_of

    def _programme(self, institution: Cell) -> str:
        draw = self.dice.random()
        if institution == "Bawaslu" or draw < _COVERED:
            return "JKK+JKM"
        return self.dice.choice(("JKK", "JKM")) if draw < _COVERED + _ONE_PROGRAMME else ""

    def _workers(self, puskesmas: str) -> Iterator[tuple[Cell, ...]]:
        """A head and one nurse always on duty; others in shifts; one nurse posted in a kelurahan."""

        def one(title: str, position: str, starts: str = "", ends: str = "", at: str = "") -> tuple[Cell, ...]:
            name = self._name(self.dice.randrange(2))
            titled = _word(title, name=name) if title else name
            return titled, self._phone(), puskesmas, _word(position), starts, ends, at, ""

        day = f"{self.voting_day} "
        yield one("head_title", "head")
        yield one("doctor_title", "doctor", day + "06.00", day + "22.00")
        yield one("nurse_title", "nurse")
        yield one("nurse_title", "nurse", "06.00", "14.00")
        yield one("nurse_title", "nurse", "14.00", "22.00")
        yield one("nurse_title", "nurse", "22.00", "06.00")
        yield one("", "midwife", "06.00", "18.00")
        served = self._served()[puskesmas]
        if served:
            yield one("nurse_title", "nurse", "06.00", "18.00", served[0].kelurahan)

    def _coordinators(self) -> Iterator[tuple[Cell, ...]]:
        def one(institution: str, kecamatan: str = "", kelurahan: str = "") -> tuple[Cell, ...]:
            return self._name(self.dice.randrange(2)), self._phone(), institution, kecamatan, kelurahan

        for institution in ("KPU", "Bawaslu", "Dinkes", "Bakesbangpol", "BPJS"):
            yield one(institution)
        for kecamatan in dict.fromkeys(ward.kecamatan for ward in self.wards):
            yield one("KPU", kecamatan)
            for ward in [ward for ward in self.wards if ward.kecamatan == kecamatan][:2]:
                yield one("Kelurahan", kecamatan, ward.kelurahan)


def _word(which: str, /, **about: object) -> str:
    return words.say("sample", which, **about)
