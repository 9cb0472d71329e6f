"""Where things are: kecamatan, kelurahan, TPS, and the puskesmas that serve them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, UniqueConstraint, bindparam, func, select, update
from sqlmodel import Field, SQLModel

from storage.database import Tx
from storage.elections import elections
from storage.quick import Quick
from storage.types import Instant, table


class Kecamatan(SQLModel, table=True):
    """A district; `key` is its name as it is compared (see `storage.names.key`)."""

    __tablename__ = "kecamatan"
    __table_args__ = (UniqueConstraint("election_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    name: str
    key: str


class Kelurahan(SQLModel, table=True):
    """A ward (kelurahan or desa); its name is unique within its kecamatan only."""

    __tablename__ = "kelurahan"
    __table_args__ = (UniqueConstraint("election_id", "kecamatan_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    kecamatan_id: int = Field(foreign_key="kecamatan.id", index=True)
    name: str
    key: str


class Puskesmas(SQLModel, table=True):
    """A community health centre."""

    __tablename__ = "puskesmas"
    __table_args__ = (UniqueConstraint("election_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    kecamatan_id: int = Field(foreign_key="kecamatan.id", index=True)
    name: str
    key: str
    phone: str = ""


class Serves(SQLModel, table=True):
    """A puskesmas serves a kelurahan."""

    __tablename__ = "serves"
    puskesmas_id: int = Field(foreign_key="puskesmas.id", primary_key=True)
    kelurahan_id: int = Field(foreign_key="kelurahan.id", primary_key=True, index=True)


class Tps(SQLModel, table=True):
    """A polling station. `puskesmas_id` wins over what serves its kelurahan; `moved_to` as in the workbook,
    `moved_id` the TPS where that ends.

    `handed_at`: when its chair said that the boxes are handed over, `handed_by` who that was (a person's id).
    """

    __tablename__ = "tps"
    __table_args__ = (UniqueConstraint("election_id", "kelurahan_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    election_id: int = Field(foreign_key="election.id")
    kelurahan_id: int = Field(foreign_key="kelurahan.id", index=True)
    number: int
    puskesmas_id: int | None = Field(default=None, foreign_key="puskesmas.id")
    kind: str = "reguler"
    voting_day: date | None = None
    moved_to: str = ""
    moved_id: int | None = Field(default=None, foreign_key="tps.id", index=True)
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    handed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    handed_by: int | None = None


kecamatan = table(Kecamatan)
kelurahan = table(Kelurahan)
puskesmas = table(Puskesmas)
serves = table(Serves)
tps = table(Tps)


@dataclass(frozen=True, slots=True)
class Where:
    """A place as far as known: TPS, else kelurahan, else kecamatan, else a puskesmas, else the election, or nothing."""

    election_id: int | None = None
    kecamatan_id: int | None = None
    kelurahan_id: int | None = None
    tps_id: int | None = None
    puskesmas_id: int | None = None

    @property
    def known(self) -> bool:
        return any((self.kecamatan_id, self.kelurahan_id, self.tps_id, self.puskesmas_id))


@dataclass(frozen=True, slots=True)
class Named:
    """A place in names; `latitude` and `longitude` are the TPS's own, where the roster has them."""

    tps: int | None = None
    kelurahan: str = ""
    kecamatan: str = ""
    puskesmas: str = ""
    election: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


def _of(column: ColumnElement[Any], id_: ColumnElement[int], wanted: str) -> ColumnElement[Any]:
    return select(column).where(id_ == bindparam(wanted)).scalar_subquery()


_NAMED = Quick(
    select(
        _of(tps.c.number, tps.c.id, "tps_id").label("tps"),
        *(
            func.coalesce(_of(each.c.name, each.c.id, f"{each.name}_id"), "").label(each.name)
            for each in (kelurahan, kecamatan, puskesmas, elections)
        ),
        func.coalesce(_of(tps.c.address, tps.c.id, "tps_id"), "").label("address"),
        _of(tps.c.latitude, tps.c.id, "tps_id").label("latitude"),
        _of(tps.c.longitude, tps.c.id, "tps_id").label("longitude"),
    )
)


def named(tx: Tx, where: Where) -> Named:
    """The names of a place."""
    return Named(*_NAMED.first(tx, asdict(where)))


_NOW = tps.alias("now")
_OF_TPS = Quick(
    select(_NOW.c.id, _NOW.c.election_id, kelurahan.c.kecamatan_id, _NOW.c.kelurahan_id)
    .select_from(tps)
    .join(_NOW, _NOW.c.id == func.coalesce(tps.c.moved_id, tps.c.id))
    .join(kelurahan, kelurahan.c.id == _NOW.c.kelurahan_id)
    .where(tps.c.id == bindparam("of"))
)
_OWN = Quick(select(tps.c.puskesmas_id).where(tps.c.id == bindparam("of")))
_SERVES = Quick(
    select(serves.c.puskesmas_id).where(serves.c.kelurahan_id == bindparam("of")).order_by(serves.c.puskesmas_id)
)


def of_tps(tx: Tx, tps_id: int) -> Where:
    """The whole place of a TPS; of one that moved, where it is now."""
    row = _OF_TPS.first(tx, {"of": tps_id})
    return Where(row.election_id, row.kecamatan_id, row.kelurahan_id, row.id)


def serving(tx: Tx, where: Where) -> list[int]:
    """The puskesmas of a place: the TPS's own, else those that serve its kelurahan, else all of its kecamatan."""
    if where.tps_id:
        own = _OWN.first(tx, {"of": where.tps_id})
        if own and own.puskesmas_id:
            return [own.puskesmas_id]
    if where.kelurahan_id:
        found = _SERVES.rows(tx, {"of": where.kelurahan_id})
        if found:
            return [row.puskesmas_id for row in found]
    if where.kecamatan_id and not (where.puskesmas_id and not where.kelurahan_id):
        return of_kecamatan(tx, [where.kecamatan_id])
    return [where.puskesmas_id] if where.puskesmas_id else []


def of_kecamatan(tx: Tx, kecamatan_ids: Iterable[int]) -> list[int]:
    """Every puskesmas of these kecamatan."""
    rows = tx.rows(
        select(puskesmas.c.id).where(puskesmas.c.kecamatan_id.in_(set(kecamatan_ids))).order_by(puskesmas.c.id)
    )
    return [row.id for row in rows]


def kecamatan_of(tx: Tx, puskesmas_ids: Iterable[int]) -> list[int]:
    rows = tx.rows(select(puskesmas.c.kecamatan_id).where(puskesmas.c.id.in_(set(puskesmas_ids))).distinct())
    return [row.kecamatan_id for row in rows]


def all_kelurahan(tx: Tx, election_ids: Iterable[int]) -> list[Any]:
    """Every kelurahan of these elections: id, election_id, kecamatan_id, name, key, kecamatan_name, kecamatan_key."""
    statement = (
        select(kelurahan, kecamatan.c.name.label("kecamatan_name"), kecamatan.c.key.label("kecamatan_key"))
        .join(kecamatan, kecamatan.c.id == kelurahan.c.kecamatan_id)
        .where(kelurahan.c.election_id.in_(set(election_ids)))
        .order_by(kelurahan.c.id)
    )
    return list(tx.rows(statement))


def tps_by_number(tx: Tx, kelurahan_id: int, number: int) -> int | None:
    found: int | None = tx.scalar(select(tps.c.id).where(tps.c.kelurahan_id == kelurahan_id, tps.c.number == number))
    return found


def moved_to(tx: Tx, tps_id: int) -> int:
    """Where a TPS is now: the one that it moved to, or itself."""
    found: int | None = tx.scalar(select(tps.c.moved_id).where(tps.c.id == tps_id))
    return found if found is not None else tps_id


def exists(tx: Tx, tps_id: int) -> bool:
    """Whether there is such a TPS."""
    return tx.scalar(select(tps.c.id).where(tps.c.id == tps_id)) is not None


def handed(tx: Tx, tps_id: int) -> bool:
    """Whether the boxes of a TPS are handed over."""
    return tx.scalar(select(tps.c.handed_at).where(tps.c.id == tps_id)) is not None


def hand_over(tx: Tx, tps_id: int, by: int, now: datetime) -> bool:
    """Write down that they are; False: they were already."""
    change = update(tps).where(tps.c.id == tps_id, tps.c.handed_at.is_(None))
    return tx.execute(change.values(handed_at=now, handed_by=by)).rowcount == 1


def every_tps(tx: Tx, election_id: int) -> list[Any]:
    """Every TPS with its kelurahan and kecamatan, for the doctor's round."""
    statement = (
        select(tps.c.id, tps.c.number, tps.c.puskesmas_id, tps.c.kelurahan_id, tps.c.moved_id,
               kelurahan.c.name.label("kelurahan"), kelurahan.c.kecamatan_id)
        .join(kelurahan, kelurahan.c.id == tps.c.kelurahan_id)
        .where(tps.c.election_id == election_id)
        .order_by(kelurahan.c.kecamatan_id, kelurahan.c.name, tps.c.number)
    )  # fmt: skip
    return list(tx.rows(statement))


def every_puskesmas(tx: Tx, election_ids: Iterable[int]) -> list[Any]:
    """Every puskesmas of these elections."""
    return list(
        tx.rows(select(puskesmas).where(puskesmas.c.election_id.in_(set(election_ids))).order_by(puskesmas.c.id))
    )


def names_of_puskesmas(tx: Tx, ids: Iterable[int]) -> list[str]:
    rows = tx.rows(select(puskesmas.c.name).where(puskesmas.c.id.in_(set(ids))).order_by(puskesmas.c.name))
    return [row.name for row in rows]
