"""Who stands in the tables and not in the workbook: what is said of it, and what `--replace` takes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from storage import imports
from storage.imports import At, Wanted, Where
from storage.planned import LEAVES, Difference, Placed, Plan, area_of, changes_of
from storage.standing import Standing
from storage.who import CHANGED, NEW, Hashes

REPLACES, REQUEST = "replaces ", "request "  # how the key of a row begins that was made in the chat
CHAT_MADE = (REPLACES, REQUEST)


def leaving(
    posts: list[At[Placed]],
    standing: Standing,
    wanted: Wanted,
    hashes: Hashes,
    stand_in: set[int],
    gone: Iterable[tuple[str, str]],
) -> Iterator[Difference]:
    """Who stands in the tables under an institution of this workbook, and neither in the workbook nor for one of its
    rows. `gone`: posts of which a row of the workbook has taken the place."""
    here = {(each.kind, each.key) for _, each in posts}.union(gone)
    spoken = {(each.kind, each.post.institution) for _, each in posts}
    mentioned = wanted.mentioned | {hashes.of(each) for each in wanted.mentioned if each.isdigit()}
    for (kind, key), (person_id, post) in standing.posts.items():
        who = standing.people[person_id]
        if (kind, key) in here or (kind, post.institution) not in spoken:
            continue
        if key.startswith(REPLACES) and person_id in stand_in:
            continue
        if who.nik_hash not in mentioned and who.name_key not in mentioned:
            yield Difference(kind, LEAVES, 0, who.name, "", post, key=key, person=person_id)


def paired(differences: list[Difference], *, stays: bool) -> Iterator[Difference]:
    """A shift or an area that changed is a new post of the same person and one that is no more: one line, not two.
    `stays`: what is no more is not taken out."""
    gone: dict[tuple[object, ...], list[Difference]] = {}
    for each in differences:
        if each.what == LEAVES and each.post is not None:
            gone.setdefault(_whose(each, stays), []).append(each)
    paired: set[tuple[str, str]] = set()
    for each in differences:
        its = gone.get(_whose(each, stays)) if each.what == NEW and each.person is not None else None
        if its:
            old = its.pop(0)
            paired.add((old.noun, old.key))
            yield each._replace(what=CHANGED, changes=changes_of(old.post, each.post), stays=stays)
        elif each.what != LEAVES or (each.noun, each.key) not in paired:
            yield each


def _whose(each: Difference, stays: bool) -> tuple[object, ...]:
    """Person, and for whom he serves. Of a puskesmas that the workbook does not speak of nothing is taken out, so only
    what is surely gone is a move from one to another."""
    assert each.post is not None
    return each.noun, each.person, each.post.institution, each.post.puskesmas if stays else ""


def take_out(plan: Plan, wanted: Wanted, posts: list[At[Placed]]) -> None:
    """Only where the workbook has somebody of that role: a list of one kelurahan says nothing of its neighbours, and
    one of KPPS nothing of PPS. Of a coordinator whom it names it says all: what he was before may be wider."""
    spoken = {
        imports.OFFICER: {(each.role, each.institution, area_of(each.where)) for _, each in wanted.officers},
        imports.WORKER: {("", each.puskesmas, Where()) for _, each in wanted.workers},
        imports.COORDINATOR: {("", each.institution, area_of(each.where)) for _, each in wanted.coordinators},
    }
    named = {(each.who.id, each.post.institution) for _, each in posts if each.kind == imports.COORDINATOR}
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
            here = ("", post.puskesmas, Where()) if is_worker else (post.role, post.institution, area_of(post.where))
            is_named = each.noun == imports.COORDINATOR and (each.person, post.institution) in named
            if is_named or here in spoken[each.noun]:
                plan.gone.append((each.noun, each.key))
                kept.append(each)
    plan.differences = kept
