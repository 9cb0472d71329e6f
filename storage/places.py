"""Where things are: kecamatan, kelurahan, TPS, and the puskesmas that serve them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import table


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
    """A polling station. `puskesmas_id` wins over what serves its kelurahan; `moved_to` as in the workbook."""

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
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None


kecamatan = table(Kecamatan)
kelurahan = table(Kelurahan)
puskesmas = table(Puskesmas)
serves = table(Serves)
tps = table(Tps)
