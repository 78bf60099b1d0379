"""what statistics count of an incident"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("acknowledged_in", sa.BigInteger(), nullable=True),
        sa.Column("contained_in", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("business_line", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("branch", "opened_at", "incident_id", name=op.f("pk_figures")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_figures_incident_id"), "figures", ["incident_id"])


def downgrade() -> None:
    op.drop_table("figures")
