"""Who is who in an import: by NIK, else by phone and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage import names
from storage.imports import OfficerRow
from storage.standing import PersonFacts
from storage.vault import Vault

NEW, CHANGED, SAME = "new", "changed", "unchanged"


@dataclass(slots=True)
class Who:
    """A person as the import wants him; `id` where he is known already."""

    id: int | None
    name: str
    name_key: str
    phone: str | None
    nik: str = ""
    nik_hash: str | None = None
    verdict: str = NEW


class Hashes:
    """The keyed hash of each NIK and KPJ once: both come with every programme, the NIK with its officer too."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._known: dict[str, str] = {}

    def of(self, nik: str) -> str:
        found = self._known.get(nik)
        if found is None:
            found = self._known[nik] = self.vault.hash(nik)
        return found


class Everybody:
    """Who is who: by NIK, else by phone and name; in the workbook first, then among those known. Officers come before
    whoever has no NIK."""

    def __init__(self, known: Iterable[PersonFacts], hashes: Hashes, former: Mapping[int, str]) -> None:
        self._hashes, self._former = hashes, former
        self.all: list[Who] = []
        self._known_nik: dict[str, PersonFacts] = {}
        self._known_contact: dict[tuple[str, str], PersonFacts] = {}
        for each in known:
            if each.nik_hash:
                self._known_nik[each.nik_hash] = each
            contact = (each.phone or "", each.name_key)
            if each.phone and (each.nik_hash or contact not in self._known_contact):
                self._known_contact[contact] = each
            if each.id in former:
                self._known_contact.setdefault((former[each.id], each.name_key), each)
        self._by_nik: dict[str, Who] = {}
        self._contacts: dict[tuple[str, str], Who] | None = None  # made when the first one is asked for
        self._taken: set[int] = set()

    @property
    def _by_contact(self) -> dict[tuple[str, str], Who]:
        """Officers by their number, and whoever has none but that."""
        if self._contacts is None:
            self._contacts = {(who.phone, who.name_key): who for who in reversed(self.all) if who.phone}
        return self._contacts

    def officer(self, row: OfficerRow, phone: str | None) -> Who:
        nik_hash = self._hashes.of(row.nik)
        who = self._by_nik.get(nik_hash)
        if who is None:
            who = self._by_nik[nik_hash] = self._new_officer(row, phone, nik_hash)
        return who

    def _new_officer(self, row: OfficerRow, phone: str | None, nik_hash: str) -> Who:
        name_key = names.person_key(row.name)
        old = self._known_nik.get(nik_hash)
        if old is None and phone:
            old = self._known_contact.get((phone, name_key))
            old = old if old is not None and old.nik_hash is None and old.id not in self._taken else None
        # An empty cell takes no number away: it may be known from another list.
        phone = self._now(phone, old) or (old.phone if old else None)
        return self._settle(Who(None, row.name, name_key, phone, row.nik, nik_hash), old)

    def contact(self, name: str, phone: str) -> Who:
        contact = (phone, names.person_key(name))
        who = self._by_contact.get(contact)
        if who is None:
            old = self._known_contact.get(contact)
            old = old if old is not None and old.id not in self._taken else None
            written = old.name if old is not None and old.nik_hash else name  # the officers' list writes his name
            now = self._now(phone, old)
            who = Who(None, written, contact[1], now, "", old.nik_hash if old else None)
            self._by_contact[contact] = self._settle(who, old)
        return who

    def _now(self, phone: str | None, old: PersonFacts | None) -> str | None:
        """The number of a list, unless it is known to be his no more: somebody else may have it by now."""
        return old.phone if old is not None and phone is not None and self._former.get(old.id) == phone else phone

    def _settle(self, who: Who, old: PersonFacts | None) -> Who:
        if old is not None:
            who.id = old.id
            self._taken.add(old.id)
            who.verdict = SAME if old[1:] == (who.name, who.name_key, who.nik_hash, who.phone) else CHANGED
        self.all.append(who)
        return who
