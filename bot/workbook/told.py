"""What joins, leaves or changes, as a person reads it: names for keys, days as they are said, numbers masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.workbook import review, words
from bot.workbook.known import Known
from messages.words import centre, day, place
from storage import names
from storage.elections import ZONES
from storage.imports import COORDINATOR, PUSKESMAS, WORKER, Where
from storage.planned import Change, Difference
from storage.standing import Post

SHEETS = {noun: sheet for sheet, noun in review.NOUNS.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """One difference; `place`: where the post is; `changes`: what a field is called, what it was, what it will be."""

    sheet: str
    what: str
    row: int
    name: str
    nik: str
    role: str
    institution: str
    programme: str
    place: str
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
            frozenset: lambda value: ", ".join(sorted(self._known.wards[each] for each in value)),
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
            place=self._place(each.noun, post) if post else "",
            fields=each.fields,
            changes=tuple(map(self._change, each.changes)),
            stays=each.stays,
        )

    def _place(self, noun: str, post: Post) -> str:
        """Of a worker his puskesmas, and the TPS or kelurahan where he is posted; of a coordinator his area."""
        is_whole = post.where == Where()
        if noun != WORKER:
            return "" if is_whole and noun != COORDINATOR else self._where(post.where)
        posted = self._where(post.where) if post.where.kelurahan else ""
        return ", ".join(each for each in (centre(self._value(PUSKESMAS, post.puskesmas)), posted) if each)

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
        """With its level: a kecamatan and a kelurahan of it often have one name; so may two kelurahan."""
        if where == Where():
            return words.say("value", "everywhere")
        is_area = not where.kelurahan or len(self._known.homes(where.kelurahan)) > 1
        ward = self._known.wards[where._replace(tps=0)] if where.kelurahan else ""
        return place(where.tps or None, ward, self._known.areas[where.kecamatan] if is_area else "")
