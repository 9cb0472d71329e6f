"""What joins, leaves or changes, as a person reads it: names for keys, days as they are said, numbers masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.workbook import review, words
from bot.workbook.known import Known
from messages.words import day
from storage import names
from storage.elections import ZONES
from storage.imports import PUSKESMAS, Where
from storage.planned import Change, Difference

SHEETS = {noun: sheet for sheet, noun in review.NOUNS.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """One difference; `changes`: what a field is called, what it was, what it will be."""

    sheet: str
    what: str
    row: int
    name: str
    nik: str
    role: str
    institution: str
    programme: str
    fields: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]
    stays: bool


class Teller:
    """Says differences with the names that a workbook and the tables know."""

    def __init__(self, known: Known, zone: str) -> None:
        self._known = known
        self._zone = ZoneInfo(ZONES[zone])
        self._forms: dict[type, Callable[..., str]] = {
            Where: self._where,
            frozenset: lambda value: ", ".join(sorted(map(self._where, value))),
            datetime: lambda value: f"{day(value.astimezone(self._zone).date())} {value.astimezone(self._zone):%H.%M}",
            date: day,
            bool: lambda value: words.say("value", "active" if value else "inactive"),
        }

    def tell(self, each: Difference) -> Told:
        post = each.post
        return Told(
            sheet=SHEETS[each.noun],
            what=each.what,
            row=each.row,
            name=each.name,
            nik=names.masked(each.nik) if each.nik else "",
            role=post.role if post else "",
            institution=post.institution if post else "",
            programme=each.programme,
            fields=each.fields,
            changes=tuple(map(self._change, each.changes)),
            stays=each.stays,
        )

    def _change(self, each: Change) -> tuple[str, str, str]:
        label = words.say("field", each.field)
        if each.field == "nik_hash":  # that there is another one, and not which
            return label, words.say("value", "old" if each.old else "none"), words.say("value", "new")
        return label, self._value(each.field, each.old), self._value(each.field, each.new)

    def _value(self, field: str, value: object) -> str:
        if value is None or value in ("", frozenset()):
            return words.say("value", "none")
        if field == "phone":
            return names.masked(str(value))
        if field == PUSKESMAS:
            return self._known.puskesmas[str(value)][0]
        if field == "kecamatan":
            return self._known.areas[str(value)]
        form = self._forms.get(type(value))
        return form(value) if form else names.masked_text(str(value))

    def _where(self, where: Where) -> str:
        if not where.kelurahan:
            return self._known.areas[where.kecamatan] if where.kecamatan else words.say("value", "everywhere")
        ward = self._known.wards[where._replace(tps=0)]
        return f"{ward}/{where.tps}" if where.tps else ward
