"""who reported or was told of what is over, in the order of lists"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INCIDENTS = sa.table("incidents", *map(sa.column, ("id", "opened_at", "status")))
_VIEWERS = sa.table("viewers", *map(sa.column, ("user_id", "opened_at", "incident_id")))


def upgrade() -> None:
    op.create_table(
        "viewers",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "opened_at", "incident_id", name=op.f("pk_viewers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_viewers_incident_id"), "viewers", ["incident_id"])
    for name in ("reporters", "outbox"):
        people = sa.table(name, sa.column("user_id"), sa.column("incident_id"))
        seen = sa.select(people.c.user_id, _INCIDENTS.c.opened_at, _INCIDENTS.c.id).distinct()
        seen = seen.join_from(people, _INCIDENTS, people.c.incident_id == _INCIDENTS.c.id)
        op.execute(
            _VIEWERS.insert().from_select(
                ["user_id", "opened_at", "incident_id"],
                seen.where(
                    _INCIDENTS.c.status.in_(("closed", "cancelled")),
                    ~sa.exists().where(
                        _VIEWERS.c.incident_id == _INCIDENTS.c.id,
                        _VIEWERS.c.user_id == people.c.user_id,
                    ),
                ),
            )
        )
    drill = sa.text("drill")
    op.create_index(
        op.f("ix_incidents_drill"),
        "incidents",
        ["opened_at", "id"],
        sqlite_where=drill,
        postgresql_where=drill,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_incidents_drill"), "incidents")
    op.drop_index(op.f("ix_viewers_incident_id"), "viewers")
    op.drop_table("viewers")
