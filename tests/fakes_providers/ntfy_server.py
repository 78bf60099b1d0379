"""ntfy (https://docs.ntfy.sh/publish/#publish-as-json) and Gotify (https://gotify.net/api-docs)."""

from tests.fakes_providers.http_server import Asked, FakeServer, Reply, json_reply


class FakeNtfy(FakeServer):
    """One protected topic."""

    topic = "counter-7Hq2"
    token = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"

    @property
    def address(self) -> str:
        return f"{self.origin}/{self.topic}"

    def take(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return json_reply({"code": 40301, "http": 403, "error": "forbidden"}, 403)
        content = asked.json
        known = {"topic", "title", "message", "priority", "click", "actions"}
        if asked.path != "/" or content["topic"] != self.topic or set(content) - known:
            return json_reply({"code": 40024, "http": 400, "error": "invalid JSON"}, 400)
        if not 1 <= content["priority"] <= 5 or len(content.get("actions", [])) > 3:
            return json_reply({"code": 40007, "http": 400, "error": "invalid priority"}, 400)
        self.taken.append(content)
        return json_reply({"id": "hwQ2YpKdmg", "event": "message", **content})


class FakeGotify(FakeServer):
    """Stands for the services that are reached by Apprise."""

    token = "AJ_jyaH9ovrEvXh"

    @property
    def address(self) -> str:
        return f"gotify://127.0.0.1:{self.port}/{self.token}"

    def take(self, asked: Asked) -> Reply:
        if asked.path.partition("?")[0] != "/message":
            return Reply(404)
        if asked.headers.get("x-gotify-key") != self.token:
            return json_reply({"error": "Unauthorized", "errorCode": 401}, 401)
        self.taken.append(asked.json)
        return json_reply({"id": 25, "appid": 5, **asked.json})
