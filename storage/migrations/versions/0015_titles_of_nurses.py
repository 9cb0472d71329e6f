"""people are compared without the titles that the list of titles did not know, "A.Md.Kep" among them

The keys are made anew by the rule as it stands today, not by a copy of it: they only serve to be equal to keys that are
made by it from now on, so a database that comes up later is right at once.
"""

import sqlalchemy as sa
from alembic import op

from storage.names import person_key

revision = "0015"
down_revision = "0014"

STEP = 5000
person = sa.table("person", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("name_key", sa.String))


def upgrade() -> None:
    db, last = op.get_bind(), 0
    change = sa.update(person).where(person.c.id == sa.bindparam("at")).values(name_key=sa.bindparam("key"))
    while rows := db.execute(sa.select(person).where(person.c.id > last).order_by(person.c.id).limit(STEP)).all():
        last = rows[-1].id
        new = [{"at": row.id, "key": key} for row in rows if (key := person_key(row.name)) != row.name_key]
        if new:
            db.execute(change, new)


def downgrade() -> None:
    """The older rule makes its own keys at the next import."""
