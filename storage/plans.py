"""An import as a plan: what stands compared with what is wanted. Pure; nothing here touches the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from storage import imports, names
from storage.imports import At, CoverageRow, ElectionRow, PuskesmasRow, TpsRow, Wanted, Where, settled
from storage.standing import CoverageFacts, Post, Standing
from storage.vault import Vault
from storage.who import CHANGED, NEW, SAME, Everybody, Hashes, Who

_RANK = {SAME: 0, CHANGED: 1, NEW: 2}


class Placed(NamedTuple):
    """An assignment to write."""

    kind: str
    key: str
    who: Who
    post: Post
    is_new: bool = False


class Covered(NamedTuple):
    """A coverage to write."""

    nik_hash: str
    programme: str
    facts: CoverageFacts
    kpj: str
    is_new: bool


class Difference(NamedTuple):
    """Who joins, leaves or changes: `row` of the workbook (0: he stands in the tables only), and what differs."""

    noun: str
    what: str
    row: int
    name: str
    nik: str = ""
    post: Post | None = None
    fields: tuple[str, ...] = ()
    key: str = ""  # of what stands and leaves


@dataclass(slots=True)
class Plan:
    """What to write, and how many rows of a noun turned out to be new, changed, unchanged."""

    election: ElectionRow | None = None
    areas: dict[str, str] = field(default_factory=dict)
    wards: dict[Where, str] = field(default_factory=dict)
    puskesmas: dict[str, PuskesmasRow] = field(default_factory=dict)
    tps: list[TpsRow] = field(default_factory=list)
    candidates: dict[int, str] = field(default_factory=dict)
    people: list[Who] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    covered: list[Covered] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    tell: bool = True
    barred: list[tuple[int, str]] = field(default_factory=list)  # rows of replaced officers, and by whom
    gone: list[tuple[str, str]] = field(default_factory=list)  # kind and key of posts to take out
    uncovered: list[tuple[str, str, str]] = field(default_factory=list)  # nik_hash, institution's key, programme


def compare(wanted: Wanted, standing: Standing, vault: Vault, *, tell: bool = True, replace: bool = False) -> Plan:
    """What to write; with `tell` also who joins, leaves and changes, which costs as much again; with `replace` who
    leaves is taken out, within the institutions and the areas that the workbook speaks of."""
    plan = Plan(tell=tell or replace)
    _election(plan, wanted, standing)
    _places(plan, wanted, standing)
    for _, candidate in wanted.candidates:
        verdict = _verdict(standing.candidates.get(candidate.number), candidate.name)
        plan.verdicts[imports.CANDIDATE, verdict] += 1
        if verdict != SAME:
            plan.candidates[candidate.number] = candidate.name
    hashes = Hashes(vault)
    _roster(plan, wanted, standing, hashes)
    _coverages(plan, wanted, standing, hashes)
    if replace:
        _take_out(plan, wanted)
    return plan


def _take_out(plan: Plan, wanted: Wanted) -> None:
    """Only where the workbook has somebody of that role: a list of one kelurahan says nothing of its neighbours, and
    one of KPPS nothing of PPS."""
    spoken = {
        imports.OFFICER: {(each.role, each.institution, _area(each.where)) for _, each in wanted.officers},
        imports.WORKER: {("", each.puskesmas, Where()) for _, each in wanted.workers},
        imports.COORDINATOR: {("", each.institution, _area(each.where)) for _, each in wanted.coordinators},
    }
    kept = []
    for each in plan.differences:
        if each.what != LEAVES:
            kept.append(each)
        elif each.noun == imports.COVERAGE:
            plan.uncovered.append(tuple(each.key.split("\t")))  # type: ignore[arg-type]
            kept.append(each)
        elif each.post is not None:
            post = each.post
            is_worker = each.noun == imports.WORKER
            here = ("", post.puskesmas, Where()) if is_worker else (post.role, post.institution, _area(post.where))
            if here in spoken[each.noun]:
                plan.gone.append((each.noun, each.key))
                kept.append(each)
    plan.differences = kept


def _area(where: Where) -> Where:
    """A place without its TPS."""
    return where._replace(tps=0)


def _verdict(old: object, new: object) -> str:
    if old is None:
        return NEW
    return SAME if old == new else CHANGED


def election(wanted: Wanted, standing: Standing) -> ElectionRow | None:
    """The election's row, if it is to be written."""
    plan = Plan()
    _election(plan, wanted, standing)
    return plan.election


def _election(plan: Plan, wanted: Wanted, standing: Standing) -> None:
    if wanted.election is None:
        return
    _, value = wanted.election
    known = standing.election
    old = ElectionRow(*(getattr(known, name) for name in ElectionRow._fields)) if known else None
    value = settled(value, old, wanted.absent.get(imports.ELECTION, ()))
    plan.verdicts[imports.ELECTION, _verdict(old, value)] += 1
    if old != value:
        plan.election = value


