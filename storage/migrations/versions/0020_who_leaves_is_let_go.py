"""who stands in no roster any more is let go, as soon as no case is his"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("address", sa.Column("leaves_at", storage.types.Instant(timezone=True), nullable=True))
    leaves = sa.text("leaves_at IS NOT NULL")
    op.create_index("ix_address_leaves", "address", ["leaves_at"], sqlite_where=leaves, postgresql_where=leaves)


def downgrade() -> None:
    op.drop_index("ix_address_leaves", "address")
    op.drop_column("address", "leaves_at")
