"""Every table in one place: what Alembic compares and tests walk through."""

from sqlmodel import SQLModel

from storage import (  # noqa: F401 - imported for their tables
    candidates,
    coverages,
    deliveries,
    drafts,
    elections,
    incidents,
    installation,
    journal,
    people,
    places,
    roster,
    updates,
)

metadata = SQLModel.metadata
