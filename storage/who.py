"""Who is who in an import: by NIK, else by phone and name. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from storage import names
from storage.imports import COORDINATOR, OFFICER, WORKER, CoordinatorRow, OfficerRow, Wanted, Where, WorkerRow
from storage.standing import PersonFacts, Standing
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
    row: int = 0
    where: Where | None = None
    was: str = ""  # the hash of his NIK, where it is corrected
    is_corrected: bool = False


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


class Said(NamedTuple):
    """What is to be said of a row: why it is refused, or doubtful."""

    noun: str
    row: int
    column: str
    code: str
    about: dict[str, object]


class Everybody:
    """Who is who: by NIK, else by phone and name; in the workbook first, then among those known. Officers come before
    whoever has no NIK. `refused`: rows by number that name somebody else than their NIK does."""

    def __init__(self, wanted: Wanted, standing: Standing, hashes: Hashes) -> None:
        self._hashes = hashes
        self._wanted = wanted
        self._standing = standing
        self.all: list[Who] = []
        self.refused: dict[int, Said] = {}
        self.doubts: list[Said] = []
        self.corrected: list[tuple[Who, PersonFacts]] = []  # of whom NIK or number was another, by which he is posted
        self._known_nik: dict[str, PersonFacts] = {}
        self._known_contact: dict[tuple[str, str], PersonFacts] = {}
        for each in standing.people.values():
            if each.nik_hash:
                self._known_nik[each.nik_hash] = each
            contact = (each.phone or "", each.name_key)
            if each.phone and (each.nik_hash or contact not in self._known_contact):
                self._known_contact[contact] = each
        self._renewed: dict[tuple[str, str], PersonFacts] = {}  # by a number that is theirs no more
        for person, numbers in standing.former.items():
            his = standing.people[person]
            self._renewed |= dict.fromkeys(((phone, his.name_key) for phone in numbers), his)
        self._by_nik: dict[str, Who] = {}
        self._by_contact: dict[tuple[str, str], Who] = {}
        self._taken: set[int] = set()
        self._renumbered = self._corrections() if self._known_contact else {}

    # --- officers ---

    def officer(self, at: int, row: OfficerRow, phone: str | None) -> Who:
        nik_hash = self._hashes.of(row.nik)
        who = self._by_nik.get(nik_hash)
        if who is None:
            who = self._new_officer(at, row, phone, nik_hash)
            if at not in self.refused:
                self._by_nik[nik_hash] = who
        elif who.name != row.name:
            self._other_name(at, row, who, "name_row", {"row": who.row})
        return who if at in self.refused else self._told(OFFICER, at, row.phone, who)

    def _new_officer(self, at: int, row: OfficerRow, phone: str | None, nik_hash: str) -> Who:
        name_key = names.person_key(row.name)
        who = Who(None, row.name, name_key, phone, row.nik, nik_hash, row=at, where=row.where)
        contact = self._contact(phone or "", name_key)
        twin = self._by_contact.get(contact)
        if twin is not None and twin.where == row.where and row.where.tps:
            self.refused[at] = Said(OFFICER, at, "nik", "nik_other_row", {"row": twin.row})
        old = self._renumbered.get(nik_hash) or self._known_nik.get(nik_hash)
        if old is not None and old.nik_hash == nik_hash:
            self._other_name(at, row, old, "name_known", {})
        if at in self.refused:
            return who
        if old is None and phone:
            old = self._known_contact.get(contact)
            old = old if old is not None and old.nik_hash is None and old.id not in self._taken else None
        elif old is not None and old.nik_hash != nik_hash:
            who.was = old.nik_hash or ""
            self._correct(who, old)
            self.doubts.append(Said(OFFICER, at, "nik", "nik_corrected", {}))
        # An empty cell takes no number away: it may be known from another list.
        who.phone = self._now(phone, old)
        if who.phone:
            self._by_contact.setdefault((who.phone, name_key), who)
        return self._settle(who, old)

    def _other_name(
        self, at: int, row: OfficerRow, was: Who | PersonFacts, code: str, about: dict[str, object]
    ) -> None:
        """A NIK with another name: one who writes his otherwise, or somebody else's NIK."""
        name_key = names.person_key(row.name)
        if name_key == was.name_key:
            return
        about = {**about, "name": was.name}
        if (row.phone and row.phone == was.phone) or names.alike(name_key, was.name_key):
            self.doubts.append(Said(OFFICER, at, "nama", f"{code}_doubt", about))
        elif isinstance(was, PersonFacts) and (other := self._swapped(name_key, was)):
            self.refused[at] = Said(OFFICER, at, "nik", "nik_swapped", {**about, "row": other})
        else:
            self.refused[at] = Said(OFFICER, at, "nama", code, about)

    def _swapped(self, name_key: str, known: PersonFacts) -> int:
        """The row that has the NIK of who is named in this one, and names whose NIK is in this one; 0: none."""
        for at, nik_hash in self._rows.get(known.name_key, ()):
            other = self._known_nik.get(nik_hash)
            if other is not None and other.name_key == name_key:
                return at
        return 0

    @cached_property
    def _rows(self) -> dict[str, list[tuple[int, str]]]:
        """Row and NIK of the workbook's officers by name."""
        found: dict[str, list[tuple[int, str]]] = {}
        for at, row in self._wanted.officers:
            found.setdefault(names.person_key(row.name), []).append((at, self._hashes.of(row.nik)))
        return found

    def _corrections(self) -> dict[str, PersonFacts]:
        """Those known by another NIK: the same name, number and TPS, and nobody of that name has the old NIK here. That
        one is free then."""
        found: dict[str, PersonFacts] = {}
        for at, row in self._wanted.officers:
            nik_hash = self._hashes.of(row.nik)
            if nik_hash in self._known_nik or not row.phone or not row.where.tps:
                continue
            name_key = names.person_key(row.name)
            old = self._known_contact.get(self._contact(row.phone, name_key))
            if old is None or old.nik_hash is None or (old.id, row.where) not in self._posted:
                continue
            if names.alike(self._stated.get(old.nik_hash, "-"), name_key):
                self.refused[at] = Said(OFFICER, at, "nik", "nik_other_known", {})
            else:
                found[nik_hash] = old
        for old in found.values():
            self._known_nik.pop(old.nik_hash or "", None)
        return found

    @cached_property
    def _posted(self) -> set[tuple[int, Where]]:
        return {(person, post.where) for (kind, _), (person, post) in self._standing.posts.items() if kind == OFFICER}

    @cached_property
    def _stated(self) -> dict[str, str]:
        return {self._hashes.of(row.nik): names.person_key(row.name) for _, row in self._wanted.officers}

    # --- whoever has no NIK ---

    def coordinator(self, at: int, row: CoordinatorRow) -> Who:
        """As any contact; with a new number he is who has his name, institution and area, if he is the only one."""
        self._renumber(COORDINATOR, at, row.name, row.phone, (row.institution, row.where))
        return self._told(COORDINATOR, at, row.phone, self.contact(row.name, row.phone))

    def worker(self, at: int, row: WorkerRow) -> Who:
        """As any contact; with a new number he is who has his name in his puskesmas, if he is the only one."""
        self._renumber(WORKER, at, row.name, row.phone, row.puskesmas)
        return self._told(WORKER, at, row.phone, self.contact(row.name, row.phone))

    def _renumber(self, noun: str, at: int, name: str, phone: str, post: Hashable) -> None:
        contact = self._contact(phone, names.person_key(name))
        if contact in self._by_contact or contact in self._known_contact:
            return
        mates = self._mates.get((noun, post, contact[1]), set())
        free = [each for each in map(self._standing.people.__getitem__, mates) if self._is_free(each)]
        if len(free) == 1:
            who = Who(None, name, contact[1], phone)
            self._correct(who, free[0])
            old, new = (names.masked(number or "") for number in (free[0].phone, phone))
            self.doubts.append(Said(noun, at, "no_hp", f"{noun}_number", {"old": old, "new": new}))
            self._by_contact[contact] = self._settle(who, free[0])

    def _is_free(self, each: PersonFacts) -> bool:
        """Known by a number alone, which nobody of his name has in this workbook."""
        return (
            each.nik_hash is None
            and each.id not in self._taken
            and (each.phone or "", each.name_key) not in self.contacts
        )

    @cached_property
    def _mates(self) -> dict[tuple[str, Hashable, str], set[int]]:
        """Who has a name at a post, of those whom a number alone tells apart."""
        found: dict[tuple[str, Hashable, str], set[int]] = {}
        for (kind, _), (person, post) in self._standing.posts.items():
            if kind in {WORKER, COORDINATOR}:
                at: Hashable = post.puskesmas if kind == WORKER else (post.institution, post.where)
                found.setdefault((kind, at, self._standing.people[person].name_key), set()).add(person)
        return found

    @cached_property
    def contacts(self) -> set[tuple[str, str]]:
        """Everybody whom the workbook knows by number and name."""
        workers = [(each.phone, each.name) for _, each in self._wanted.workers]
        others = [(each.phone, each.name) for _, each in self._wanted.coordinators]
        return {self._contact(phone, names.person_key(name)) for phone, name in workers + others}

    def contact(self, name: str, phone: str) -> Who:
        contact = self._contact(phone, names.person_key(name))
        who = self._by_contact.get(contact)
        if who is None:
            old = self._known_contact.get(contact)
            old = old if old is not None and old.id not in self._taken else None
            written = old.name if old is not None and old.nik_hash else name  # the officers' list writes his name
            who = Who(None, written, contact[1], contact[0], "", old.nik_hash if old else None)
            self._by_contact[contact] = self._settle(who, old)
        return who

    def _contact(self, phone: str, name_key: str) -> tuple[str, str]:
        """Number and name; where the number is known to be his no more, the one that he has: somebody else may have
        the other by now."""
        contact = (phone, name_key)
        his = self._renewed.get(contact)
        return contact if his is None or contact in self._known_contact else (his.phone or phone, name_key)

    def _now(self, phone: str | None, old: PersonFacts | None) -> str | None:
        """The number that he has, where a list says none or one that is his no more."""
        is_his = old is not None and (not phone or phone in self._standing.former.get(old.id, ()))
        return old.phone if old is not None and is_his else phone

    def _told(self, noun: str, at: int, phone: str | None, who: Who) -> Who:
        """Of a number that is his no more, and is not brought back, whoever keeps the list reads."""
        if phone and phone != who.phone and phone in self._standing.former.get(who.id or 0, ()):
            about = dict[str, object](name=who.name, old=names.masked(phone), now=names.masked(who.phone or ""))
            self.doubts.append(Said(noun, at, "no_hp", "phone_former", about))
        return who

    def _correct(self, who: Who, old: PersonFacts) -> None:
        who.is_corrected = True
        self.corrected.append((who, old))

    def _settle(self, who: Who, old: PersonFacts | None) -> Who:
        if old is not None:
            who.id = old.id
            self._taken.add(old.id)
            who.verdict = SAME if old[1:] == (who.name, who.name_key, who.nik_hash, who.phone) else CHANGED
        self.all.append(who)
        return who
