"""What `siaga export people` and `siaga export coverage` list. Numbers that name a person are masked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select

from storage import names
from storage.coverages import JKK, JKM, coverages
from storage.database import Tx
from storage.elections import elections
from storage.people import addresses, people
from storage.places import kecamatan, kelurahan, puskesmas, tps
from storage.roster import OFFICER, assignments

# Who has no kecamatan or kelurahan comes first; left to themselves the two databases order them differently.
_PLACE = (kecamatan.c.name, kelurahan.c.name, tps.c.number, puskesmas.c.name)
_ORDER = (*(each.nulls_first() for each in _PLACE), people.c.name, assignments.c.id)


def _roster() -> Select[Any]:
    joined = (
        assignments.join(people, people.c.id == assignments.c.person_id)
        .join(elections, elections.c.id == assignments.c.election_id)
        .outerjoin(kecamatan, kecamatan.c.id == assignments.c.kecamatan_id)
        .outerjoin(kelurahan, kelurahan.c.id == assignments.c.kelurahan_id)
        .outerjoin(tps, tps.c.id == assignments.c.tps_id)
        .outerjoin(puskesmas, puskesmas.c.id == assignments.c.puskesmas_id)
    )
    linked = select(addresses.c.id).where(addresses.c.person_id == people.c.id).exists()
    return select(
        elections.c.code.label("election"),
        people.c.name,
        people.c.nik_sealed,
        people.c.nik_hash,
        people.c.phone,
        assignments.c.kind,
        assignments.c.role,
        assignments.c.institution,
        assignments.c.position,
        kecamatan.c.name.label("kecamatan"),
        kelurahan.c.name.label("kelurahan"),
        tps.c.number.label("tps"),
        puskesmas.c.name.label("puskesmas"),
        linked.label("linked"),
    ).select_from(joined)


def people_of(tx: Tx, election: int) -> list[Mapping[str, Any]]:
    """Everybody in the roster, one row an assignment; `linked`: some address speaks for him."""
    wanted = _roster().where(assignments.c.election_id == election).order_by(assignments.c.kind, *_ORDER)
    return [
        {
            "election": row.election,
            "name": row.name,
            "nik": names.masked(tx.vault.open(row.nik_sealed)) if row.nik_sealed else "",
            "phone": names.masked(row.phone) if row.phone else "",
            "kind": row.kind,
            "role": row.role,
            "institution": row.institution,
            "position": row.position,
            "kecamatan": row.kecamatan or "",
            "kelurahan": row.kelurahan or "",
            "tps": row.tps,
            "puskesmas": row.puskesmas or "",
            "linked": bool(row.linked),
        }
        for row in tx.rows(wanted)
    ]


def coverage_of(tx: Tx, election: int, today: date) -> list[Mapping[str, Any]]:
    """Each officer and institution with the state of both programmes; lists about strangers to the roster come last."""
    code = tx.scalar(select(elections.c.code).where(elections.c.id == election))
    lists: dict[tuple[str, str], dict[str, Any]] = {}
    for row in tx.rows(select(coverages).where(coverages.c.election_id == election).order_by(coverages.c.id)):
        lists.setdefault((row.nik_hash, row.institution), {})[row.programme] = row
    found: list[Mapping[str, Any]] = []
    wanted = and_(assignments.c.election_id == election, assignments.c.kind == OFFICER)
    for row in tx.rows(_roster().where(wanted).order_by(*_ORDER)):
        its = lists.pop((row.nik_hash, row.institution), {})
        nik = names.masked(tx.vault.open(row.nik_sealed)) if row.nik_sealed else ""
        place = {"kelurahan": row.kelurahan or "", "tps": row.tps, "role": row.role}
        found.append(_covered({"election": code, "name": row.name, "nik": nik}, row.institution, place, its, today))
    for (_, institution), its in lists.items():
        place = {"kelurahan": "", "tps": None, "role": ""}
        found.append(_covered({"election": code, "name": "", "nik": ""}, institution, place, its, today))
    return found


def _covered(
    who: dict[str, Any], institution: str, place: dict[str, Any], its: Mapping[str, Any], today: date
) -> dict[str, Any]:
    last4 = next((row.kpj_last4 for row in its.values() if row.kpj_last4), "")
    found = who | {"institution": institution} | place | {"kpj": f"*******{last4}" if last4 else ""}
    for programme in (JKK, JKM):
        row, name = its.get(programme), programme.casefold()
        found |= {
            name: _state(row, today),
            f"{name}_starts": row.starts if row else None,
            f"{name}_ends": row.ends if row else None,
            f"{name}_as_of": row.as_of if row else None,
        }
    return found


def _state(row: Any, today: date) -> str:
    """`none`: not on the list; `inactive`: said to be so; else by the dates: `future`, `active`, `ended`."""
    if row is None:
        return "none"
    if not row.active:
        return "inactive"
    return "future" if today < row.starts else "ended" if today > row.ends else "active"
