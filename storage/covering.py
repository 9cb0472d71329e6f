"""The lists of coverage of an import compared with what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from storage import imports, names
from storage.imports import At, CoverageRow, Wanted, Where, settled
from storage.planned import LEAVES, Change, Covered, Difference, Plan, area_of, changes_of, verdict_of
from storage.standing import CoverageFacts, Standing
from storage.who import CHANGED, NEW, SAME, Hashes, Said

_RANK = {SAME: 0, CHANGED: 1, NEW: 2}


def compare(plan: Plan, wanted: Wanted, standing: Standing, hashes: Hashes) -> None:
    """Every coverage of the workbook goes into the plan; with `plan.tell` also who is covered no more."""
    absent = wanted.absent.get(imports.COVERAGE, frozenset())
    here: dict[tuple[str, str, str], tuple[At[CoverageRow], CoverageFacts]] = {}
    cards: dict[int, tuple[str, str]] = {}  # by row, of those with a card that is new to its NIK: both hashes
    for each in wanted.coverages:
        nik, institution, programmes, starts, ends, active, as_of, wage, kpj = each.value
        nik_hash, kpj_hash = hashes.of(nik), hashes.of(f"kpj {kpj}") if kpj else ""
        new = CoverageFacts(institution, starts, ends, active, as_of, wage, kpj_hash, kpj[-4:])
        verdict, at = SAME, names.key(institution)
        for programme in programmes:
            key = (nik_hash, at, programme)
            old = standing.coverages.get(key)
            facts = settled(new, old, absent)
            verdict = max(verdict, verdict_of(old, facts), key=_RANK.__getitem__)
            if plan.tell:
                here[key] = (each, facts)
            if old != facts:
                plan.covered.append(Covered(nik_hash, programme, facts, kpj, old is None))
                if kpj and (old is None or old.kpj_hash != kpj_hash):
                    cards[each.row] = nik_hash, kpj_hash
        plan.verdicts[imports.COVERAGE, verdict] += 1
    _doubt_cards(plan, cards, wanted, standing, hashes)
    if plan.tell:
        named = {each.nik_hash: each.name for each in standing.people.values() if each.nik_hash}
        named |= {who.nik_hash: who.name for who in plan.people if who.nik_hash}
        plan.differences += _covering(here, standing, named)
        plan.differences += _uncovered(here, standing, named, wanted, hashes)


def _doubt_cards(
    plan: Plan, cards: Mapping[int, tuple[str, str]], wanted: Wanted, standing: Standing, hashes: Hashes
) -> None:
    """A card that stands for somebody else of whom this workbook says nothing: one of the two was typed wrongly."""
    if not cards or not standing.coverages:
        return
    theirs = {facts.kpj_hash: key[0] for key, facts in standing.coverages.items() if facts.kpj_hash}
    said = {hashes.of(each.value.nik) for each in wanted.coverages}
    for row, (nik_hash, kpj_hash) in cards.items():
        if theirs.get(kpj_hash, nik_hash) not in said:
            plan.doubts.append(Said(imports.COVERAGE, row, "kpj", "kpj_known", {}))


def _covering(
    here: Mapping[tuple[str, str, str], tuple[At[CoverageRow], CoverageFacts]],
    standing: Standing,
    named: Mapping[str, str],
) -> Iterator[Difference]:
    for key, (each, facts) in here.items():
        old = standing.coverages.get(key)
        if old != facts:
            changes = tuple(_of_card(old, facts)) if old else ()
            verdict, name = verdict_of(old, facts), named.get(key[0], "")
            yield Difference(imports.COVERAGE, verdict, each.row, name, each.value.nik, None, key[2], changes)


def _of_card(old: CoverageFacts, new: CoverageFacts) -> Iterator[Change]:
    """Of a KPJ only its end may be shown."""
    for each in changes_of(old, new):
        if each.field == "kpj_hash":
            yield Change("kpj", old.kpj_last4, new.kpj_last4)
        elif each.field != "kpj_last4":
            yield each


def _areas(standing: Standing, wanted: Wanted, hashes: Hashes) -> dict[str, set[Where]]:
    """By the hash of a NIK where its officer serves, as it stands and as the workbook has it."""
    found: dict[str, set[Where]] = {}
    for (kind, _), (person_id, post) in standing.posts.items():
        nik_hash = standing.people[person_id].nik_hash
        if kind == imports.OFFICER and nik_hash:
            found.setdefault(nik_hash, set()).add(area_of(post.where))
    for _, officer in wanted.officers:
        found.setdefault(hashes.of(officer.nik), set()).add(area_of(officer.where))
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
            yield Difference(imports.COVERAGE, LEAVES, 0, named.get(key[0], ""), "", None, key[2], (), whole)
