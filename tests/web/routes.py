"""Which routes does the application have, and what would a caller send to them? Rooms that add routes are covered by themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from uems.access.guards import AccountGuard, Guard, OperatorGuard, PublicMark
from uems.web.mounting import mount_rooms, mounted_routes

Mark = Guard | AccountGuard | OperatorGuard | PublicMark

SAMPLES: Mapping[str, str] = {
    "account_id": "(the owner of alpha)",
    "key_id": "known_key_id",
    "message_id": "known_message_id",
    "person_id": "1",
    "erasure_id": "known_erasure_id",
    "trait": "known_trait",
    "merge_id": "known_merge_id",
    "name": "overview",
    "import_id": "known_run_id",
    "file_id": "known_file_id",
    "source_id": "known_source_id",
    "mapping_id": "known_mapping_id",
    "version": "1",
    "model_key": "known_key",
    "run_id": "known_run_id",
    "letter_id": "0-0-0",
    "key": "known_key",
    "role": "purchase",
    "tag": "known_key",
    "action": "1",
    "list_id": "1",
    "upload_id": "known_job_id",
    "export_id": "known_job_id",
    "simulation_id": "known_job_id",
    "sync_id": "known_sync_id",
    "metric": "dau",
    "alert_id": "known_alert_id",
    "guardrail_id": "known_guardrail_id",
    "link_id": "known_link_id",
    "schedule_id": "known_schedule_id",
    "token": "known_token",
    "tile_id": "a",
    "number": "1",
    "template_id": "known_template_id",
    "block_id": "known_block_id",
    "topic": "known_key",
    "channel": "email",
    "task_id": "1",
    "action_kind": "flow",
    "trial_kind": "flow",
    "decision_id": "1",
    "code": "known_code",
    "reward_id": "1",
    "idea_id": "1",
    "voice_id": "1",
    "conversation_id": "1",
    "snippet": "known_key",
}
"""Parameter in a path → a thing that exists in somebody else's workspace.

``tests/web/world.py`` puts it there: a text column "x_id" holds "known_x_id", a number 1.
"""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address, with what guards it."""

    method: str
    path: str
    marks: tuple[Mark, ...]
    is_api_route: bool

    @property
    def permission(self) -> str:
        return next(m.permission for m in self.marks if isinstance(m, Guard))

    def address(self, workspace: str, values: Mapping[str, str]) -> str:
        """The path with its parameters filled in; fails for a parameter that nobody gave a sample."""
        parts: list[str] = []
        for part in self.path.split("/"):
            name = part.strip("{}").removesuffix(":path")
            if not part.startswith("{"):
                parts.append(part)
            elif name == "workspace":
                parts.append(workspace)
            else:
                assert name in SAMPLES, f"Unknown path parameter {part} in {self.path}: add a sample to SAMPLES in tests/web/routes.py."
                parts.append(values.get(name, SAMPLES[name]))
        return "/".join(parts)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _marks(dependant: Dependant | None) -> Iterator[Mark]:
    if dependant is None:
        return
    if isinstance(dependant.call, Mark):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _marks(child)


def routes_of(app: FastAPI) -> list[Route]:
    """Every method of every route, mounted ones included."""
    found: list[Route] = []
    for context in iter_route_contexts(mounted_routes(app)):
        real = isinstance(context.original_route, APIRoute)
        marks = tuple(_marks(context.dependant)) if real else ()
        methods = sorted(context.methods or {"ANY"}) if real else ["ANY"]
        found += [Route(method, context.path or "", marks, real) for method in methods]
    return found


def _room_routes() -> list[Route]:
    bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    mount_rooms(bare)
    return [r for r in routes_of(bare) if r.path.startswith("/api/")]


ROUTES = _room_routes()
WORKSPACE_ROUTES = [r for r in ROUTES if any(isinstance(m, Guard) for m in r.marks)]

_NAMED: Mapping[str, object] = {
    "email": "somebody@elsewhere",
    "slug": "a-new-one",
    "zone": "UTC",
    "currency": "USD",
    "permissions": [],
    "kind": "write",
}


def body_for(document: Mapping[str, Any], route: Route, ids: Mapping[str, str]) -> Any:
    """A body that the document of the API accepts, made of other people's ids wherever an id is asked for; None for no JSON."""
    operation = document["paths"].get(route.path, {}).get(route.method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return None if schema is None else _sample(schema, "", document, ids)


def _sample(schema: Mapping[str, Any], name: str, document: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if name in _NAMED:
        return _NAMED[name]
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _sample(next(s for s in schema[choice] if s.get("type") != "null"), name, document, ids)
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", [])
        fields = schema.get("properties", {})
        return {f: _sample(s, f, document, ids) for f, s in fields.items() if f in wanted or f.removesuffix("s").endswith("_id")}
    if kind == "array":
        return [_sample(schema.get("items", {}), name.removesuffix("s"), document, ids)]
    known = ids.get(name, SAMPLES.get(name))
    if kind in ("integer", "number"):
        return int(known) if known and known.isdecimal() else max(1, int(schema.get("minimum", 1)))
    if kind == "boolean":
        return True
    return known or ("2026-03-01" if schema.get("format") == "date" else "x" * max(1, int(schema.get("minLength", 1))))
