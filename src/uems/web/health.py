"""Is the server ready? For load balancers, scripts and people who wait for the start."""

from typing import Annotated, Literal

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import select

import uems
from uems.access.api import Visitor, house_of, public
from uems.kernel.errors import UemsError
from uems.kernel.routing import Routes

router = Routes()


class Health(BaseModel):
    """instance: which start of which server this is.

    warehouse: "down" is no reason to take the server away; events are still accepted into the log.
    """

    status: Literal["ok"]
    version: str
    instance: str
    warehouse: Literal["ok", "down"]


@router.get("/healthz")
def check_health(request: Request, visitor: Annotated[Visitor, public()]) -> Health:
    """200 once requests can be answered; 503 while the store does not answer."""
    house = house_of(request)
    with house.store.read() as conn:
        conn.execute(select(1))
    warehouse: Literal["ok", "down"] = "ok"
    try:
        house.warehouse.ping()
    except UemsError:
        warehouse = "down"
    return Health(status="ok", version=uems.__version__, instance=request.app.state.instance, warehouse=warehouse)