def _places(plan: Plan, wanted: Wanted, standing: Standing) -> None:
    plan.areas = {key: name for key, name in wanted.areas.items() if key not in standing.areas}
    plan.wards = {where: name for where, name in wanted.wards.items() if where not in standing.wards}
    for _, health in wanted.puskesmas:
        key = names.key(health.name)
        old = standing.puskesmas.get(key)
        health = settled(health, old, wanted.absent.get(imports.PUSKESMAS, ()))  # noqa: PLW2901 - the same row, completed
        plan.verdicts[imports.PUSKESMAS, _verdict(old, health)] += 1
        if old != health:
            plan.puskesmas[key] = health
    for _, station in wanted.tps:
        before = standing.tps.get(station.where)
        station = settled(station, before, wanted.absent.get(imports.TPS, ()))  # noqa: PLW2901 - as above
        plan.verdicts[imports.TPS, _verdict(before, station)] += 1
        if before != station:
            plan.tps.append(station)


def _roster(plan: Plan, wanted: Wanted, standing: Standing, hashes: Hashes) -> None:
    people = Everybody(standing.people.values(), hashes, standing.former)
    posts = [
        *_officers(wanted, people),
        *_workers(wanted, people, hashes.vault),
        *_coordinators(wanted, people, hashes.vault),
    ]
    stand_in: set[int] = set()  # who took the place of a row of this list
    for row, placed in posts:
        where, by, instead = standing.replaced.get(placed.key, (None, "", 0))
        if by and placed.kind == imports.OFFICER and where == placed.post.where:
            plan.barred.append((row, by))
            stand_in.add(instead)
        else:
            _place(plan, row, placed, standing, wanted)
    plan.people = [who for who in people.all if who.verdict != SAME]
    _by_list(plan, posts, standing)
    if plan.tell:
        plan.differences += _leaving(posts, standing, wanted, hashes, stand_in)


def _by_list(plan: Plan, posts: list[At[Placed]], standing: Standing) -> None:
    """Who was named in the chat and stands in the list by now, at the same place, needs the chat's row no more."""
    chat = [(at, found) for at, found in standing.posts.items() if at[1].startswith(CHAT_MADE)]
    if chat:
        listed = {(each.kind, each.who.id, each.post.where, each.post.role) for _, each in posts}
        plan.gone += [at for at, (person, post) in chat if (at[0], person, post.where, post.role) in listed]


def _officers(wanted: Wanted, people: Everybody) -> Iterator[At[Placed]]:
    lacking = {officer.nik for _, officer in wanted.officers if not officer.phone}
    phones: dict[str, str] = {}  # a number may stand in a later row of the same NIK
    for _, officer in wanted.officers if lacking else ():
        if officer.phone and officer.nik in lacking:
            phones.setdefault(officer.nik, officer.phone)
    for row, officer in wanted.officers:
        who = people.officer(officer, officer.phone or phones.get(officer.nik))
        post = Post(officer.role, officer.position, officer.institution, officer.where)
        yield At(row, Placed(imports.OFFICER, f"{who.nik_hash}:{names.key(officer.institution)}", who, post))


def _workers(wanted: Wanted, people: Everybody, vault: Vault) -> Iterator[At[Placed]]:
    for row, each in wanted.workers:
        who = people.contact(each.name, each.phone)
        post = Post("", each.position, "", each.where, each.puskesmas, each.starts_at, each.ends_at)
        since = each.starts_at.timestamp() if each.starts_at else 0
        key = f"{_contact_hash(vault, each.phone, who)}:{each.puskesmas}:{since:.0f}:{_at(each.where)}"
        yield At(row, Placed(imports.WORKER, key, who, post))


def _coordinators(wanted: Wanted, people: Everybody, vault: Vault) -> Iterator[At[Placed]]:
    for row, each in wanted.coordinators:
        who = people.contact(each.name, each.phone)
        key = f"{_contact_hash(vault, each.phone, who)}:{names.key(each.institution)}:{_at(each.where)}"
        yield At(row, Placed(imports.COORDINATOR, key, who, Post("", "", each.institution, each.where)))


def _contact_hash(vault: Vault, phone: str, who: Who) -> str:
    """By the list's own number: the same list finds its row again, also where he has another number by now."""
    return vault.hash(f"contact {phone} {who.name_key}")


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
        fields = _changed(placed, old, standing) if old is not None else ()
        plan.differences.append(_difference(placed, verdict, row, fields))


def _changed(placed: Placed, old: Post, standing: Standing) -> tuple[str, ...]:
    fields = [name for name in Post._fields if getattr(old, name) != getattr(placed.post, name)]
    before = standing.people.get(placed.who.id or 0)
    if before is not None:
        fields += [name for name in ("name", "phone") if getattr(before, name) != getattr(placed.who, name)]
    return tuple(fields)


