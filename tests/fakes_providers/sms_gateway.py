"""An SMS gateway as there are many: JSON or a form, 200 for everything, the verdict in the body."""

from urllib.parse import parse_qsl

from tests.fakes_providers.http_server import Asked, FakeServer, Reply, json_reply


class FakeSmsGateway(FakeServer):
    """``refuse_with``: the code that it answers, inside 200."""

    token = "gateway-token"

    def __init__(self) -> None:
        super().__init__()
        self.refuse_with: int | None = None

    def take(self, asked: Asked) -> Reply:
        if self.refuse_with is not None:
            return json_reply({"result": {"code": self.refuse_with}, "sid": None})
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return json_reply({"result": {"code": 401}}, 401)
        if asked.headers["content-type"].startswith("application/json"):
            content = asked.json
        else:
            content = dict(parse_qsl(asked.body.decode("ascii")))
        if not content["mobile"].isdecimal() or not content["content"]:
            return json_reply({"result": {"code": 4001}, "sid": None})
        self.taken.append(content)
        return json_reply({"result": {"code": 0}, "sid": "1097"})
