"""Letters about who somebody is: linking, what is held, coverage, duty."""

from __future__ import annotations

from typing import Any

from handlers import cover, deciding, identity, reading
from handlers.facts import duties, name_of, place_words, post_words, role_words
from handlers.letters.registry import Writing, letter
from handlers.turn import DEFAULT_ZONE
from messages import identity as asked
from messages import replacing, welcome, words
from messages import response as told
from messages.render import Words, called, label
from storage import denials, former, incidents, journal, people, places, readings, requests, roster
from storage.places import Where

LAST = 3  # reads that /data names itself


@letter("linked")
def _linked(w: Writing) -> Words | None:
    if not w.to.linked:
        return told.Hidden()
    return welcome.Linked(w.to.who.name or "", duties(w.tx, w.to.roles, w.now))


@letter("which")
def _which(w: Writing) -> Words | None:
    phone = w.to.who.phone
    return welcome.WhichOfThem(tuple(denials.sharing(w.tx, w.to.address_id, phone))) if phone else None


@letter("somebody_else")
def _somebody_else(w: Writing) -> Words | None:
    row = people.person(w.tx, w.refs["person"])
    roles = roster.roles(w.tx, w.refs["person"], w.now)
    return welcome.SomebodyElse(row.name, tuple(role_words(w.tx, role) for role in roles), row.phone or "")


@letter("identity_decide")
def _identity_decide(w: Writing) -> Words | None:
    """To who may decide, as long as he may."""
    request = requests.by_id(w.tx, w.refs["request"])
    if request is None or not deciding.by_role(w.to.roles, request):
        return None
    phone = requests.phone_of(w.tx, request.address_id)
    return asked.Decide(
        request=request.id or 0,
        person=request.name,
        role=label(f"role_{request.role}"),
        place=post_words(w.tx, request.where),
        phone=words.mask_phone(phone) if phone else "",
        people=tuple((role.person_id, f"{role.name}, {words.title(role.kind, role.role, role.position, '')}")
                     for role in identity.alike(w.tx, request, w.now)) if request.state == requests.OPEN else (),
        since=request.created_at,
        nth=w.refs.get("nth", 0),
        state=request.state,
        by=name_of(w.tx, request.answered_by),
        became=name_of(w.tx, request.person_id),
    )  # fmt: skip


@letter("identities")
def _identities(w: Writing) -> Words | None:
    seats = deciding.seats(w.to.roles)
    if not seats:
        return None
    zone, rows = w.to.roles[0].election.zone, requests.oldest(w.tx, seats, identity.LISTED)
    return asked.Listing(
        cases=tuple((row.id or 0, row.name) for row in rows),
        lines=tuple((f"{row.name}, {label(f'role_{row.role}')}, {post_words(w.tx, row.where)}",
                     f"{words.day_in(row.created_at, zone)} {words.hour_in(row.created_at, zone)}") for row in rows),
        more=requests.to_decide(w.tx, seats) - len(rows),
    )  # fmt: skip


@letter("silenced")
def _silenced(w: Writing) -> Words | None:
    """To a coordinator: that it stopped, never why."""
    row = people.person(w.tx, w.refs["person"])
    if row is None or not w.to.linked:
        return None
    roles = roster.roles(w.tx, w.refs["person"], w.now)
    place, corrected = role_words(w.tx, roles[0]) if roles else "", bool(w.refs.get("corrected"))
    return welcome.Silenced(row.id, row.name, place, row.silent_at is None, corrected)


@letter("replaced_told")
def _replaced_told(w: Writing) -> Words | None:
    """To a coordinator: who took whose place, as the journal has it."""
    entry = journal.entry(w.tx, w.refs["entry"])
    if entry is None or not w.to.linked:
        return None
    kept = w.tx.vault.open_json(entry.detail_sealed) or {}
    where = place_words(w.tx, places.of_tps(w.tx, kept["tps"]))
    new = people.person(w.tx, kept["new"])
    return replacing.Told(name_of(w.tx, kept["old"]), new.name, where, name_of(w.tx, entry.who), bool(new.nik_hash))


@letter("worker_left")
def _worker_left(w: Writing) -> Words | None:
    return welcome.WorkerLeft(
        name_of(w.tx, w.refs["person"]), places.named(w.tx, Where(puskesmas_id=w.refs["puskesmas"])).puskesmas
    )


