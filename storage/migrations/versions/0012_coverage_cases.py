"""requests of more kinds than one: to be recorded, and to have one's coverage looked at"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ALIVE = "state IN ('open', 'submitted')"
ONE = ALIVE + " AND subject_id IS NOT NULL"


def upgrade() -> None:
    op.drop_index("ix_identity_request_address_id", "identity_request")
    op.rename_table("identity_request", "request")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="identity"))
        batch_op.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("institution", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("words_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("answer_sealed", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key("fk_request_subject", "person", ["subject_id"], ["id"])
    op.create_index("ix_request_address_id", "request", ["address_id"])
    op.create_index("ix_request_subject_id", "request", ["subject_id"])
    op.create_index("ix_request_alive", "request", ["election_id", "kind", "id"],
                    sqlite_where=sa.text(ALIVE), postgresql_where=sa.text(ALIVE))  # fmt: skip
    op.create_index("ix_request_one_alive", "request", ["kind", "election_id", "subject_id", "institution"], unique=True,
                    sqlite_where=sa.text(ONE), postgresql_where=sa.text(ONE))  # fmt: skip


def downgrade() -> None:
    for name in ("ix_request_one_alive", "ix_request_alive", "ix_request_subject_id", "ix_request_address_id"):
        op.drop_index(name, "request")
    op.execute("DELETE FROM request WHERE kind != 'identity'")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_constraint("fk_request_subject", type_="foreignkey")
        for column in ("answer_sealed", "words_sealed", "institution", "subject_id", "kind"):
            batch_op.drop_column(column)
    op.rename_table("request", "identity_request")
    op.create_index("ix_identity_request_address_id", "identity_request", ["address_id"])
