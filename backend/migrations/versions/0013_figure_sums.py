"""statistics' sums of whole months"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column(
        "figures", sa.Column("loose", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column(
        "figures", sa.Column("drill", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(op.f("ix_figures_loose"), "figures", ["branch", "opened_at"], **_where("loose"))
    op.create_index(
        op.f("ix_figures_subject"), "figures", ["subject"], **_where("subject IS NOT NULL")
    )
    op.create_table(
        "figure_sums",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org", "by", "discreet", "month", name=op.f("pk_figure_sums")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("figure_sums")
    op.drop_index(op.f("ix_figures_subject"), "figures")
    op.drop_index(op.f("ix_figures_loose"), "figures")
    op.drop_column("figures", "drill")
    op.drop_column("figures", "loose")
