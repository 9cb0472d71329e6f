"""every number that is somebody's no more is kept, not the last one only: an older list may have any of them"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "former_phone",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "phone"),
    )
    op.execute(
        "INSERT INTO former_phone (person_id, phone) SELECT id, former_phone FROM person WHERE former_phone IS NOT NULL"
    )
    op.drop_column("person", "former_phone")


def downgrade() -> None:
    op.add_column("person", sa.Column("former_phone", sa.String(), nullable=True))
    op.execute(
        "UPDATE person SET former_phone = (SELECT max(phone) FROM former_phone WHERE former_phone.person_id = person.id)"
    )
    op.drop_table("former_phone")
