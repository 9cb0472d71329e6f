"""the emergencies of a day, and those still open, are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

OPEN = "state IN ('waiting', 'taken', 'arrived', 'referred')"


def upgrade() -> None:
    op.create_index("ix_incident_reported", "incident", ["election_id", "reported_at"])
    op.create_index("ix_incident_open", "incident", ["election_id"], sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_index("ix_incident_open", "incident")
    op.drop_index("ix_incident_reported", "incident")
