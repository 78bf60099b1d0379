"""Errors as RFC 9457 problems, in the language of the reader. Nothing of our insides shows."""

import re
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from escalation.refusal import Refused

TYPE_BASE = "https://counterbell.example/problems/"

_log = structlog.get_logger("problems")


class Problem(Exception):
    """An HTTP answer that is not a rule's refusal: no session, not found, too large."""

    def __init__(self, status: int, kind: str, zh: str, en: str, **extra: Any) -> None:
        super().__init__(en)
        self.status = status
        self.kind = kind
        self.zh = zh
        self.en = en
        self.extra = extra


class NotFound(Problem):
    """The caller may not see it, or it is not there: one answer for both."""

    def __init__(self) -> None:
        super().__init__(
            404, "not-found", "没有找到，或者你没有权限看。", "Not found, or not yours to see."
        )


class Unauthenticated(Problem):
    """No token, or a dead one."""

    def __init__(self) -> None:
        super().__init__(401, "unauthenticated", "请重新登录。", "Please sign in again.")


class DiskFullError(Exception):
    """Nothing was written: the disk is full."""


_TITLES = {
    400: ("内容无法识别", "The request cannot be read"),
    401: ("没有登录", "Not signed in"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持这种操作", "Method not allowed"),
    409: ("现在不能这样做", "Not possible in this state"),
    413: ("内容太大", "Too large"),
    415: ("不支持这种格式", "Media type not supported"),
    422: ("填写有误", "Something is filled in wrongly"),
    429: ("次数太多，请稍后再试", "Too many tries, please wait"),
    500: ("系统出错", "Something went wrong"),
    503: ("暂时不可用", "Not available now"),
    507: ("磁盘已满", "The disk is full"),
}
_DETAILS = {
    400: ("内容不是正确的 JSON。", "The body is not valid JSON."),
    404: ("没有这个地址。", "There is nothing at this address."),
    405: ("这个地址不支持这种操作。", "This address does not know that method."),
    413: ("没有保存。请减少内容后再发。", "Nothing was saved. Send less at once."),
    415: ("请发送 JSON。", "Send JSON."),
    500: (
        "没有保存。我们已记下这个错误，请再试一次。",
        "Nothing was saved. The fault is on record; please try again.",
    ),
    507: (
        "没有保存。请马上告诉系统管理员。",
        "Nothing was saved. Tell the administrator at once.",
    ),
}
_REFUSAL_STATUS = {"forbidden": 403, "invalid": 422, "forbidden-wording": 422}


def language() -> str:
    """``zh`` or ``en``: the reader's, Chinese first."""
    return request.accept_languages.best_match(["zh", "zh-CN", "en"], "zh")[:2]


def problem(status: int, kind: str, zh: str, en: str, **extra: Any) -> dict[str, Any]:
    """The body of a problem in the reader's language."""
    chinese = language() == "zh"
    titles = _TITLES.get(status, _TITLES[500])
    body = {
        "type": TYPE_BASE + kind,
        "title": titles[0] if chinese else titles[1],
        "status": status,
        "detail": zh if chinese else en,
    }
    for name, value in extra.items():
        body[name] = _localised(value, chinese=chinese) if name == "errors" else value
    return body


def refusal_problem(refusal: Refused) -> dict[str, Any]:
    """A rule's refusal as a problem."""
    status = _REFUSAL_STATUS.get(refusal.kind, 409)
    return problem(status, refusal.kind, refusal.zh, refusal.en, **refusal.extra)


def validation_problem(messages: Any) -> dict[str, Any]:
    """What a schema found wrong, place by place."""
    errors = list(_flatten(messages))
    return problem(422, "invalid", "有几处填得不对。", "Some fields are wrong.", errors=errors)


def _localised(errors: Any, *, chinese: bool) -> Any:
    return [
        {"field": each["field"], "detail": each["zh"] if chinese else each["en"]} for each in errors
    ]


def respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem as an HTTP answer."""
    response = Response(
        orjson.dumps(body), status=body["status"], mimetype="application/problem+json"
    )
    response.headers.update(headers or {})
    return response


def register(app: Flask) -> None:
    """Every error of the app becomes a problem."""
    app.register_error_handler(Refused, lambda error: respond(refusal_problem(error)))
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(
        ValidationError, lambda error: respond(validation_problem(error.messages))
    )
    app.register_error_handler(DiskFullError, lambda _: respond(_plain(507, "disk-full")))
    app.register_error_handler(Exception, _on_anything)


def _on_problem(error: Problem) -> Response:
    headers = {}
    extra = dict(error.extra)
    if "retry_after" in extra:
        headers["Retry-After"] = str(extra.pop("retry_after"))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return respond(problem(error.status, error.kind, error.zh, error.en, **extra), headers)


def _on_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 422:
        data = getattr(error, "data", None) or {}
        return respond(validation_problem(data.get("messages", {})))
    allow = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allow))} if allow else {}
    return respond(_plain(status, HTTPStatus(status).phrase.lower().replace(" ", "-")), headers)


def _plain(status: int, kind: str) -> dict[str, Any]:
    zh, en = _DETAILS.get(status, _TITLES.get(status, _TITLES[500]))
    return problem(status, kind, zh, en)


def _flatten(messages: Any, place: str = "") -> Any:
    """Marshmallow's nested messages as a list of places; its location (json) is no place."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            skip = not place and name in ("json", "query", "form", "files", "headers")
            yield from _flatten(inner, place if skip else f"{place}.{sayable(name)}".strip("."))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, dict) and {"zh", "en"} <= message.keys():
            yield {"field": place, "zh": message["zh"], "en": message["en"]}
        else:
            zh, en = said_properly(str(message))
            yield {"field": place, "zh": zh, "en": en}


