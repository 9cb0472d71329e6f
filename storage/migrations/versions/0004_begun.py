"""whom we last wrote to outside his window; what exceeds a day's people; the last line said instead of a change"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    begun = sa.text("begun_at IS NOT NULL")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_at", storage.types.Instant(timezone=True), nullable=True))
        batch_op.create_index("ix_address_begun", ["begun_at"], unique=False, sqlite_where=begun, postgresql_where=begun)
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(sa.Column("elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("elsewhere")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("line")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index("ix_address_begun")
        batch_op.drop_column("begun_at")
