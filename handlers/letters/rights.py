"""Letters about what somebody asks of his own data, to who answers for it."""

from __future__ import annotations

from handlers import answering, areas, rights
from handlers.facts import name_of, post_words
from handlers.letters.registry import Writing, letter
from messages import rights as told
from messages.render import Words, called
from messages.words import day_in, hour_in
from storage import requests
from storage import rights as shelf


@letter("right_decide")
def _decide(w: Writing) -> Words | None:
    """To who answers for it, as long as he does."""
    case = requests.by_id(w.tx, w.refs["request"])
    if case is None or case.subject_id is None or not answering.may(list(w.to.roles), case):
        return None
    title = " ".join(each for each in (case.role, case.institution) if each)
    return told.Decide(
        request=case.id or 0,
        kind=case.kind,
        person=name_of(w.tx, case.subject_id),
        role=", ".join(each for each in (title, post_words(w.tx, case.where)) if each),
        said=w.tx.vault.open(case.words_sealed) if case.words_sealed else "",
        since=case.created_at,
        due=case.due_at,
        nth=w.refs["nth"],
        state=case.state,
        by=name_of(w.tx, case.answered_by),
        why=w.tx.vault.open(case.answer_sealed) if case.answer_sealed else "",
    )


@letter("rights")
def _rights(w: Writing) -> Words | None:
    ground = areas.ground(w.to.roles, w.refs.get("role"))
    if ground is None:
        return None
    zone, rows = ground.role.election.zone, shelf.waiting(w.tx, ground.deciding, rights.SHOWN)
    return told.Listing(
        area=ground.called(w.tx),
        cases=tuple((row.id, row.name) for row in rows),
        lines=tuple(
            (f"{row.name}: {called('right', row.kind)}", f"{day_in(row.due_at, zone)} {hour_in(row.due_at, zone)}")
            for row in rows
        ),
        more=requests.count(w.tx, ground.deciding, *requests.RIGHTS) - len(rows),
    )
