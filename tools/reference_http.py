"""What can be asked over HTTP, by whom, and with what? One page from the routes themselves."""

from typing import Any, cast

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from tools.tables import table

from uems.web.app import App
from uems.web.mounting import mount_rooms, mounted_routes

# The event endpoints stand in front of the framework, so they are told here; docs/guides/send-events.md shows them at work.
_EVENTS = [
    ("POST", "`/v1/track`, `/v1/identify`, `/v1/page`, `/v1/screen`, `/v1/group`, `/v1/alias`", "One event."),
    ("POST", "`/v1/batch`, `/v1/import`", 'Many events: `{"batch": [...]}`.'),
    ("POST", "`/v1/t`, `/v1/i`, `/v1/p`, `/v1/s`, `/v1/g`, `/v1/a`, `/v1/b`", "The same, as the browser client calls them."),
    ("GET", "`/v1/pixel/track`, `/v1/pixel/page`", "One event as base64 of its JSON in `data`; answers an image."),
    ("GET", "`/v1/projects/{writeKey}/settings`", "What the browser client asks at its start."),
]


def _permissions(app: FastAPI) -> dict[tuple[str, str], str]:
    """(method, path) → who may call."""
    words = {"AccountGuard": "any account or key", "OperatorGuard": "the operator", "PublicMark": "anybody"}
    found: dict[tuple[str, str], str] = {}
    for context in iter_route_contexts(mounted_routes(app)):
        route: Any = context.route
        calls = [dependency.call for dependency in route.dependant.dependencies] if hasattr(route, "dependant") else []
        needs = [
            f"`{call.permission}`" if hasattr(call, "permission") else words[name]
            for call in calls
            if (name := type(call).__name__) in words or name == "Guard"
        ]
        for method in context.methods or ():
            found[method.upper(), context.path_format or ""] = ", ".join(needs)
    return found


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in one word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The fields of a body; optional ones in brackets."""
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    target = schemas.get(name, schema)
    properties = target.get("properties")
    if not properties:
        return _type(target)
    required = set(target.get("required", ()))
    return ", ".join(f"`{field}`" if field in required else f"[`{field}`]" for field in properties)


def _line(method: str, path: str, operation: dict[str, Any], who: str, schemas: dict[str, Any]) -> tuple[str, ...]:
    asked = [f"`{p['name']}`" if p.get("required") else f"[`{p['name']}`]" for p in operation.get("parameters", ()) if p["in"] == "query"]
    contents = operation.get("requestBody", {}).get("content", {})
    bodies = [_fields(content["schema"], schemas) for content in contents.values()]
    takes = "; ".join(part for part in (f"query {', '.join(asked)}" if asked else "", *(f"body {body}" for body in bodies)) if part)
    return f"{method} `{path}`", who, takes, operation.get("description") or operation.get("summary") or ""


def http_page(note: str) -> str:
    app = App(title="UEMS")
    mount_rooms(app)
    document = app.openapi()
    schemas = document.get("components", {}).get("schemas", {})
    permissions = _permissions(app)
    parts = [
        f"{note}# HTTP API\n\n",
        "The whole description, with the types of every field, is at `GET /api/openapi.json` of a running server. Prove who you are by\n"
        "`Authorization: Bearer <API key>`, or by the session cookie of `POST /api/login` with its `csrf_token` as `X-CSRF-Token` on\n"
        "everything but GET. Errors have [one shape](errors.md). Lists answer `items` and `next_cursor`; send the latter as `cursor`.\n"
        "Optional fields stand in brackets.\n\n",
        "## Events\n\nWith a write key: as Basic user name, or as `writeKey` in the body. See [the guide](../guides/send-events.md).\n\n",
        table(("Method", "Address", "What it does"), _EVENTS),
    ]
    by_tag: dict[str, list[tuple[str, ...]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in cast(dict[str, dict[str, Any]], methods).items():
            who = permissions.get((method.upper(), path), "")
            by_tag.setdefault(operation["tags"][0], []).append(_line(method.upper(), path, operation, who, schemas))
    for tag, lines in by_tag.items():
        parts.append(f"\n## {tag}\n\n" + table(("Request", "Needs", "Takes", "What it does"), lines))
    return "".join(parts)
