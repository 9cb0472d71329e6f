"""a second report of an event that somebody reported before is joined to the first"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_incident_merged_into", "incident", ["merged_into"], ["id"])
        batch_op.create_index("ix_incident_merged_into", ["merged_into"], unique=False)
        batch_op.create_index("ix_incident_tps", ["tps_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_tps")
        batch_op.drop_index("ix_incident_merged_into")
        batch_op.drop_constraint("fk_incident_merged_into", type_="foreignkey")
        batch_op.drop_column("merged_into")
