"""Our blueprints: bodies are read by the app's own strict reader (json_bodies.py)."""

from typing import Any, NoReturn

from flask import Request, current_app
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema
from webargs.core import missing
from webargs.flaskparser import FlaskParser, abort, is_json_request


class StrictParser(FlaskParser):
    """Refuses what webargs would choke on: constants that are not JSON, and endless nesting."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002  (as webargs calls it)
        """The body's value; ``missing`` where it is not sent as JSON."""
        body = req.get_data(cache=True)
        if not body or not is_json_request(req):
            return missing
        try:
            return current_app.json.loads(body)
        except ValueError as error:
            self._not_json(error)

    @staticmethod
    def _not_json(error: ValueError) -> NoReturn:
        abort(400, exc=error)


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # it has no types
    """A blueprint of the API."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **more: Any) -> Any:
        """As flask-smorest's, but the schema is made once and not for every request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **more)
