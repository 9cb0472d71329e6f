"""a coordinator marks a case that is over as a false alarm"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # Not as a batch: it would make the table anew, and other tables refer to its rows.
    op.execute("ALTER TABLE incident ADD COLUMN false_by INTEGER REFERENCES person (id)")


def downgrade() -> None:
    op.execute("ALTER TABLE incident DROP COLUMN false_by")
