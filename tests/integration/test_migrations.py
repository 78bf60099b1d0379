"""What the migrations make is what the code declares, on both databases; and back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from backend.app import create_app, migrate
from backend.config import from_environment
from backend.db import db
from tests.databases import Postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database that was brought up to date."""
    environ = {}
    if request.param == "postgresql":
        server = Postgresql(request.getfixturevalue("postgresql"))
        environ["COUNTERBELL_DATABASE_URL"] = server.empty(tmp_path.name)
    settings = from_environment(environ, data=str(tmp_path))
    app = create_app(settings)
    migrate(app, settings)
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.mark.usefixtures("migrated")
def test_the_migrated_tables_and_indexes_are_the_declared_ones() -> None:
    with db.engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), db.metadata) == []


@pytest.mark.usefixtures("migrated")
def test_the_way_back_leaves_nothing_and_the_way_forth_makes_all_again() -> None:
    before = sorted(inspect(db.engine).get_table_names())
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert sorted(inspect(db.engine).get_table_names()) == before
