"""Our blueprints: bodies are read by the app's own strict reader (json_bodies.py)."""

from collections.abc import Callable
from typing import Any, NoReturn

from flask import Request, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError
from webargs.core import missing
from webargs.flaskparser import FlaskParser, abort, is_json_request
from werkzeug.exceptions import BadRequest

View = Callable[..., Any]


class StrictParser(FlaskParser):
    """Refuses what webargs would choke on: constants that are not JSON, and endless nesting."""

    def get_default_request(self) -> Request:
        """The request itself: asking its proxy costs three calls each time."""
        found: Request = request._get_current_object()  # type: ignore[attr-defined]  # a proxy
        return found

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002  (as webargs calls it)
        """The body's value; ``missing`` where it is not sent as JSON."""
        body = req.get_data(cache=True)
        if not body or not is_json_request(req):
            return missing
        try:
            return req.get_json()
        except BadRequest as error:
            self._not_json(error)

    def parse(self, argmap: Any, req: Request | None = None, **more: Any) -> Any:
        """As webargs', straight to the schema where a body is read: a raise comes this way."""
        if more.get("location") != "json" or not isinstance(argmap, Schema):
            return super().parse(argmap, req, **more)
        body = self.load_json(req or self.get_default_request(), argmap)
        try:
            return argmap.load({} if body is missing else body)
        except ValidationError as error:
            abort(422, exc=error, messages={"json": error.messages}, schema=argmap)

    @staticmethod
    def _not_json(error: Exception) -> NoReturn:
        abort(400, exc=error)


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # it has no types
    """A blueprint of the API."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: Any, **more: Any) -> Any:
        """As flask-smorest's, but the schema is made once and not for every request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **more)

    def response(self, *args: Any, **more: Any) -> Any:
        """As flask-smorest's, for the document: our views answer by themselves (answers.py)."""
        return _documenting(super().response(*args, **more))

    def alt_response(self, *args: Any, **more: Any) -> Any:
        """As ``response``."""
        return _documenting(super().alt_response(*args, **more))


def _documenting(decorator: Callable[[View], View]) -> Callable[[View], View]:
    """What a decorator writes down about a view, without what it does at each request."""

    def document(view: View) -> View:
        vars(view)["_apidoc"] = vars(decorator(view))["_apidoc"]
        return view

    return document
