"""what customers' account and policy numbers are compared by"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_CUSTOMERS = sa.table(
    "customers", sa.column("id"), sa.column("reference"), sa.column("reference_key")
)


def _key(reference: str) -> str:
    plain = unicodedata.normalize("NFKC", reference).casefold()
    return "".join(filter(str.isalnum, plain)) or plain


def upgrade() -> None:
    op.add_column("customers", sa.Column("reference_key", sa.String(), nullable=True))
    conn, columns = op.get_bind(), _CUSTOMERS.c
    for row in conn.execute(
        sa.select(columns.id, columns.reference).where(columns.reference.is_not(None))
    ).all():
        conn.execute(
            sa.update(_CUSTOMERS)
            .where(columns.id == row.id)
            .values(reference_key=_key(row.reference))
        )
    op.create_index(op.f("ix_customers_reference_key"), "customers", ["reference_key", "org_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_customers_reference_key"), "customers")
    op.drop_column("customers", "reference_key")
