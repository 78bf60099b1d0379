"""what is live in the order of the alerts; of each checklist only the next step is armed"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LATER_STEPS = """
DELETE FROM deadlines WHERE key LIKE 'step:%' AND EXISTS (
    SELECT 1 FROM deadlines AS sooner
    WHERE sooner.incident_id = deadlines.incident_id AND sooner.key LIKE 'step:%'
      AND (sooner.due_at < deadlines.due_at
           OR sooner.due_at = deadlines.due_at AND sooner.key < deadlines.key))
"""


def upgrade() -> None:
    op.execute(sa.text(_LATER_STEPS))
    op.drop_index("ix_outbox_live", table_name="outbox")
    _index("alert_id", "user_id", "channel", "live")


def downgrade() -> None:
    op.drop_index("ix_outbox_live", table_name="outbox")
    _index("user_id")


def _index(*columns: str) -> None:
    op.create_index(
        "ix_outbox_live",
        "outbox",
        columns,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
