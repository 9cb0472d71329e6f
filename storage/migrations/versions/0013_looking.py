"""the emergencies of a day by an index; who looked at what is held; requests with a time; who is not whom"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0013"
down_revision = "0012"

NEXT = "next_at IS NOT NULL"
OPEN = "state IN ('waiting', 'taken', 'arrived', 'referred')"


def upgrade() -> None:
    op.create_index("ix_incident_reported", "incident", ["election_id", "reported_at"])
    op.create_index("ix_incident_open", "incident", ["election_id"], sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("who", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("election_id", sa.Integer(), nullable=True),
        sa.Column("kecamatan_id", sa.Integer(), nullable=True),
        sa.Column("kelurahan_id", sa.Integer(), nullable=True),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["who"], ["person.id"]),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.ForeignKeyConstraint(["kecamatan_id"], ["kecamatan.id"]),
        sa.ForeignKeyConstraint(["kelurahan_id"], ["kelurahan.id"]),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reading_subject", "reading", ["subject_id"])
    op.create_index("ix_reading_incident", "reading", ["incident_id"])
    op.create_index("ix_reading_area", "reading", ["election_id", "id"])
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", storage.types.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("next_at", storage.types.Instant(timezone=True), nullable=True))
    op.create_index("ix_request_next", "request", ["next_at"], sqlite_where=sa.text(NEXT), postgresql_where=sa.text(NEXT))
    op.create_table(
        "denial",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("address_id", "person_id"),
    )


def downgrade() -> None:
    op.drop_table("denial")
    op.drop_index("ix_request_next", "request")
    op.execute("DELETE FROM request WHERE kind IN ('delete', 'correct')")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_column("next_at")
        batch_op.drop_column("due_at")
    op.drop_table("reading")
    op.drop_index("ix_incident_open", "incident")
    op.drop_index("ix_incident_reported", "incident")
