"""How is the one HTTP application put together? The rooms' routes under /api, collection under /v1, the UI everywhere else."""

import hashlib
import importlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

import uems
from uems.access.api import operator_token
from uems.kernel.clock import utc_now
from uems.kernel.edge import UPLOAD
from uems.kernel.house import House
from uems.outreach import api as outreach
from uems.prediction import api as prediction
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.web.errors import ErrorBody, install_errors
from uems.web.frame import Frame
from uems.web.health import router as health_router
from uems.web.patience import Patience
from uems.web.system import router as system_router
from uems.web.ui import STATIC, install_ui

TAG_USERS: tuple[profiles.TagUsers, ...] = (segments.tag_uses, prediction.tag_uses)
"""What asks tags above the room that has them. A room whose definitions name tags adds its function, so that none is removed under it."""
CONFIG_ROOMS: tuple[segments.RoomKind, ...] = outreach.DOCUMENTS
"""Definitions of rooms above segments that are kept as documents too, in the order in which they are put in force."""
_FOR_STRANGERS = (
    "/healthz",
    "/api/login",
    "/api/shared/{token}",
    "/api/shared/{token}/tiles/{tile_id}",
    "/api/letters/{token}",
    "/api/letters/{token}/go",
    "/api/letters/{token}/seen.gif",
    "/api/letters/{token}/unsubscribe",
    "/api/letters/{token}/confirm",
    "/api/push",
    "/api/inbox",
    "/api/inbox/{token}/stream",
    "/api/inbox/{token}/messages/{number}",
    "/api/inbox/{token}/scenes",
)


class App(FastAPI):
    """The application, with collection in front of it: an event never passes through the web framework."""

    ingest: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.ingest is not None and scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self.ingest(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def hang_up(self) -> None:
        """End what would go on for as long as somebody listens; called on the event loop when the server is to end."""
        self.state.streams.close()

    def openapi(self) -> dict[str, Any]:
        """The document of the API, with the two ways in which a caller proves who they are."""
        document = super().openapi()
        document.setdefault("components", {})["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": "uems_session"},
            "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
        }
        document["security"] = [{"session": []}, {"key": []}]
        for path, methods in document["paths"].items():
            for operation in methods.values() if path in _FOR_STRANGERS else ():
                operation["security"] = []
        return document


def create_app(
    house: House, *, ingest: ASGIApp | None = None, instance: str = "", clock: Callable[[], datetime] = utc_now, static: Path = STATIC
) -> App:
    """The application of one process. Starts nothing and stops nothing: background work belongs to ``uems.app``.

    instance: tells this server from another that answered at the same address before; ``/healthz`` repeats it.
    ingest: what answers ``/v1/*``. clock: what time it is when a request arrives.
    """

    def uploads() -> list[tuple[re.Pattern[str], int]]:
        return uploads_of(app)

    app: App = App(
        title="UEMS",
        version=uems.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Frame, https=house.settings.secure_cookies, uploads=uploads),
            Middleware(Patience, stop=house.warehouse.cancel),
        ],
    )
    app.ingest = ingest
    app.state.house = house
    app.state.clock = clock
    app.state.instance = instance
    app.state.tag_users = TAG_USERS
    app.state.config_rooms = CONFIG_ROOMS
    app.state.streams = outreach.Streams(house.store, clock)
    app.state.operator_hash = hashlib.sha256(operator_token(house.settings.home).encode()).digest()
    install_errors(app)
    mount_rooms(app)
    install_ui(app, static)
    return app


def uploads_of(app: FastAPI) -> list[tuple[re.Pattern[str], int]]:
    """Addresses that take large bodies, with their limits in bytes. The first call takes a while: it makes every route ready."""
    found = [(route.path_regex, getattr(route.endpoint, UPLOAD, None)) for route in iter_route_contexts(app.routes)]
    return [(address, limit) for address, limit in found if limit is not None]


def mount_rooms(app: FastAPI) -> None:
    """Every route that programs may call: /healthz, and what the rooms answer under /api."""
    app.router.routes.extend(_mounted(room_routers).routes)


@cache
def _mounted(rooms: "Callable[[], list[tuple[str, APIRouter]]]") -> APIRouter:
    """The routes of ``rooms`` and our own. One for all applications of a process: each route is made ready once, when first asked."""
    router = APIRouter()
    router.include_router(health_router, **_stamp("web"))
    router.include_router(system_router, **_stamp("system"))
    for room, inside in rooms():
        router.include_router(inside, prefix="/api", **_stamp(room))
    return router


def room_routers() -> list[tuple[str, APIRouter]]:
    """The ``router`` of every ``uems.<room>.routes``; a new room is mounted by having that file."""
    rooms = sorted(p.parent.name for p in Path(uems.__file__).parent.glob("*/routes.py"))
    return [(room, importlib.import_module(f"uems.{room}.routes").router) for room in rooms]


def _stamp(room: str) -> dict[str, Any]:
    def operation_id(route: APIRoute) -> str:
        return f"{room}_{route.name}"

    errors: dict[int | str, dict[str, Any]] = {
        "4XX": {"model": ErrorBody, "description": "The caller can put it right: code and message say how."},
        "5XX": {"model": ErrorBody, "description": "The server cannot do it now."},
    }
    return {"tags": [room], "generate_unique_id_function": operation_id, "responses": errors}
