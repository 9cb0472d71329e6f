"""where a TPS that moved, or was merged into another, is to be found"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Not as a batch: it would make the table anew, and other tables refer to its rows.
    op.execute("ALTER TABLE tps ADD COLUMN moved_id INTEGER REFERENCES tps (id)")
    op.create_index("ix_tps_moved_id", "tps", ["moved_id"], unique=False)
    # `Kasin/12` of the same election; where a name is in two kecamatan, that of the own one. Chains are settled by the
    # next import; one step is what stands in most sheets.
    op.execute(
        """
        UPDATE tps SET moved_id = (
            SELECT there.id FROM tps AS there
            JOIN kelurahan AS ward ON ward.id = there.kelurahan_id
            JOIN kelurahan AS home ON home.id = tps.kelurahan_id
            WHERE there.election_id = tps.election_id AND there.id <> tps.id
              AND tps.moved_to = ward.name || '/' || there.number
            ORDER BY CASE WHEN ward.kecamatan_id = home.kecamatan_id THEN 0 ELSE 1 END
            LIMIT 1)
        WHERE moved_to <> ''
        """
    )


def downgrade() -> None:
    op.drop_index("ix_tps_moved_id", "tps")
    op.execute("ALTER TABLE tps DROP COLUMN moved_id")
