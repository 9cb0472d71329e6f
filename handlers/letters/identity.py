"""Letters about who somebody is: linking, what is held, coverage, duty."""

from __future__ import annotations

from handlers import cover
from handlers.letters.facts import name_of, role_words
from handlers.letters.registry import Writing, letter
from messages import response as told
from messages import welcome, words
from messages.render import Words
from storage import incidents, people, places, roster
from storage.places import Where


@letter("linked")
def _linked(w: Writing) -> Words | None:
    if w.to.person_id is None:
        return None
    roles = roster.roles(w.tx, w.to.person_id, w.now)
    return welcome.Linked(name_of(w.tx, w.to.person_id), tuple(dict.fromkeys(role_words(w.tx, role) for role in roles)))


@letter("which")
def _which(w: Writing) -> Words | None:
    who = people.speaker_of(w.tx, w.to.address_id)
    return welcome.WhichOfThem(tuple(people.with_phone(w.tx, who.phone))) if who.phone else None


@letter("somebody_else")
def _somebody_else(w: Writing) -> Words | None:
    row = people.person(w.tx, w.refs["person"])
    roles = roster.roles(w.tx, w.refs["person"], w.now)
    return welcome.SomebodyElse(row.name, tuple(role_words(w.tx, role) for role in roles), row.phone or "")


@letter("worker_left")
def _worker_left(w: Writing) -> Words | None:
    return welcome.WorkerLeft(
        name_of(w.tx, w.refs["person"]), places.named(w.tx, Where(puskesmas_id=w.refs["puskesmas"])).puskesmas
    )


@letter("my_data")
def _my_data(w: Writing) -> Words | None:
    who = people.speaker_of(w.tx, w.to.address_id)
    if not who.linked or who.person_id is None:
        return welcome.Nothing(w.to.menu, who.consent_version, who.consent_at if who.consent == "yes" else None)
    row = people.person(w.tx, who.person_id)
    mine = roster.roles(w.tx, who.person_id, w.now)
    count = cover.count(w.tx, row.nik_hash) if row.nik_hash else 0
    return welcome.MyData(
        menu=w.to.menu,
        person=row.name,
        nik=words.mask_nik(w.tx.vault.open(row.nik_sealed)) if row.nik_sealed else "",
        phone=row.phone or "",
        roles=tuple(dict.fromkeys(role_words(w.tx, role) for role in mine)),
        coverages=count,
        cases=tuple(incidents.own(w.tx, w.to.address_id, who.person_id)),
        consent_version=who.consent_version,
        consent_at=who.consent_at,
        channels=tuple(sorted({each.channel.title() for each in people.addresses_of(w.tx, who.person_id)})),
    )


@letter("status")
def _status(w: Writing) -> Words | None:
    if w.to.person_id is None:
        return welcome.NotFound(w.to.menu)
    row = people.person(w.tx, w.to.person_id)
    return welcome.Status(w.to.menu, row.name, cover.covers(w.tx, w.to.person_id, row.nik_hash, w.now))


@letter("duty")
def _duty(w: Writing) -> Words | None:
    if w.to.person_id is None:
        return None
    shifts = [role for role in roster.roles(w.tx, w.to.person_id, w.now) if role.kind == roster.WORKER]
    centres = tuple(dict.fromkeys(places.named(w.tx, role.where).puskesmas for role in shifts))
    return told.Duty(roster.on_duty(shifts, w.now), roster.next_change(shifts, w.now), centres) if shifts else None
