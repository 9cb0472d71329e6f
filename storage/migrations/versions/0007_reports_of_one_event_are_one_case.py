"""a second report of an event that somebody reported before is joined to the first"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Not as a batch: it would make the table anew, and other tables refer to its rows.
    op.execute("ALTER TABLE incident ADD COLUMN merged_into INTEGER REFERENCES incident (id)")
    op.create_index("ix_incident_merged_into", "incident", ["merged_into"], unique=False)
    op.create_index("ix_incident_tps", "incident", ["tps_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incident_tps", "incident")
    op.drop_index("ix_incident_merged_into", "incident")
    op.execute("ALTER TABLE incident DROP COLUMN merged_into")
