"""How do the rooms' routes get into the application? Each as a placeholder that knows its address and becomes a route when it is asked."""

import importlib
import warnings
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import Receive, Scope, Send

import uems
from uems.kernel.routing import Declared, Routes
from uems.web.errors import ErrorBody
from uems.web.health import router as health_router
from uems.web.system import router as system_router

# FastAPI names each body by an alias and keeps quiet about it where a model is built at once. Ours are built when they are first needed.
warnings.filterwarnings("ignore", "The 'alias' attribute", UnsupportedFieldAttributeWarning)

_ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "The caller can put it right: code and message say how."},
    "5XX": {"model": ErrorBody, "description": "The server cannot do it now."},
}


class Mounted(BaseRoute):
    """A declared route of ``room`` under ``prefix``. ``ready`` is the route itself, made when it is first asked for."""

    def __init__(self, room: str, prefix: str, declared: Declared) -> None:
        self.path = prefix + declared.path
        self.endpoint = declared.endpoint
        self.path_regex, self.path_format, _ = compile_path(self.path)
        self._room, self._declared = room, declared

    @cached_property
    def ready(self) -> APIRoute:
        options: dict[str, Any] = dict(self._declared.options)
        responses = {**_ERRORS, **options.pop("responses", {})}
        return APIRoute(
            self.path,
            self.endpoint,
            methods=[self._declared.method],
            tags=[self._room],
            responses=responses,
            generate_unique_id_function=self._operation_id,
            **options,
        )

    def _operation_id(self, route: APIRoute) -> str:
        return f"{self._room}_{route.name}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or self.path_regex.match(scope["path"]) is None:
            return Match.NONE, {}
        return self.ready.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.ready.handle(scope, receive, send)


def mount_rooms(app: FastAPI) -> None:
    """Every route that programs may call: /healthz, and what the rooms answer under /api."""
    app.router.routes.extend(_mounted(room_routes))


def mounted_routes(app: FastAPI) -> list[BaseRoute]:
    """The routes of ``app``, every one of a room made ready: for whoever describes them all. Takes about a second the first time."""
    return [route.ready if isinstance(route, Mounted) else route for route in app.routes]


@cache
def _mounted(of_rooms: Callable[[], list[tuple[str, Routes]]]) -> list[Mounted]:
    """One list for all applications of a process: each route is made ready once."""
    rooms = [("web", "", health_router), ("system", "", system_router), *((room, "/api", routes) for room, routes in of_rooms())]
    return [Mounted(room, prefix, declared) for room, prefix, routes in rooms for declared in routes.declared]


def room_routes() -> list[tuple[str, Routes]]:
    """The ``router`` of every ``uems.<room>.routes``; a new room is mounted by having that file."""
    rooms = sorted(p.parent.name for p in Path(uems.__file__).parent.glob("*/routes.py"))
    return [(room, _routes_of(room)) for room in rooms]


def _routes_of(room: str) -> Routes:
    router: object = importlib.import_module(f"uems.{room}.routes").router
    if not isinstance(router, Routes):
        raise TypeError(f"uems.{room}.routes.router is {type(router).__name__}; must be Routes of uems.kernel.routing.")
    return router
