"""when who is to answer a suggestion was told of it last"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.add_column("suggestions", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_suggestions_waiting"),
        "suggestions",
        ["told_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_suggestions_waiting"), "suggestions")
    op.drop_column("suggestions", "told_at")
