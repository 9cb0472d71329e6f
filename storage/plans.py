"""An import as a plan: what stands compared with what is wanted. Pure; nothing here touches the database."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from storage import absence, covering, imports, names
from storage.imports import At, ElectionRow, OfficerRow, Wanted, Where, settled
from storage.planned import Change, Difference, Placed, Plan, Renamed, changes_of, verdict_of
from storage.standing import Post, Standing
from storage.vault import Vault
from storage.who import CHANGED, NEW, SAME, Everybody, Hashes, Said


def compare(wanted: Wanted, standing: Standing, vault: Vault, *, tell: bool = True, replace: bool = False) -> Plan:
    """What to write; with `tell` also who joins, leaves and changes, which costs as much again; with `replace` who
    leaves is taken out, within the institutions and the areas that the workbook speaks of."""
    plan = Plan(tell=tell or replace)
    _election(plan, wanted, standing)
    _places(plan, wanted, standing)
    for row, candidate in wanted.candidates:
        old = standing.candidates.get(candidate.number)
        verdict = verdict_of(old, candidate.name)
        plan.verdicts[imports.CANDIDATE, verdict] += 1
        if verdict != SAME:
            plan.candidates[candidate.number] = candidate.name
            if plan.tell:
                changes = (Change("name", old, candidate.name),) if old else ()
                plan.differences.append(Difference(imports.CANDIDATE, verdict, row, candidate.name, changes=changes))
    hashes = Hashes(vault)
    posts = _roster(plan, wanted, standing, hashes)
    covering.compare(plan, wanted, standing, hashes)
    if replace:
        absence.take_out(plan, wanted, posts)
    if plan.tell:
        plan.differences = list(absence.paired(plan.differences, stays=not replace))
    return plan


def election(wanted: Wanted, standing: Standing) -> ElectionRow | None:
    """The election's row, if it is to be written."""
    plan = Plan()
    _election(plan, wanted, standing)
    return plan.election


def _election(plan: Plan, wanted: Wanted, standing: Standing) -> None:
    if wanted.election is None:
        return
    row, value = wanted.election
    known = standing.election
    old = ElectionRow(*(getattr(known, name) for name in ElectionRow._fields)) if known else None
    value = settled(value, old, wanted.absent.get(imports.ELECTION, ()))
    plan.verdicts[imports.ELECTION, verdict_of(old, value)] += 1
    if old != value:
        plan.election = value
        if plan.tell:
            changes = changes_of(old, value) if old else ()
            plan.differences.append(
                Difference(imports.ELECTION, verdict_of(old, value), row, value.name, changes=changes)
            )


def _places(plan: Plan, wanted: Wanted, standing: Standing) -> None:
    plan.areas = {key: name for key, name in wanted.areas.items() if key not in standing.areas}
    plan.wards = {where: name for where, name in wanted.wards.items() if where not in standing.wards}
    for row, health in wanted.puskesmas:
        key = names.key(health.name)
        old = standing.puskesmas.get(key)
        health = settled(health, old, wanted.absent.get(imports.PUSKESMAS, ()))  # noqa: PLW2901 - the same row, completed
        plan.verdicts[imports.PUSKESMAS, verdict_of(old, health)] += 1
        if old != health:
            plan.puskesmas[key] = health
            _tell_place(plan, imports.PUSKESMAS, row, health.name, old, health)
    for row, station in wanted.tps:
        before = standing.tps.get(station.where)
        station = settled(station, before, wanted.absent.get(imports.TPS, ()))  # noqa: PLW2901 - as above
        plan.verdicts[imports.TPS, verdict_of(before, station)] += 1
        if before != station:
            plan.tps.append(station)
            ward = station.where._replace(tps=0)
            name = f"{wanted.wards.get(ward) or standing.wards[ward]}/{station.where.tps}"
            _tell_place(plan, imports.TPS, row, name, before, station)


def _tell_place(plan: Plan, noun: str, row: int, name: str, old: object, new: object) -> None:
    if plan.tell:
        changes = changes_of(old, new) if old else ()
        plan.differences.append(Difference(noun, verdict_of(old, new), row, name, changes=changes))


def _roster(plan: Plan, wanted: Wanted, standing: Standing, hashes: Hashes) -> list[At[Placed]]:
    """Every post of the workbook, in the order of its rows."""
    people = Everybody(wanted, standing, hashes)
    posts = [
        *_officers(wanted, people),
        *_workers(wanted, people, hashes.vault),
        *_coordinators(wanted, people, hashes.vault),
    ]
    plan.doubts += people.doubts
    plan.corrected = [who for who, _ in people.corrected]
    plan.renamed = _renamed(people, standing, hashes.vault)
    if plan.renamed:
        standing = copy(standing)
        new = {(each.kind, each.old): each.new for each in plan.renamed}
        standing.posts = {(kind, new.get((kind, key), key)): its for (kind, key), its in standing.posts.items()}
    stand_in: set[int] = set()  # who took the place of a row of this list
    for row, placed in posts:
        where, by, instead = standing.replaced.get(placed.key, (None, "", ()))
        if placed.kind == imports.OFFICER and row in people.refused:
            plan.refused.append(people.refused[row])
        elif by and placed.kind == imports.OFFICER and where == placed.post.where:
            plan.refused.append(Said(imports.OFFICER, row, "nama", "replaced", {"by": by}))
            stand_in.update(instead)
        else:
            _place(plan, row, placed, standing, wanted)
    plan.people = [who for who in people.all if who.verdict != SAME and not who.is_corrected]
    _by_list(plan, posts, standing)
    if plan.tell:
        plan.differences += absence.leaving(posts, standing, wanted, hashes, stand_in, plan.gone)
    return posts