def _difference(placed: Placed, verdict: str, row: int, fields: tuple[str, ...]) -> Difference:
    return Difference(placed.kind, verdict, row, placed.who.name, placed.who.nik, placed.post, fields)


LEAVES = "leaves"
REPLACES, REQUEST = "replaces ", "request "  # how the key of a row begins that was made in the chat
CHAT_MADE = (REPLACES, REQUEST)


def _leaving(
    posts: list[At[Placed]], standing: Standing, wanted: Wanted, hashes: Hashes, stand_in: set[int]
) -> Iterator[Difference]:
    """Who stands in the tables under an institution of this workbook, and neither in the workbook nor for one of its
    rows."""
    here = {(each.kind, each.key) for _, each in posts}
    spoken = {(each.kind, each.post.institution) for _, each in posts}
    mentioned = wanted.mentioned | {hashes.of(each) for each in wanted.mentioned if each.isdigit()}
    for (kind, key), (person_id, post) in standing.posts.items():
        who = standing.people[person_id]
        if (kind, key) in here or (kind, post.institution) not in spoken:
            continue
        if key.startswith(REPLACES) and person_id in stand_in:
            continue
        if who.nik_hash not in mentioned and who.name_key not in mentioned:
            yield Difference(kind, LEAVES, 0, who.name, "", post, key=key)


def _coverages(plan: Plan, wanted: Wanted, standing: Standing, hashes: Hashes) -> None:
    absent = wanted.absent.get(imports.COVERAGE, frozenset())
    here: dict[tuple[str, str, str], tuple[At[CoverageRow], CoverageFacts]] = {}
    for each in wanted.coverages:
        nik, institution, programmes, starts, ends, active, as_of, wage, kpj = each.value
        nik_hash, kpj_hash = hashes.of(nik), hashes.of(f"kpj {kpj}") if kpj else ""
        new = CoverageFacts(institution, starts, ends, active, as_of, wage, kpj_hash, kpj[-4:])
        verdict, at = SAME, names.key(institution)
        for programme in programmes:
            key = (nik_hash, at, programme)
            old = standing.coverages.get(key)
            facts = settled(new, old, absent)
            verdict = max(verdict, _verdict(old, facts), key=_RANK.__getitem__)
            if plan.tell:
                here[key] = (each, facts)
            if old != facts:
                plan.covered.append(Covered(nik_hash, programme, facts, kpj, old is None))
        plan.verdicts[imports.COVERAGE, verdict] += 1
    if plan.tell:
        named = {each.nik_hash: each.name for each in standing.people.values() if each.nik_hash}
        named |= {who.nik_hash: who.name for who in plan.people if who.nik_hash}
        plan.differences += _covering(here, standing, named)
        plan.differences += _uncovered(here, standing, named, wanted, hashes)


def _covering(
    here: Mapping[tuple[str, str, str], tuple[At[CoverageRow], CoverageFacts]],
    standing: Standing,
    named: Mapping[str, str],
) -> Iterator[Difference]:
    for key, (each, facts) in here.items():
        old = standing.coverages.get(key)
        if old != facts:
            fields = [f for f in CoverageFacts._fields if getattr(old, f) != getattr(facts, f)] if old else []
            verdict, name = _verdict(old, facts), named.get(key[0], "")
            yield Difference(imports.COVERAGE, verdict, each.row, name, each.value.nik, None, (key[2], *fields))


def _areas(standing: Standing, wanted: Wanted, hashes: Hashes) -> dict[str, set[Where]]:
    """By the hash of a NIK where its officer serves, as it stands and as the workbook has it."""
    found: dict[str, set[Where]] = {}
    for (kind, _), (person_id, post) in standing.posts.items():
        nik_hash = standing.people[person_id].nik_hash
        if kind == imports.OFFICER and nik_hash:
            found.setdefault(nik_hash, set()).add(_area(post.where))
    for _, officer in wanted.officers:
        found.setdefault(hashes.of(officer.nik), set()).add(_area(officer.where))
    return found


def _uncovered(
    here: Mapping[tuple[str, str, str], object],
    standing: Standing,
    named: Mapping[str, str],
    wanted: Wanted,
    hashes: Hashes,
) -> Iterator[Difference]:
    """Who was covered and is not in the list any more: of its programmes, where it has somebody of that kelurahan."""
    areas = _areas(standing, wanted, hashes)
    spoken = {(institution, programme, area) for nik, institution, programme in here for area in areas.get(nik, ())}
    mentioned = {hashes.of(each) for each in wanted.mentioned if each.isdigit()}
    for key in standing.coverages.keys() - here.keys():
        if key[0] not in mentioned and any((*key[1:], area) in spoken for area in areas.get(key[0], ())):
            whole = "\t".join((key[0], standing.coverages[key].institution, key[2]))
            yield Difference(imports.COVERAGE, LEAVES, 0, named.get(key[0], ""), "", None, (key[2],), whole)