def sayable(name: Any) -> str:
    """A sender's own word as it can be said back: half of a surrogate pair cannot."""
    return str(name).encode("utf-8", "replace").decode()


def said_properly(message: str) -> tuple[str, str]:
    """What a schema's library says, as we say it; what has values in it by its pattern."""
    for pattern, (zh, en) in _PATTERNS:
        found = pattern.fullmatch(message)
        if found:
            return zh.format(*found.groups()), en.format(*found.groups())
    return _WORDS.get(message, ("填写有误。", "This is filled in wrongly."))


_PATTERNS = tuple(
    (re.compile(pattern), words)
    for pattern, words in {
        r"Must be one of: (.+)\.": ("只能选：{}。", "This must be one of: {}."),
        r"Must be greater than or equal to (.+) and less than or equal to (.+)\.": (
            "须在 {} 到 {} 之间。",
            "This must be from {} to {}.",
        ),
        r"Longer than maximum length (.+)\.": (
            "最多 {} 个字。",
            "This has more than {} characters.",
        ),
        r"Shorter than minimum length (.+)\.": ("至少 {} 个字。", "This is under {} characters."),
        r"Length must be between (.+) and \1\.": (
            "须是 {} 个字。",
            "This must have {} characters.",
        ),
        r"Length must be between (.+) and (.+)\.": (
            "须是 {} 到 {} 个字。",
            "This must have {} to {} characters.",
        ),
        r"More than (.+) items\.": ("最多 {} 项。", "There are more than {}."),
    }.items()
)
_WORDS = {
    "Missing data for required field.": ("这一项要填。", "This is required."),
    "Unknown field.": ("没有这一项。", "There is no such field."),
    "Field may not be null.": ("这一项不能为空。", "This must not be null."),
    "Not a valid string.": ("应是文字。", "This must be text."),
    "Not a valid utf-8 string.": ("应是文字。", "This must be text."),
    "Not a valid integer.": ("应是整数。", "This must be a whole number."),
    "Not a valid number.": ("应是数字。", "This must be a number."),
    "Number too large.": ("数字太大。", "The number is too large."),
    "Not a valid boolean.": ("应是“是”或“否”。", "This must be true or false."),
    "Not a valid mapping type.": ("应是一个对象。", "This must be an object."),
    "Not a valid list.": ("应是一个列表。", "This must be a list."),
    "Not a valid UUID.": ("应是 UUID。", "This must be a UUID."),
    "Not a valid datetime.": ("应是时间。", "This must be a date and time."),
    "Not a valid date.": ("应是日期。", "This must be a date."),
    "Invalid input type.": ("类型不对。", "This is of the wrong type."),
    "Invalid type.": ("类型不对。", "This is of the wrong type."),
    "String does not match expected pattern.": ("格式不对。", "This does not have the right form."),
}


def _on_anything(error: Exception) -> Response:
    _log.exception("unexpected_error", error_type=type(error).__name__)
    return respond(_plain(500, "internal"))
