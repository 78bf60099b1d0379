"""The robots of WeCom, DingTalk and Feishu: their rules as published, their refusals inside 200."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tests.fakes import MORNING
from tests.fakes_providers.http_server import Asked, FakeServer, Reply, json_reply

WITHIN = timedelta(hours=1)
"""How far a signature's time may be off, at DingTalk and at Feishu."""


class _Robot(FakeServer):
    """``refuse_with``: the code of its next refusals. ``now``: by its own clock."""

    def __init__(self, now: datetime = MORNING) -> None:
        super().__init__()
        self.now = now
        self.refuse_with: int | None = None

    def _in_time(self, seconds: float) -> bool:
        return abs(self.now.timestamp() - seconds) <= WITHIN.total_seconds()


class FakeWeCom(_Robot):
    """https://developer.work.weixin.qq.com/document/path/91770"""

    key = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"

    @property
    def address(self) -> str:
        return f"{self.origin}/cgi-bin/webhook/send?key={self.key}"

    def take(self, asked: Asked) -> Reply:
        code = self._code(asked)
        if code == 0:
            self.taken.append(asked.json["text"]["content"])
        message = "ok" if code == 0 else "invalid webhook url, hint: [1700000000]"
        return json_reply({"errcode": code, "errmsg": message})

    def _code(self, asked: Asked) -> int:
        if self.refuse_with is not None:
            return self.refuse_with
        if urlsplit(asked.path).path != "/cgi-bin/webhook/send" or asked.query != {"key": self.key}:
            return 93000
        content = asked.json
        if content["msgtype"] != "text":
            return 40008
        text = content["text"]["content"]
        if not text:
            return 44004
        return 45002 if len(text.encode()) > 2048 else 0


class FakeDingTalk(_Robot):
    """https://open.dingtalk.com/document/robots/custom-robot-access"""

    token = "566cc69da782ec33e42541b09b08551f09fbe864eb8008112e994b43887"
    secret = "SECd0f2a8a6b0c54b21b2f5c4b6b9a4e2d1c3"

    @property
    def address(self) -> str:
        return f"{self.origin}/robot/send?access_token={self.token}"

    def take(self, asked: Asked) -> Reply:
        code, message = self._verdict(asked)
        if code == 0:
            self.taken.append(asked.json["markdown"])
        return json_reply({"errcode": code, "errmsg": message})

    def _verdict(self, asked: Asked) -> tuple[int, str]:
        if self.refuse_with is not None:
            return self.refuse_with, "refused"
        query = asked.query
        if query.get("access_token") != self.token:
            return 300001, "token is not exist"
        if not self._in_time(int(query.get("timestamp", 0)) / 1000):
            return 310000, "invalid timestamp"
        if not hmac.compare_digest(query.get("sign", ""), self._sign(query["timestamp"])):
            return 310000, "sign not match"
        content = asked.json
        if content["msgtype"] != "markdown" or len(asked.body) > 20_000:
            return 400105, "unsupported msgtype"
        return (0, "ok") if all(content["markdown"].values()) else (40035, "missing parameter")

    def _sign(self, timestamp: str) -> str:
        """The example of the manual, word for word."""
        secret_enc = self.secret.encode("utf-8")
        string_to_sign = "{}\n{}".format(timestamp, self.secret)  # noqa: UP032
        string_to_sign_enc = string_to_sign.encode("utf-8")
        hmac_code = hmac.new(secret_enc, string_to_sign_enc, digestmod=hashlib.sha256).digest()
        return base64.b64encode(hmac_code).decode()


class FakeFeishu(_Robot):
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot"""

    hook = "5a1f3c7e-0000-4000-8000-1234567890ab"
    secret = "Yh3kq0FfV2mWlN8sQe1d9b"

    @property
    def address(self) -> str:
        return f"{self.origin}/open-apis/bot/v2/hook/{self.hook}"

    def take(self, asked: Asked) -> Reply:
        code, message = self._verdict(asked)
        if code != 0:
            return json_reply({"code": code, "data": {}, "msg": message})
        self.taken.append(asked.json["content"]["post"]["zh_cn"])
        return json_reply(
            {"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}
        )

    def _verdict(self, asked: Asked) -> tuple[int, str]:
        if self.refuse_with is not None:
            return self.refuse_with, "refused"
        if asked.path != f"/open-apis/bot/v2/hook/{self.hook}":
            return 19001, "param invalid: incoming webhook access token invalid"
        content = asked.json
        timestamp = content.get("timestamp", "0")
        if not self._in_time(int(timestamp)) or content.get("sign") != self._sign(timestamp):
            return 19021, "sign match fail or timestamp is not within one hour from current time"
        post = content.get("content", {}).get("post", {}).get("zh_cn", {})
        if content["msg_type"] != "post" or len(asked.body) > 20_000 or not _is_post(post):
            return 9499, "Bad Request"
        return 0, "success"

    def _sign(self, timestamp: str) -> str:
        """The example of the manual, word for word."""
        string_to_sign = "{}\n{}".format(timestamp, self.secret)  # noqa: UP032
        hmac_code = hmac.new(string_to_sign.encode("utf-8"), digestmod=hashlib.sha256).digest()
        return base64.b64encode(hmac_code).decode("utf-8")


def _is_post(post: dict[str, object]) -> bool:
    lines = post.get("content")
    return isinstance(lines, list) and all(
        piece["tag"] == "text" or (piece["tag"] == "a" and piece["href"])
        for line in lines
        for piece in line
    )