def _by_list(plan: Plan, posts: list[At[Placed]], standing: Standing) -> None:
    """Who was named in the chat and stands in the list by now, at the same place, needs the chat's row no more."""
    chat = [(at, found) for at, found in standing.posts.items() if at[1].startswith(absence.CHAT_MADE)]
    if chat:
        listed = {(each.kind, each.who.id, each.post.where, each.post.role) for _, each in posts}
        plan.gone += [at for at, (person, post) in chat if (at[0], person, post.where, post.role) in listed]


def _renamed(people: Everybody, standing: Standing, vault: Vault) -> list[Renamed]:
    """The posts of those whose NIK or number is another now: their keys begin with it."""
    begins = _begins(people, standing, vault)
    found: dict[tuple[str, str], Renamed] = {}  # by what they become
    for (kind, key), (person, _) in standing.posts.items() if begins else ():
        was, colon, rest = key.partition(":")
        now = begins.get(person, {}).get(was)
        new = f"{now}{colon}{rest}"
        if now and (kind, new) not in standing.posts:
            found.setdefault((kind, new), Renamed(person, kind, key, new))
    return list(found.values())


def _begins(people: Everybody, standing: Standing, vault: Vault) -> dict[int, dict[str, str]]:
    """By person, what keys of his may begin with, and what they should."""
    found: dict[int, dict[str, str]] = {}
    for person, former in standing.former.items():  # renewed in the chat
        his = standing.people[person]
        if (his.phone or "", his.name_key) in people.contacts:
            new = _contact_hash(vault, his.phone, his.name_key)
            found[person] = {_contact_hash(vault, each, his.name_key): new for each in former}
    for who, old in people.corrected:
        numbers = (*standing.former.get(old.id, ()), old.phone)
        was = [who.was] if who.was else [_contact_hash(vault, each, old.name_key) for each in numbers]
        new = str(who.nik_hash) if who.was else _contact_hash(vault, who.phone, who.name_key)
        found.setdefault(old.id, {}).update(dict.fromkeys(was, new))
    return found


def _officers(wanted: Wanted, people: Everybody) -> Iterator[At[Placed]]:
    lacking = {officer.nik for _, officer in wanted.officers if not officer.phone}
    phones: dict[str, OfficerRow] = {}  # a number may stand in a later row of the same NIK
    for _, officer in wanted.officers if lacking else ():
        if officer.phone and officer.nik in lacking:
            phones.setdefault(officer.nik, officer)
    for row, officer in wanted.officers:
        who = people.officer(row, officer, officer.phone or _lent(officer, phones.get(officer.nik)))
        post = Post(officer.role, officer.position, officer.institution, officer.where)
        yield At(row, Placed(imports.OFFICER, f"{who.nik_hash}:{names.key(officer.institution)}", who, post))


def _lent(officer: OfficerRow, other: OfficerRow | None) -> str | None:
    """The number of another row, if it is not somebody else's."""
    is_his = other is not None and names.alike(names.person_key(officer.name), names.person_key(other.name))
    return other.phone if other is not None and is_his else None


def _workers(wanted: Wanted, people: Everybody, vault: Vault) -> Iterator[At[Placed]]:
    for row, each in wanted.workers:
        who = people.worker(row, each)
        post = Post("", each.position, "", each.where, each.puskesmas, each.starts_at, each.ends_at)
        since = each.starts_at.timestamp() if each.starts_at else 0
        key = f"{_contact_hash(vault, who.phone, who.name_key)}:{each.puskesmas}:{since:.0f}:{_at(each.where)}"
        yield At(row, Placed(imports.WORKER, key, who, post))


def _coordinators(wanted: Wanted, people: Everybody, vault: Vault) -> Iterator[At[Placed]]:
    for row, each in wanted.coordinators:
        who = people.coordinator(row, each)
        key = f"{_contact_hash(vault, who.phone, who.name_key)}:{names.key(each.institution)}:{_at(each.where)}"
        yield At(row, Placed(imports.COORDINATOR, key, who, Post("", "", each.institution, each.where)))


def _contact_hash(vault: Vault, phone: str | None, name_key: str) -> str:
    """By the number that he has: a list with a former one of his finds his row too."""
    return vault.hash(f"contact {phone} {name_key}")


def _at(where: Where) -> str:
    return "/".join(str(part or "") for part in where)


def _place(plan: Plan, row: int, placed: Placed, standing: Standing, wanted: Wanted) -> None:
    old_id, old = standing.posts.get((placed.kind, placed.key), (None, None))
    absent = wanted.absent.get(placed.kind)
    if absent and old is not None:
        placed = Placed(placed.kind, placed.key, placed.who, settled(placed.post, old, absent))
    same = old == placed.post and old_id == placed.who.id
    verdict = NEW if old is None else SAME if same and placed.who.verdict == SAME else CHANGED
    plan.verdicts[placed.kind, verdict] += 1
    if not same:
        plan.placed.append(Placed(*placed[:4], is_new=old is None))
    if verdict != SAME and plan.tell:
        plan.differences.append(_difference(placed, verdict, row, _changed(placed, old, standing)))


def _changed(placed: Placed, old: Post | None, standing: Standing) -> tuple[Change, ...]:
    before, who = standing.people.get(placed.who.id or 0), placed.who
    changes = changes_of(old, placed.post) if old is not None else ()
    if before is None:
        return changes
    pairs = ((name, getattr(before, name), getattr(who, name)) for name in ("name", "phone", "nik_hash"))
    return (*changes, *(Change(*pair) for pair in pairs if pair[1] != pair[2]))


def _difference(placed: Placed, verdict: str, row: int, changes: tuple[Change, ...]) -> Difference:
    who = placed.who
    return Difference(
        placed.kind, verdict, row, who.name, who.nik, placed.post, changes=changes, key=placed.key, person=who.id
    )
