"""How is a flow tried on history over HTTP?"""

from typing import Annotated

from fastapi import APIRouter, Request

from uems.access.api import Access, guard, house_of
from uems.outreach.flows import definitions
from uems.outreach.flows.routes import FlowKey
from uems.outreach.simulation.bodies import SimulationAsk, SimulationBody
from uems.outreach.simulation.outcome import outcome
from uems.outreach.simulation.replay import replay

router = APIRouter()


@router.post("/workspaces/{workspace}/flows/{key}/simulate")
def simulate_flow(request: Request, access: Annotated[Access, guard("flows:read")], key: FlowKey, body: SimulationAsk) -> SimulationBody:
    """What the draft would have done in the last days of real history: who comes in, what is sent, what stands in the way.

    Nothing is sent and nothing is changed. Addresses, consent and limits are those of today.
    """
    house = house_of(request)
    flow = definitions.get_flow(house.store, access.scope, key)
    made = replay(house, access.scope, flow, body.days, access.now, lambda one: outcome(one, house.store, access.scope))
    return SimulationBody.of(made)
