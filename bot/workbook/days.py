"""Who votes on another day than the election's: officers of TPS with a day of their own (PSU, PSL)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from bot.workbook import check, review, rules, sheets
from bot.workbook.check import Day
from bot.workbook.known import Known
from bot.workbook.read import Book
from bot.workbook.review import Review
from storage import imports, names
from storage.imports import Where
from storage.standing import Standing
from storage.vault import Vault

Own: TypeAlias = Mapping[tuple[str, str], date]  # by the hash of a NIK and the key of an institution


def own(book: Book, standing: Standing, day: Day, vault: Vault) -> Own:
    """As the tables have them, and where this workbook has the officer, as it does. The whole roster is gone through
    for it, so only where any TPS has a day of its own."""
    if not (_states_days(book) or any(each.voting_day for each in standing.tps.values())):
        return {}
    known = Known(standing)
    review.places(Review(), book, known, day)
    days = {where: its for where, its in known.days.items() if its is not None}
    found = _standing(standing, days)
    niks = {nik_hash for nik_hash, _ in found}
    for row in review.rows(book.sheets[sheets.OFFICERS]) if sheets.OFFICERS in book.sheets else ():
        its = days.get(check.place(row, known))
        if its is None and not (niks and vault.hash(row.take("nik", rules.nik) or "") in niks):
            continue  # nearly all: they vote with the others
        officer = check.officer(row, known)
        if not row.faults:
            at = (vault.hash(officer.nik), names.key(officer.institution))
            found.pop(at, None)
            found |= {at: its} if its else {}
    return found


def _states_days(book: Book) -> bool:
    sheet = book.sheets.get(sheets.TPS)
    return sheet is not None and any(rules.text(row.cells.get("tanggal", "")) for row in review.rows(sheet))


def _standing(standing: Standing, days: Mapping[Where, date]) -> dict[tuple[str, str], date]:
    found = {}
    for (kind, _), (person, post) in standing.posts.items():
        nik_hash = standing.people[person].nik_hash
        if kind == imports.OFFICER and nik_hash and post.where in days:
            found[nik_hash, names.key(post.institution)] = days[post.where]
    return found
