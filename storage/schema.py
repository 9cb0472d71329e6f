"""Every table in one place: what Alembic compares and tests walk through."""

from sqlmodel import SQLModel

from storage import (  # noqa: F401 - imported for their tables
    broadcasts,
    calls,
    candidates,
    coverages,
    deliveries,
    denials,
    drafts,
    elections,
    former,
    groups,
    incidents,
    installation,
    journal,
    notices,
    people,
    places,
    readings,
    replacements,
    requests,
    roster,
    undo,
    updates,
)

metadata = SQLModel.metadata
