"""Alembic's entrance: the app's own database and tables."""

from typing import Literal

from alembic import context
from flask import current_app

from backend import (
    figure_table,  # noqa: F401  (likewise)
    identity_tables,  # noqa: F401  (likewise)
    tables,  # noqa: F401  (declares them)
)
from backend.afterwards import tables as after  # noqa: F401  (likewise)
from backend.customers import tables as customers  # noqa: F401  (likewise)
from backend.db import Moment, db
from backend.drills import tables as drills  # noqa: F401  (likewise)
from backend.duty import tables as duty  # noqa: F401  (likewise)
from backend.library import tables as library  # noqa: F401  (likewise)


def plain_types(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration speaks of what the column holds, not of our Python types."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


engine = current_app.extensions["migrate"].db.engine


def run() -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_item=plain_types,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
