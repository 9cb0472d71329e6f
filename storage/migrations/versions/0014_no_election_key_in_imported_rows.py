"""coverage and assignment say their election without a foreign key

An import writes a million of them, and PostgreSQL looks the one election up for every row: as long as it takes to write
the row with its indexes. No election is ever taken out, and the id comes from the table in the same command. The keys
to people and places stay: those can be taken out, by `--undo`.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = ("coverage", "assignment")
NAMING = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}  # as PostgreSQL names them; SQLite has no names


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, naming_convention=NAMING) as batch_op:
            batch_op.drop_constraint(f"{table}_election_id_fkey", type_="foreignkey")


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, naming_convention=NAMING) as batch_op:
            batch_op.create_foreign_key(f"{table}_election_id_fkey", "election", ["election_id"], ["id"])