@letter("my_data")
def _my_data(w: Writing) -> Words | None:
    who = w.to.who
    if not who.linked or who.person_id is None:
        return _chat_data(w)
    row = people.person(w.tx, who.person_id)
    count = cover.count(w.tx, row.nik_hash) if row.nik_hash else 0
    return welcome.MyData(
        menu=w.to.menu,
        person=row.name,
        nik=words.mask_nik(w.tx.vault.open(row.nik_sealed)) if row.nik_sealed else "",
        phone=row.phone or "",
        former=tuple(former.of(w.tx, who.person_id)),
        roles=duties(w.tx, w.to.roles, w.now),
        coverages=count,
        cases=tuple(incidents.own(w.tx, w.to.address_id, who.person_id)),
        named_in=tuple(readings.named_in(w.tx, who.person_id)),
        consent_version=who.consent_version,
        consent_at=who.consent_at,
        reads=tuple((what, when) for what, _, when in _reads(w, who.person_id, 0, LAST)),
        channels=tuple(sorted({each.channel.title() for each in people.addresses_of(w.tx, who.person_id)})),
    )


def _chat_data(w: Writing) -> Words:
    who = w.to.who
    return welcome.ChatData(
        menu=w.to.menu,
        chat=who.named,
        phone=who.phone or "",
        consent_version=who.consent_version,
        consent_at=who.consent_at if who.consent == "yes" else None,
        requests=tuple((_asked_for(w, each), each.state) for each in requests.held(w.tx, w.to.address_id)),
        cases=tuple(incidents.own(w.tx, w.to.address_id, None)),
    )


def _asked_for(w: Writing, request: requests.Request) -> str:
    what = called("asked", request.kind)
    if request.kind != requests.IDENTITY:
        return what
    return f"{what}: {request.name}, {label(f'role_{request.role}')}, {post_words(w.tx, request.where)}"


def _reads(w: Writing, person_id: int, offset: int, limit: int) -> list[tuple[str, str, str]]:
    """What was read, by whom, and when, the newest first."""
    zone = next((role.election.zone for role in w.to.roles), DEFAULT_ZONE)
    rows = readings.of(w.tx, person_id, readings.cases_of(w.tx, person_id), offset, limit)
    readers = people.names(w.tx, [row.who for row in rows if row.who])
    return [(_read(w, row), ", ".join(each for each in (readers.get(row.who, ""), row.title) if each),
             f"{words.day_in(row.at, zone)} {words.hour_in(row.at, zone)}") for row in rows]  # fmt: skip


def _read(w: Writing, row: Any) -> str:
    case = incidents.by_id(w.tx, row.incident_id) if row.incident_id else None
    return words.number(case.number) if case else called("read", row.what)


@letter("my_readings")
def _my_readings(w: Writing) -> Words | None:
    if w.to.person_id is None or not w.to.linked:
        return None
    page, size = w.refs["page"], reading.A_PAGE
    found = _reads(w, w.to.person_id, page * size, size + 1)
    return welcome.Readings(
        tuple((what, f"{when}, {who}") for what, who, when in found[:size]), page, len(found) > size
    )


@letter("status")
def _status(w: Writing) -> Words | None:
    if not w.to.linked:
        return welcome.NotFound(w.to.menu)
    found = cover.covers(w.tx, w.to.roles, w.to.who.nik_hash, w.now)
    if w.to.person_id is not None and any(each.lacks for each in found):
        found = cover.with_cases(w.tx, found, w.to.roles, w.to.person_id, w.now)
    return welcome.Status(w.to.menu, w.to.who.name or "", found)


@letter("duty")
def _duty(w: Writing) -> Words | None:
    shifts = [role for role in w.to.roles if role.kind == roster.WORKER]
    if not shifts:
        return None
    centres = tuple(dict.fromkeys(places.named(w.tx, role.where).puskesmas for role in shifts))
    more = duties(w.tx, [role for role in shifts if role.starts_at or role.where.kelurahan_id], w.now)
    return told.Duty(roster.on_duty(shifts, w.now), roster.next_change(shifts, w.now), centres, more)
