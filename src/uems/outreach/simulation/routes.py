"""How is a flow tried on history over HTTP? A job: asked for, followed, called off, and kept to be looked at again."""

from typing import Annotated

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.edge import Cursor, Key, Limit, Page
from uems.kernel.routing import Routes
from uems.outreach.flows.definitions import get_flow
from uems.outreach.flows.routes import FlowKey
from uems.outreach.simulation.bodies import SimulationAsk, SimulationJob, SimulationLine
from uems.outreach.simulation.jobs import KIND, ask_simulation, simulation_of
from uems.segments import api as segments

router = Routes()

_BASE = "/workspaces/{workspace}/flows/{key}/simulations"
_READ = guard("flows:read")
# It takes a processor for up to an hour, and there is one turn for all.
_WRITE = guard("flows:write")
SimulationId = Annotated[Key, Path(description="Id of the simulation.")]


@router.post(_BASE, status_code=201)
def simulate_flow(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: SimulationAsk) -> SimulationJob:
    """Try the draft on the last days of real history, in the background: who comes in, what is sent, what stands in the way.

    Nothing is sent and nothing is changed. Addresses, consent and limits are those of today.
    """
    house = house_of(request)
    return SimulationJob.of(ask_simulation(house, access, get_flow(house.store, access.scope, key), body.days))


@router.get(_BASE)
def list_simulations(
    request: Request,
    access: Annotated[Access, _READ],
    key: FlowKey,
    cursor: Annotated[Cursor | None, Query()] = None,
    limit: Annotated[Limit, Query()] = 20,
) -> Page[SimulationLine]:
    """The simulations of a flow of the last 90 days, the newest first."""
    store = house_of(request).store
    flow = get_flow(store, access.scope, key)
    before = segments.page_start(cursor)
    found = segments.list_jobs(store, access.scope, KIND, subject=flow.flow_id, before=before, limit=limit + 1)
    page, following = segments.page_of(found, limit)
    return Page[SimulationLine](items=[SimulationLine.of(job) for job in page], next_cursor=following)


@router.get(_BASE + "/{simulation_id}")
def get_simulation(request: Request, access: Annotated[Access, _READ], key: FlowKey, simulation_id: SimulationId) -> SimulationJob:
    """How far a simulation is, and what came of it."""
    house = house_of(request)
    return SimulationJob.of(simulation_of(house, access.scope, get_flow(house.store, access.scope, key), simulation_id))


@router.post(_BASE + "/{simulation_id}/cancel")
def cancel_simulation(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, simulation_id: SimulationId) -> SimulationJob:
    """Call it off; nothing of it stays."""
    house = house_of(request)
    simulation_of(house, access.scope, get_flow(house.store, access.scope, key), simulation_id)
    return SimulationJob.of(segments.cancel(house.store, access, KIND, simulation_id))
