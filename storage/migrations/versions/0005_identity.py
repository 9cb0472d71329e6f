"""somebody who is not found asks to be recorded"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "identity_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kecamatan_id", sa.Integer(), nullable=True),
        sa.Column("kelurahan_id", sa.Integer(), nullable=True),
        sa.Column("tps_id", sa.Integer(), nullable=True),
        sa.Column("puskesmas_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("answered_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.ForeignKeyConstraint(["kecamatan_id"], ["kecamatan.id"]),
        sa.ForeignKeyConstraint(["kelurahan_id"], ["kelurahan.id"]),
        sa.ForeignKeyConstraint(["tps_id"], ["tps.id"]),
        sa.ForeignKeyConstraint(["puskesmas_id"], ["puskesmas.id"]),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("identity_request", schema=None) as batch_op:
        batch_op.create_index("ix_identity_request_address_id", ["address_id"], unique=False)


def downgrade() -> None:
    op.drop_table("identity_request")
