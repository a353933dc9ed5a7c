"""How is a dry run begun, looked at, ended and launched over HTTP?"""

from typing import Annotated, Final

from fastapi import Request

from uems.access.api import Access, guard, house_of
from uems.kernel.routing import Routes
from uems.outreach.dry.bodies import FlowDryRun, FlowDryRunLaunch, FlowDryRunStart
from uems.outreach.dry.runs import dry_run_of, end_dry_run, launch_dry_run, start_dry_run
from uems.outreach.flows.bodies import FlowWhole
from uems.outreach.flows.routes import FlowKey

router = Routes()
_BASE: Final = "/workspaces/{workspace}/flows/{key}/dry-run"
_WRITE = guard("flows:write")


@router.get(_BASE)
def get_dry_run(request: Request, access: Annotated[Access, guard("flows:read")], key: FlowKey) -> FlowDryRun:
    """What the dry run under way, or the last one, would have sent and done."""
    return FlowDryRun.of(dry_run_of(house_of(request).store, access.scope, key))


@router.post(_BASE, status_code=201)
def start_flow_dry_run(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: FlowDryRunStart) -> FlowDryRun:
    """Follow live events by the draft from now on: everything is decided, and nothing is sent or done."""
    house = house_of(request)
    start_dry_run(house, access, key, revision=body.revision)
    return FlowDryRun.of(dry_run_of(house.store, access.scope, key))


@router.post(_BASE + "/end")
def end_flow_dry_run(request: Request, access: Annotated[Access, _WRITE], key: FlowKey) -> FlowDryRun:
    """End it; what it has come to stays."""
    store = house_of(request).store
    end_dry_run(store, access, key)
    return FlowDryRun.of(dry_run_of(store, access.scope, key))


@router.post(_BASE + "/launch")
def launch_flow_dry_run(request: Request, access: Annotated[Access, _WRITE], key: FlowKey, body: FlowDryRunLaunch) -> FlowWhole:
    """End it and publish exactly what was tried. People come in from then on; those of the dry run begin anew."""
    return FlowWhole.of(launch_dry_run(house_of(request), access, key, policy=body.policy))
