"""Databases of a PostgreSQL server: an empty one, or a copy of another."""

from itertools import count

from sqlalchemy import create_engine, text

_numbers = count(1)


class Postgresql:
    """The server at an address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def empty(self, name: str) -> str:
        """A new database; its address."""
        return self._create(name, "template1")

    def copy(self, template: str) -> str:
        """A new database with everything of ``template``, which nobody may be using."""
        return self._create(f"copy_{next(_numbers)}", template)

    def _create(self, name: str, template: str) -> str:
        engine = create_engine(self._address, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        engine.dispose()
        return self._address.replace("/postgres?", f"/{name}?")
