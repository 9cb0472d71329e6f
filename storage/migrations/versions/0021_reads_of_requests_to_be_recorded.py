"""who looked at somebody's request to be recorded is known as well"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("ALTER TABLE reading ADD COLUMN request_id INTEGER REFERENCES request (id)")
    given = sa.text("request_id IS NOT NULL")
    op.create_index("ix_reading_request_id", "reading", ["request_id"], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    op.drop_index("ix_reading_request_id", "reading")
    op.drop_column("reading", "request_id")
