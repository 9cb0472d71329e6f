"""a coordinator marks a case that is over as a false alarm"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("false_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_incident_false_by", "person", ["false_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_constraint("fk_incident_false_by", type_="foreignkey")
        batch_op.drop_column("false_by")
