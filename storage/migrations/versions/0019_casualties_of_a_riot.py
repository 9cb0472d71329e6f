"""who is hurt in a riot that a coordinator takes has a case of his own, which knows its riot"""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    # Not as a batch: it would make the table anew, and other tables refer to its rows.
    op.execute("ALTER TABLE incident ADD COLUMN riot_id INTEGER REFERENCES incident (id)")
    op.create_index("ix_incident_riot", "incident", ["riot_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incident_riot", "incident")
    op.execute("ALTER TABLE incident DROP COLUMN riot_id")
