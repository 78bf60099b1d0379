"""customers who came again, in statistics"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SUMS = sa.table(
    "figure_sums",
    *(sa.column(name) for name in ("org", "by", "discreet", "month")),
    sa.column("data", sa.LargeBinary()),
)
_KEY = ("org", "by", "discreet", "month")


def upgrade() -> None:
    op.add_column("figures", sa.Column("customer", sa.String(), nullable=True))
    condition = sa.text("customer IS NOT NULL")
    linked: dict[str, Any] = {"sqlite_where": condition, "postgresql_where": condition}
    op.create_index(op.f("ix_figures_customer"), "figures", ["customer", "opened_at"], **linked)
    op.execute(
        "UPDATE figures SET loose = true, customer = (SELECT customer_id FROM customer_matters"
        " WHERE customer_matters.incident_id = figures.incident_id)"
        " WHERE incident_id IN (SELECT incident_id FROM customer_matters)"
    )
    # The sums so far have nobody who came again: one number more, and it is nought.
    _change_numbers(lambda numbers: [*numbers, 0])


def downgrade() -> None:
    _change_numbers(lambda numbers: numbers[:-1])
    op.drop_index(op.f("ix_figures_customer"), "figures")
    op.drop_column("figures", "customer")


def _change_numbers(change: Any) -> None:
    conn, columns = op.get_bind(), _SUMS.c
    for row in conn.execute(sa.select(_SUMS)).mappings().all():
        groups = orjson.loads(row["data"])
        for figures in groups.values():
            figures[0] = change(figures[0])
        same = [columns[name] == row[name] for name in _KEY]
        conn.execute(_SUMS.update().where(*same).values(data=orjson.dumps(groups)))
