"""a number that a coordinator knows to be somebody's no more is not brought back by an older list"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("person", sa.Column("former_phone", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "former_phone")
