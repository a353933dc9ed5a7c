"""How is the one HTTP application put together? The rooms' routes under /api, collection under /v1, flags, the UI everywhere else."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

import uems
from uems.access.api import operator_token
from uems.collect import api as collect
from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.clock import utc_now
from uems.kernel.edge import UPLOAD
from uems.kernel.erasure import Eraser
from uems.kernel.house import House
from uems.outreach import api as outreach
from uems.prediction import api as prediction
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.superusers import api as superusers
from uems.web.errors import install_errors
from uems.web.frame import Frame
from uems.web.mounting import Mounted, mount_rooms, mounted_routes
from uems.web.patience import Patience
from uems.web.ui import STATIC, install_ui

TRIAL_SOURCES: tuple[experiments.TrialSources, ...] = (experiments.flag_sources, outreach.trial_sources)
"""What gives exposures, so that an experiment can be set over it."""
TAG_USERS: tuple[profiles.TagUsers, ...] = (segments.tag_uses, prediction.tag_uses, experiments.tag_uses, outreach.tag_uses)
"""What asks tags above the room that has them. A room whose definitions name tags adds its function, so that none is removed under it."""
SEGMENT_USERS: tuple[segments.SegmentUsers, ...] = (experiments.segment_uses, outreach.segment_uses)
"""What names segments above the room that has them."""
CONFIG_ROOMS: tuple[segments.RoomKind, ...] = (*experiments.DOCUMENTS, *outreach.DOCUMENTS)
"""Definitions of rooms above segments that are kept as documents too, in the order in which they are put in force."""
ERASERS: tuple[Eraser, ...] = (
    outreach.ERASER,
    collect.ERASER,
    profiles.ERASER,
    journeys.ERASER,
    segments.ERASER,
    prediction.ERASER,
    superusers.ERASER,
    identity.ERASER,
)
"""Every room that keeps something of people, in the order in which they forget: first nobody is written to any more, then the events go,
then what was made from them. A test finds columns of people that none of them names."""
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
    "/api/receipts/{token}",
    "/api/push",
    "/api/inbox",
    "/api/inbox/{token}/stream",
    "/api/inbox/{token}/messages/{number}",
    "/api/inbox/{token}/messages/{number}/answer",
    "/api/inbox/{token}/scenes",
    "/api/r/{token}",
)


class App(FastAPI):
    """The application, with collection and flags in front of it: neither passes through the web framework."""

    ingest: ASGIApp | None = None
    flags: experiments.FlagDoor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.ingest is not None and scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self.ingest(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"].startswith(experiments.FLAG_ADDRESSES):
            await self.flags(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def warm(self) -> None:
        """Make every route ready, so that nobody waits for it."""
        mounted_routes(self)

    def hang_up(self) -> None:
        """End what would go on for as long as somebody listens; called on the event loop when the server is to end."""
        self.state.streams.close()
        self.flags.close()

    def openapi(self) -> dict[str, Any]:
        """The document of the API, with the two ways in which a caller proves who they are."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = self.openapi_schema = get_openapi(title=self.title, version=self.version, routes=mounted_routes(self))
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
    app.flags = experiments.FlagDoor(house, clock)
    app.state.house = house
    app.state.clock = clock
    app.state.instance = instance
    app.state.tag_users = TAG_USERS
    app.state.trial_sources = TRIAL_SOURCES
    app.state.segment_users = SEGMENT_USERS
    app.state.config_rooms = CONFIG_ROOMS
    app.state.erasers = ERASERS
    app.state.streams = outreach.Streams(house.store, clock)
    app.state.operator_hash = hashlib.sha256(operator_token(house.settings.home).encode()).digest()
    install_errors(app)
    mount_rooms(app)
    install_ui(app, static)
    return app


def uploads_of(app: FastAPI) -> list[tuple[re.Pattern[str], int]]:
    """Addresses that take large bodies, with their limits in bytes."""
    limits = [(route.path_regex, getattr(route.endpoint, UPLOAD, None)) for route in app.routes if isinstance(route, Mounted)]
    return [(address, limit) for address, limit in limits if limit is not None]
