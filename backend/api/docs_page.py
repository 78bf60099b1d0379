"""The OpenAPI document as a page that people read: no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import orjson

STYLE = """
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;
max-width:960px;padding:32px 16px;color:#14181f;background:#fff}
h1{font-size:28px}h2{font-size:20px;margin-top:40px}
details{border:1px solid #d5d9e0;border-radius:8px;margin:8px 0;padding:8px 16px}
summary{cursor:pointer;font-weight:500}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{overflow:auto;background:#f2f4f7;padding:12px}
.method{display:inline-block;min-width:64px;color:#1f50c8;font-weight:600}
table{border-collapse:collapse}td{padding:2px 16px 2px 0;vertical-align:top}
@media (prefers-color-scheme:dark){body{background:#10141a;color:#e8ebf0}
pre{background:#1b212b}details{border-color:#39414e}.method{color:#8fb0ff}}
"""


def docs_page(spec: Mapping[str, Any]) -> str:
    """HTML of an OpenAPI document."""
    return "".join(_page(spec))


def _page(spec: Mapping[str, Any]) -> Iterator[str]:
    info = spec["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{escape(info['title'])} API</title>"
    yield '<link rel="stylesheet" href="/api/docs.css"></head><body>'
    yield f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
    yield '<p>The same as a document: <a href="/api/v1/openapi.json">openapi.json</a>.</p>'
    for tag, operations in _by_tag(spec).items():
        yield f"<h2>{escape(tag)}</h2>"
        for path, method, operation in operations:
            yield from _operation(path, method, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in sorted(spec.get("components", {}).get("schemas", {}).items()):
        yield f'<details id="{escape(name)}"><summary>{escape(name)}</summary>'
        yield f"{_json(schema)}</details>"
    yield "</body></html>"


def _by_tag(spec: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Mapping[str, Any]]]]:
    found: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                tag = (operation.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append((path, method, operation))
    return found


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details><summary><span class="method">{method.upper()}</span> '
    yield f"<code>{escape(path)}</code> {escape(operation.get('summary', ''))}</summary>"
    for parameter in operation.get("parameters", []):
        yield f"<p><code>{escape(str(parameter.get('name')))}</code> "
        yield f"({escape(str(parameter.get('in')))}) {_json(parameter.get('schema', {}))}</p>"
    body = operation.get("requestBody", {}).get("content", {})
    for kind, content in body.items():
        yield f"<p>Body, {escape(kind)}:</p>{_json(content.get('schema', {}))}"
    yield "<table>"
    for status, response in sorted(operation["responses"].items()):
        yield f"<tr><td><code>{escape(str(status))}</code></td>"
        yield f"<td>{escape(response.get('description', ''))} {_schema_names(response)}</td></tr>"
    yield "</table></details>"


def _schema_names(response: Mapping[str, Any]) -> str:
    names = [
        content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        for content in response.get("content", {}).values()
    ]
    return ", ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names if name)


def _json(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return f"<pre>{escape(text)}</pre>"
