"""the emergencies of a day are found by an index; who looked at what is held about people"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0013"
down_revision = "0012"

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


def downgrade() -> None:
    op.drop_table("reading")
    op.drop_index("ix_incident_open", "incident")
    op.drop_index("ix_incident_reported", "incident")
