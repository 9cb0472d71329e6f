"""who leaves is looked for by an index in every table that grows

Both databases look for a person or a TPS that `--undo` takes out in all tables that may refer to it, row by row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

COLUMNS = (
    ("incident", "reporter_id"),
    ("incident", "casualty_id"),
    ("incident", "false_by"),
    ("incident", "left_by"),
    ("recipient", "tps_id"),
    ("recipient", "received_by"),
    ("journal", "who"),
    ("reading", "who"),
)


def upgrade() -> None:
    op.create_index("ix_recipient_person_id", "recipient", ["person_id"])  # never empty: SQLite takes no partial one
    for table, column in COLUMNS:
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    op.drop_index("ix_recipient_person_id", "recipient")
    for table, column in COLUMNS:
        op.drop_index(f"ix_{table}_{column}", table)
