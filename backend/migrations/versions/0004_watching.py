"""open incidents, deadlines that were set aside, canaries"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('open', 'acknowledged', 'contained')")


def upgrade() -> None:
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["id"],
        unique=False,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_deadlines_parked",
        "deadlines",
        ["incident_id"],
        unique=False,
        sqlite_where=sa.text("parked"),
        postgresql_where=sa.text("parked"),
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tapped_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("canaries")
    op.drop_index("ix_deadlines_parked", table_name="deadlines")
    op.drop_index("ix_incidents_open", table_name="incidents")
