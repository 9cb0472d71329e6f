"""reminders of receipts, whom a broadcast reaches, messages by the platform's own id"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        # No broadcast was ever kept by a version before this one, but a column that must be filled has to say with what.
        batch_op.add_column(sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reach", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("reminded_at", storage.types.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_external", ["external"], unique=False,
            sqlite_where=sa.text("channel = 'whatsapp' AND external != ''"),
            postgresql_where=sa.text("channel = 'whatsapp' AND external != ''"),
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_external")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("reach")
        batch_op.drop_column("reminders")
