"""what was offered in a marketing contact"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_contacts", sa.Column("offer", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("customer_contacts", "offer")
